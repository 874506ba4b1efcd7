import ArgumentParser
import TaskCore
import TaskProtocol
import Testing

@testable import uv_task

private func action(_ arguments: String...) throws -> OriginalCommand.Action {
    try original(arguments)
}

private func original(_ arguments: [String]) throws -> OriginalCommand.Action {
    try TaskCommand.parse(arguments).original.call()
}

struct TaskCommandTests {
    @Test(arguments: [
        ["--action", "run", "--task_name", "revers", "--data", "hello", "--waiting_for_data", "true"],
        ["-w", "1", "-d", "hello", "-n", "revers", "-a", "run"],
        ["-task_name", "revers", "--data=hello", "--waiting-for-data", "YES", "-a", "run"],
        ["--task-name", "revers", "-dhello", "-w", "yes", "--action=run"],
    ]) func theOriginalsOptionsInEverySpellingAndOrder(arguments: [String]) throws {
        guard case .run("revers", "hello", waits: true) = try original(arguments) else {
            Issue.record("\(arguments)")
            return
        }
    }

    @Test(arguments: ["-5", "--hello", "-w", "--", "-", "", "-task_name"])
    func dataIsTakenAsItIs(data: String) throws {
        guard case .run("echo", let taken, waits: false) = try action("-a", "run", "-n", "echo", "-d", data) else {
            Issue.record("no run")
            return
        }
        #expect(taken == data)
    }

    @Test func noDataIsTheEmptyString() throws {
        guard case .run("echo", "", waits: false) = try action("-a", "run", "-n", "echo") else {
            Issue.record("no run")
            return
        }
    }

    @Test func questions() throws {
        guard case .status(let id) = try action("-a", "st", "-d", "4"), id.rawValue == 4 else {
            Issue.record("no status")
            return
        }
        guard case .result(let id) = try action("-a", "res", "-d", "4"), id.rawValue == 4 else {
            Issue.record("no result")
            return
        }
    }

    @Test func misuse() throws {
        #expect(throws: OriginalForm.Misuse.noAction) { try action("-d", "4") }
        #expect(throws: OriginalForm.Misuse.unknownAction("stop")) { try action("-a", "stop") }
        #expect(throws: OriginalForm.Misuse.noTaskName) { try action("-a", "run") }
        #expect(throws: OriginalForm.Misuse.notAnInteger("")) { try action("-a", "st") }
    }

    @Test(arguments: [
        ["-w", "maybe"], ["--port", "0x1"], ["-r", "0"], ["--unknown"], ["run"], ["--connect-timeout", "0"],
    ])
    func badOptionsAreUsageErrors(arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try TaskCommand.parse(arguments) }
        #expect(error.map { TaskCommand.exitCode(for: $0).rawValue } == 64)
    }
}
