import ArgumentParser
import TaskClient
import TaskCore
import TaskProtocol
import Testing

@testable import uv_task

struct WaitMessageTests {
    private static let results = NextCommand(wantsResults: true)
    private let onPort = NextCommand(wantsResults: true, options: " --port 4322")
    private let third = TaskReport.waiting(position: 3, remaining: 9000)

    @Test func aTimeout() {
        let end = ": 3rd in the queue, done in about 9 s"
        #expect(WaitMessage.timedOut(7, after: 30_000, third) == "task 7 has not ended within 30 s\(end)")
        let ended = "task 7 has not ended when the daemon ended the wait\(end)"
        #expect(WaitMessage.timedOut(7, after: nil, third) == ended)
    }

    @Test func anUnfinishedTask() {
        for (report, next, text) in [
            (third, Self.results, "waiting, 3rd in the queue, done in about 9 s; uv-task result 7 --wait waits for it"),
            (TaskReport(state: .waiting), onPort, "waiting; uv-task result 7 --wait --port 4322 waits for it"),
            (.running(), Self.results, "running; uv-task result 7 --wait waits for it"),
        ] { #expect(WaitMessage.unfinished(7, report, next) == "task 7 has not finished: \(text)") }
    }

    @Test func aFailedTask() {
        let message = "task 7 ended in error: too much (failed)"
        #expect(WaitMessage.failed(7, TaskFailure(.failed, "too much"), Self.results) == message)
        #expect(WaitMessage.failed(7, nil, Self.results) == "task 7 ended in error")
        var failure = TaskFailure(.exit, "the command exited with status 3")
        failure.errorOutput = "usage: …\nconvert: no such file\n"
        #expect(
            WaitMessage.failed(7, failure, onPort)
                == "task 7 ended in error: the command exited with status 3; it said: \"convert: no such file\". "
                + "All it said: uv-task log 7 --port 4322")
    }

    @Test func theNextCommandAsksForTheSame() {
        let instance = InstanceID(rawValue: 0xab)
        let file = NextCommand(wantsResults: true, instance: instance, isJSON: true, file: "a b", options: " --port 1")
        #expect(Self.results.call([7]) == "uv-task result 7 --wait")
        #expect(Self.results.fileCall(7) == "uv-task result 7 --output FILE")
        let call = "uv-task result 7 9 --wait --output 'a b' --instance 00000000000000ab --json --port 1"
        #expect(file.call([7, 9]) == call)
        #expect(file.fileCall(7) == "uv-task result 7 --output 'a b' --instance 00000000000000ab --port 1")
        let wait = "uv-task wait 1 2 3 4 5 6 7 8 9 10 --instance 00000000000000ab"
        #expect(NextCommand(instance: instance).call(Self.eleven) == wait)
    }

    private static let eleven = (1...11).compactMap(TaskID.init)

    @Test(arguments: [
        ("me@a-b.c_1:2%lo/x", "me@a-b.c_1:2%lo/x"), ("", "''"), ("é", "'é'"), ("it's $x", #"'it'\''s $x'"#),
    ]) func wordsOfAShell(text: String, word: String) { #expect(shellWord(text) == word) }

    @Test(
        arguments: [
            ([7], [7], results, "; task 7 goes on. To wait for it: uv-task result 7 --wait"),
            ([7, 8, 9], [7, 8, 9], .init(), "; 3 tasks go on. To wait for them: uv-task wait 7 8 9"),
            ([7], [7, 8], results, "; task 7 goes on. To get what was not printed: uv-task result 7 8 --wait"),
            (
                eleven, eleven, .init(),
                "; 11 tasks go on. To wait for them (the first 10; 1 more are left): uv-task wait 1 2 3 4 5 6 7 8 9 10"
            ), ([], [], results, ""),
        ] as [([TaskID], [TaskID], NextCommand, String)])
    func interruptions(open: [TaskID], unprinted: [TaskID], next: NextCommand, text: String) {
        #expect(WaitMessage.interrupted(open, unprinted: unprinted, next) == "interrupted\(text)")
    }

    /// In the texts, `CAUSE` stands for the cause.
    @Test(
        arguments: [
            ([7], nil, " while task 7 was waited for (CAUSE). If the daemon still runs: uv-task result 7 --wait"),
            (
                [7, 8], nil,
                " while 2 tasks were waited for (CAUSE). If the daemon still runs: uv-task result 7 8 --wait"
            ),
            (
                [7], 3...5,
                " while task 7 was waited for, and it is not known whether lines 3 to 5 were queued (CAUSE). If the daemon "
                    + "still runs: uv-task result 7 --wait"
            ), ([], nil, " (CAUSE)"),
        ] as [([TaskID], ClosedRange<Int>?, String)])
    func lostConnections(tasks: [TaskID], lines: ClosedRange<Int>?, text: String) throws {
        let connection = try ConnectionOptions.parse(["--host", "h\n", "--port", "1"])
        let context = try ClientContext(connection, .everywhere, .unused(), printsReplies: false)
        let message = WaitMessage.connectionLost(
            context, .closed, tasks, unprinted: tasks, unknownLines: lines, Self.results)
        let cause = "the daemon closed the connection"
        #expect(message == #"the connection to h\u{A}:1 was lost"# + text.replacing("CAUSE", with: cause))
    }
}
