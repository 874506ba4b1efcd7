import Foundation
import Libuv
import TaskCore
import TaskProtocol
import TaskQueue
import Testing

@testable import TaskServer

/// A shell script as a command.
func script(_ text: String, _ change: (inout Command) -> Void = { _ in }) -> TaskType {
    var command = Command(["sh", "-c", text].map { CommandArgument([.literal($0)]) })
    change(&command)
    return TaskType(name: "script", work: .command(command))
}

/// Runs tasks that are commands, without a server.
enum CommandTrial {
    /// Runs a task to its end.
    ///
    /// - Parameter whenLogged: called with what it has written to its standard error so far, whenever that grows.
    static func outcome(
        of type: TaskType, _ data: String = "", killTime: UInt64 = 5000,
        whenLogged: @escaping (TaskRunner, String) -> Void = { _, _ in }
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
                whenLogged(runner, log)
            }
        }
        var outcome: Result<String, TaskFailure>?
        runner.start(type, for: .first, data: data) { outcome = $0 }
        #expect(outcome == nil, "it is told later, whatever happens")
        loop.run { outcome != nil }
        return try #require(outcome)
    }

    static func failure(
        of type: TaskType, _ data: String = "", killTime: UInt64 = 5000,
        whenLogged: @escaping (TaskRunner, String) -> Void = { _, _ in }
    ) throws -> TaskFailure {
        let outcome = try outcome(of: type, data, killTime: killTime, whenLogged: whenLogged)
        guard case .failure(let failure) = outcome else { throw NoFailure(outcome: outcome) }
        return failure
    }

    private struct NoFailure: Error { let outcome: Result<String, TaskFailure> }
}
