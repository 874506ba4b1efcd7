import ArgumentParser
import TaskCore
import Testing

@testable import uv_task

private func command(_ arguments: String...) throws -> LegacyCommand { try command(arguments) }

private func command(_ arguments: [String]) throws -> LegacyCommand {
    try TaskCommand.parse(arguments).legacy.command()
}

struct TaskCommandTests {
    @Test(arguments: [
        ["--action", "run", "--task_name", "revers", "--data", "hello", "--waiting_for_data", "true"],
        ["-w", "1", "-d", "hello", "-n", "revers", "-a", "run"],
        ["-task_name", "revers", "--data=hello", "--waiting-for-data", "YES", "-a", "run"],
        ["--task-name", "revers", "-dhello", "-w", "yes", "--action=run"],
    ]) func legacyOptionsAreAcceptedInEverySpellingAndOrder(arguments: [String]) throws {
        #expect(try command(arguments) == .run(taskName: "revers", data: "hello", waits: true))
    }

    @Test(arguments: ["-5", "--hello", "-w", "--", "-", "", "-task_name"])
    func legacyDataIsTakenUnchanged(data: String) throws {
        #expect(
            try command("-a", "run", "-n", "echo", "-d", data) == .run(taskName: "echo", data: data, waits: false))
    }

    @Test func legacyDataDefaultsToAnEmptyText() throws {
        #expect(try command("-a", "run", "-n", "echo") == .run(taskName: "echo", data: "", waits: false))
    }

    @Test func stAndResTakeAnID() throws {
        #expect(try command("-a", "st", "-d", "4") == .status(4))
        #expect(try command("-a", "res", "-d", "4") == .result(4))
    }

    @Test func anIncompleteLegacyCallIsAUsageError() throws {
        #expect(throws: LegacyError.noAction) { try command("-d", "4") }
        #expect(throws: LegacyError.unknownAction("stop")) { try command("-a", "stop") }
        #expect(throws: LegacyError.noTaskName) { try command("-a", "run") }
        #expect(throws: LegacyError.notAnInteger("")) { try command("-a", "st") }
    }

    @Test(arguments: [
        ["-w", "maybe"], ["--port", "0x1"], ["-r", "0"], ["--unknown"], ["run"], ["--connect-timeout", "0"],
    ])
    func aBadOptionIsAUsageError(arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try TaskCommand.parse(arguments) }
        #expect(error.map { TaskCommand.exitCode(for: $0).rawValue } == 64)
    }
}
