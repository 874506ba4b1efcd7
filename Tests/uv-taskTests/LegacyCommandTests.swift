import ArgumentParser
import TestServers
import Testing

@testable import uv_task

/// The options, lines and exit codes of the legacy form, byte for byte.
struct LegacyCommandTests {
    private func command(_ arguments: [String]) throws -> LegacyCommand {
        try TaskCommand.parse(arguments).legacy.command()
    }

    @Test(arguments: [
        ["--action", "run", "--task_name", "revers", "--data", "hello", "--waiting_for_data", "true"],
        ["-w", "1", "-d", "hello", "-n", "revers", "-a", "run"],
        ["-task_name", "revers", "--data=hello", "--waiting-for-data", "YES", "-a", "run", "-r", "5"],
        ["--task-name", "revers", "-dhello", "-w", "yes", "--action=run", "--receiving-buffer-size", "5"],
    ]) func optionsAreAcceptedInEverySpellingAndOrder(arguments: [String]) throws {
        #expect(try command(arguments) == .run(taskName: "revers", data: "hello", waits: true))
    }

    @Test(arguments: ["-5", "--hello", "--host", "-w", "--", "-", "", "-task_name"])
    func dataIsTakenUnchanged(data: String) throws {
        let run = LegacyCommand.run(taskName: "echo", data: data, waits: false)
        #expect(try command(["-a", "run", "-n", "echo", "-d", data]) == run)
    }

    @Test(arguments: [["-w", "maybe"], ["-r", "0"]]) func aBadValueIsAUsageError(arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try command(arguments) }
        #expect(error.map { TaskCommand.exitCode(for: $0) } == .validationFailure)
    }

    @Test func eachCallPrintsItsLines() {
        let server = LiveServer(types)
        defer { server.end() }
        let calls: [(String, String, Int32)] = [
            ("run -n echo -d волс -w true", "Result of task [echo]: волс\nStatus: success\n", 0),
            ("run -n echo -w true", "Result of task [echo]: \nStatus: success\n", 0),
            ("run -n none -d x -w true", "Result of task [none]: None\nStatus: error\n", 1),
            ("run -n long -w false", "Task [long] added to the queue. Task id is #4\n", 0),
            ("run -n long", "Task [long] added to the queue. Task id is #5\n", 0),
            ("st -d 1", "Status of task #1: success\n", 0), ("st -d 3", "Status of task #3: error\n", 0),
            ("st -d 4", "Status of task #4: execute\n", 0), ("st -d 5", "Status of task #5: waiting\n", 0),
            ("res -d 1", "Result of task #1: волс\nStatus: success\n", 0),
            ("res -d 3", "Result of task #3: None\nStatus: error\n", 1),
            ("res -d 4", "Result of task #4: None\nStatus: execute\n", 2),
            ("res -d 5", "Result of task #5: None\nStatus: waiting\n", 2),
        ]
        for (call, lines, code) in calls { CommandHarness(server).expect("-a \(call)", lines, code: code) }
    }

    private static let noInteger = "incorrect value of data [DATA]. Integer type expected."
    private static let noID = " Task #DATA (task ids are 1 to 9007199254740991)"

    /// In the sentences, `DATA` stands for the data.
    @Test(
        arguments: [
            (["-a", "stop"], "unknown action stop (there are run, st and res)", 64),
            (["-d", "4"], "no action (give --action run, st or res; see uv-task --help-hidden)", 64),
            (["-a", "run"], "no task name (give --task_name, such as revers; see uv-task --help-hidden)", 64),
            (["-a", "st", "-d", "4.0"], noInteger, 64), (["-a", "st", "-d", " 4"], noInteger, 64),
            (["-a", "st", "-d", "-"], noInteger, 64), (["-a", "st", "-d", "0x4"], noInteger, 64),
            (["-a", "st", "-d", "٤"], noInteger, 64), (["-a", "res", "-d", ""], noInteger, 64),
            (["-a", "st", "-d", "-1"], "failed to get task status.\(noID)", 3),
            (["-a", "res", "-d", "9007199254740992"], "failed to get task result.\(noID)", 3),
            (["-a", "res", "-d", "99999999999999999999"], "failed to get task result.\(noID)", 3),
        ] as [([String], String, Int32)])
    func aWrongCallIsExplained(arguments: [String], sentence: String, code: Int32) throws {
        let sentence = try sentence.replacing("DATA", with: #require(arguments.last))
        #expect(CommandHarness(port: 1).perform(arguments) == CommandOutcome("", "ERROR: \(sentence)\n", code))
    }

    private static let closed = "the daemon closed the connection"
    private static let unknown = "(\(closed): no such task, or its result is no longer kept)"
    private static let full =
        #"{"error":{"code":"too_many_connections","message":"no more","limit":"max-connections"}}"#

    @Test(
        arguments: [
            ("st -d 9", [.silence, .close], "get task status. Task #9 \(unknown)", 3),
            ("res -d 9", [.silence, .close], "get task result. Task #9 \(unknown)", 3),
            ("st -d 9", [.greet("\(full)\n"), .close], "get task status. Task #9 (no more (--max-connections))", 6),
            (
                "run -n echo", [.silence, .close],
                "start task echo (\(closed); it is not known whether the task was queued)", 6
            ),
            (
                "run -n echo -w true", [.answer("{\"task_id\":7}\n"), .silence, .silence, .close],
                "complete the task echo (\(closed); the task is #7)", 6
            ),
        ] as [(String, [FakeServer.Step], String, Int32)])
    func aFailedCallIsExplained(call: String, steps: [FakeServer.Step], sentence: String, code: Int32) {
        let ran = CommandHarness(FakeServer(steps)).perform("-a \(call)")
        #expect(ran == CommandOutcome("", "ERROR: failed to \(sentence)\n", code))
    }
}
