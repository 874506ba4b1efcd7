import Foundation
import Libuv
import TaskCore
import Testing

@testable import TaskServer

/// A task type that runs a shell script.
func script(_ text: String, _ change: (inout Command) -> Void = { _ in }) -> TaskType {
    command(["sh", "-c", text], change)
}

/// A task type that runs a program, with these templates of its arguments.
func command(_ arguments: [String], _ change: (inout Command) -> Void = { _ in }) -> TaskType {
    var command = Command(arguments.map(CommandArgument.init))
    change(&command)
    return TaskType(name: "script", work: .command(command))
}

/// Runs tasks without a server.
enum TaskTrial {
    /// A kill time that no test reaches.
    static let endless: UInt64 = 1 << 40

    /// Runs a task to its end.
    ///
    /// - Parameters:
    ///   - onStart: called when the task was started.
    ///   - onReady: called when the command has written the line `ready` to its standard error.
    static func outcome(
        of type: TaskType, _ data: String = "", killTime: UInt64 = endless,
        onStart: (TaskRunner) -> Void = { _ in }, onReady: @escaping (TaskRunner) -> Void = { _ in }
    ) throws -> Result<String, TaskFailure> {
        prepareProcess()
        let loop = try EventLoop()
        defer { loop.close() }
        let runner = try TaskRunner(on: loop)
        defer { runner.close() }
        var log = ""
        runner.prepare {
            $0.killTime = killTime
            $0.onLog = { [unowned runner] in
                let wasReady = log.contains("ready\n")
                log += String(decoding: $0, as: UTF8.self)
                if !wasReady, log.contains("ready\n") { onReady(runner) }
            }
        }
        var outcome: Result<String, TaskFailure>?
        runner.start(type, for: .first, data: data, submitter: nil) { outcome = $0 }
        #expect(outcome == nil, "the completion is called in a later loop iteration")
        #expect(runner.isBusy)
        onStart(runner)
        loop.run { outcome != nil }
        #expect(!runner.isBusy)
        return try #require(outcome)
    }

    static func failure(
        of type: TaskType, _ data: String = "", killTime: UInt64 = endless,
        onReady: @escaping (TaskRunner) -> Void = { _ in }
    ) throws -> TaskFailure {
        let outcome = try outcome(of: type, data, killTime: killTime, onReady: onReady)
        return try #require(throws: TaskFailure.self) { try outcome.get() }
    }
}
