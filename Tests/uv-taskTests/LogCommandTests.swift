import Libuv
import TaskCore
import TestServers
import Testing

@testable import uv_task

struct LogCommandTests {
    /// An answer to the log request, whose next offset is `next`.
    func part(_ sequence: Int, _ text: String, next: Int, _ more: String = #""ended":false"#) -> FakeServer.Step {
        .answer(reply(sequence, #""text":"\#(text)","offset":\#(next),\#(more)"#))
    }

    let ended = #""ended":true"#

    @Test func theLogIsPrintedUnchanged() {
        let server = FakeServer([part(1, "a\\u001b\\nb", next: 4)])
        CommandHarness(server).expect("log 7 --offset 1 --instance \(instance)", "a\u{1B}\nb")
        let request = #"{"seq":1,"type":"log","task_id":7,"offset":1,"instance":"\#(instance)"}"#
        #expect(server.received == request + "\n")
    }

    @Test func aTerminalGetsNoControlCharactersAndALastNewline() {
        let text = "a\\u001b[31m\\t\\n\\r\\u202eb"
        let shown = "a\\u{1B}[31m\t\n\\u{D}\\u{202E}b\n"
        CommandHarness(part(1, text, next: 4)).onTerminals.expect("log 7", shown)
        CommandHarness(part(1, "a\\n", next: 2)).onTerminals.expect("log 7", "a\n")
        CommandHarness(part(1, "a", next: 1), part(2, "b", next: 2), part(3, "", next: 2, ended)).onTerminals
            .expect("log 7 --follow", "ab\n")
    }

    @Test func anEmptyLogIsReportedOnATerminal() {
        CommandHarness(part(1, "", next: 0)).expect("log 7")
        let harness = CommandHarness(part(1, "", next: 0), part(2, "", next: 0, ended)).onTerminals
        let lines = "task 7 has written nothing yet\ntask 7 wrote nothing\n"
        #expect(harness.perform("log 7 --follow") == CommandOutcome("", lines))
    }

    @Test func aTruncatedLogSaysHowMuchIsMissing() {
        let truncated = part(1, "x", next: 2049, #""skipped":2048,"ended":true"#)
        let sentence = "2 KiB of the log of task 7 are no longer kept; this is what follows"
        CommandHarness(truncated).expect("log 7", "x", says: sentence)
        let line = #"{"task_id":7,"text":"x","offset":2049,"skipped":2048,"ended":true}"# + "\n"
        CommandHarness(truncated).expect("log 7 --json", line)
    }

    @Test func aRefusalIsExplained() {
        let harness = CommandHarness(.answer(refusal(1, .expired)))
        let sentence = "expired; uv-task list\(harness.options) shows the tasks that are kept"
        let reply = #"{"task_id":7,"error":{"code":"expired","message":""}}"# + "\n"
        harness.expect("log 7 --follow --json", reply, says: sentence, code: 3)
    }

    // MARK: --follow

    /// The first offset is beyond the end of the log. The next requests use the offsets of the server.
    @Test func followingEndsWithTheTask() {
        let server = FakeServer([part(1, "", next: 1), part(2, "b\\n", next: 3), part(3, "c", next: 4, ended)])
        var written: [String] = []
        var harness = CommandHarness(server)
        harness.onOutput = { written.append($0) }
        harness.expect("log 7 --offset 9 --follow", "b\nc")
        #expect(written == ["b\n", "c"])
        #expect(
            server.received == """
                {"seq":1,"type":"log","task_id":7,"offset":9}
                {"seq":2,"type":"log","task_id":7,"wait":true,"offset":1}
                {"seq":3,"type":"log","task_id":7,"wait":true,"offset":3}

                """)
    }

    @Test func anEndedTaskIsNotWaitedFor() {
        let server = FakeServer([part(1, "a", next: 1, ended)])
        CommandHarness(server).expect("log 7 --follow", "a")
        #expect(server.received.lineCount == 1)
    }

    @Test func jsonIsOneReplyPerLine() {
        let lines = [#""text":"a","offset":1,"ended":false"#, #""text":"","offset":1,"ended":true"#]
        CommandHarness(part(1, "a", next: 1), part(2, "", next: 1, ended))
            .expect("log 7 --follow --json", lines.map { "{\"task_id\":7,\($0)}\n" }.joined())
    }

    // MARK: Early ends

    /// The first request does not wait, so it has a time limit.
    @Test func aServerThatDoesNotAnswerIsATimeout() {
        var harness = CommandHarness(.silence, over: .unix)
        harness.connectTimeout = 50
        let ran = harness.perform("log 7 --follow")
        #expect(ran.code == 6 && ran.errors.contains(": no answer from ") && ran.errors.contains(" within 0.05 s"))
    }

    @Test func aWaitThatTheServerEndsSaysHowToContinue() {
        let timedOut = part(2, "", next: 1, #""ended":false,"timed_out":true"#)
        let harness = CommandHarness(part(1, "a", next: 1), timedOut).onTerminals
        let next = "uv-task log 7 --follow --offset 1\(harness.options)"
        let sentence = "the daemon ended the wait for more of the log of task 7; \(next) goes on"
        harness.expect("log 7 --follow", "a\n", says: sentence, code: 4)
    }

    @Test func aLogWithoutProgressIsForeign() {
        let ran = CommandHarness(part(1, "a", next: 1), part(2, "a", next: 1)).perform("log 7 --follow")
        #expect(ran.output == "a" && ran.code == 6)
        #expect(ran.errors.contains("is not uv-taskd: a log that does not go on. Check"))
    }

    @Test(arguments: ["", " --json"]) func anInterruptionSaysHowToContinue(option: String) {
        var harness = CommandHarness(part(1, "a", next: 5), .silence)
        harness.outputSize = CommandHarness.terminal
        harness.onOutput = { [signals = harness.signals] text in
            if text != "\n" { signals.raise(.interrupt) }
        }
        let ran = harness.perform("log 7 --follow --instance \(instance)\(option)")
        let next = "uv-task log 7 --follow --offset 5 --instance \(instance)\(option)\(harness.options)"
        #expect(ran.errors == "uv-task: interrupted; task 7 goes on. To read on: \(next)\n" && ran.code == 130)
        #expect(option != "" || ran.output == "a\n")
    }

    @Test func aLostConnectionSaysHowToContinue() {
        let harness = CommandHarness(part(1, "a", next: 5), .silence, .close)
        let sentence =
            " was lost while the log of task 7 was read (the daemon closed the connection). If the daemon still runs: "
            + "uv-task log 7 --follow --offset 5\(harness.options)\n"
        let ran = harness.perform("log 7 --follow")
        #expect(ran.output == "a" && ran.errors.hasSuffix(sentence) && ran.code == 6)
    }
}
