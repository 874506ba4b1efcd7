import Foundation
import Libuv
import TaskCore
import Testing

@testable import TaskServer

/// A task type that runs a shell script.
func script(_ text: String, _ change: (inout Command) -> Void = { _ in }) -> TaskType {
    var command = Command(["sh", "-c", text].map { CommandArgument([.literal($0)]) })
    change(&command)
    return TaskType(name: "script", work: .command(command))
}

/// Runs tasks without a server.
enum CommandTrial {
    /// Runs a task to its end.
    ///
    /// - Parameter onLog: called with all that the command has written to its standard error, each time that grows.
    static func outcome(
        of type: TaskType, _ data: String = "", killTime: UInt64 = 5000,
        onLog: @escaping (TaskRunner, String) -> Void = { _, _ in }
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
                log += String(decoding: $0, as: UTF8.self)
                onLog(runner, log)
            }
        }
        var outcome: Result<String, TaskFailure>?
        runner.start(type, for: .first, data: data) { outcome = $0 }
        #expect(outcome == nil, "the completion is called in a later loop iteration")
        #expect(runner.isBusy)
        loop.run { outcome != nil }
        #expect(!runner.isBusy)
        return try #require(outcome)
    }

    static func failure(
        of type: TaskType, _ data: String = "", killTime: UInt64 = 5000,
        onLog: @escaping (TaskRunner, String) -> Void = { _, _ in }
    ) throws -> TaskFailure {
        let outcome = try outcome(of: type, data, killTime: killTime, onLog: onLog)
        guard case .failure(let failure) = outcome else { throw UnexpectedSuccess(outcome: outcome) }
        return failure
    }

    private struct UnexpectedSuccess: Error { let outcome: Result<String, TaskFailure> }
}

extension TaskFailure {
    /// Failures to interrupt tasks with.
    static let testCancel = TaskFailure(.cancelled, "cancelled by the test")
    static let testShutDown = TaskFailure(.shutDown, "shut down by the test")
}

/// Whether a process exists and is not a zombie.
func isRunning(_ process: some StringProtocol) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
    return !status.contains(") Z ")
}
