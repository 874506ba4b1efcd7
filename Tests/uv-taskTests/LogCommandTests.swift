import Libuv
import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import uv_task

extension CommandTests {
    struct LogCommandTests {
        func log(from offset: Int = 0, follows: Bool = false, isJSON: Bool = false) -> [String] {
            ["log", "7", "--instance", "\(instance)", "--offset", "\(offset)"] + (follows ? ["--follow"] : [])
                + (isJSON ? ["--json"] : [])
        }

        func part(_ sequence: Int, _ text: String, next: Int, _ more: String = #","ended":false"#) -> String {
            #"{"seq":\#(sequence),"text":"\#(text)","offset":\#(next)\#(more)}"# + "\n"
        }

        let ended = #","ended":true"#

        func perform(_ steps: FakeServer.Step..., command: [String], onTerminal: Bool = false) -> CommandOutcome {
            var harness = CommandHarness(FakeServer(steps))
            harness.outputSize = onTerminal ? CommandHarness.terminal : nil
            harness.errorSize = harness.outputSize
            return harness.perform(command)
        }

        @Test func theLogIsPrintedUnchanged() {
            let server = FakeServer([.answer(part(1, "a\\u001b\\nb", next: 4))])
            #expect(CommandHarness(server).perform(log(from: 1)) == CommandOutcome("a\u{1B}\nb"))
            #expect(
                server.received
                    == "{\"seq\":1,\"type\":\"log\",\"task_id\":7,\"offset\":1,\"instance\":\"\(instance)\"}\n")
        }

        @Test func aTerminalGetsNoControlCharacters() {
            let text = "a\\u001b[31m\\t\\n\\r\\u202eb"
            let ran = perform(.answer(part(1, text, next: 4)), command: log(), onTerminal: true)
            #expect(ran == CommandOutcome("a\\u{1B}[31m\t\n\\u{D}\\u{202E}b\n"))
            let line = perform(.answer(part(1, "a\\n", next: 2)), command: log(), onTerminal: true)
            #expect(line == CommandOutcome("a\n"))
        }

        @Test func anEmptyLog() {
            let nothing = part(1, "", next: 0)
            #expect(perform(.answer(nothing), command: log()) == CommandOutcome(""))
            #expect(
                perform(.answer(nothing), command: log(), onTerminal: true)
                    == CommandOutcome("", "task 7 has written nothing yet\n"))
            #expect(
                perform(.answer(part(1, "", next: 0, ended)), command: log(), onTerminal: true)
                    == CommandOutcome("", "task 7 wrote nothing\n"))
        }

        @Test func aTruncatedLog() {
            let reply = part(1, "x", next: 2049, #","skipped":2048,"ended":true"#)
            let sentence = "uv-task: 2 KiB of the log of task 7 are no longer kept; this is what follows\n"
            #expect(perform(.answer(reply), command: log()) == CommandOutcome("x", sentence))
            let line = #"{"task_id":7,"text":"x","offset":2049,"skipped":2048,"ended":true}"# + "\n"
            #expect(perform(.answer(reply), command: log(isJSON: true)) == CommandOutcome(line))
        }

        @Test func aRefusal() {
            let refusal = #"{"seq":1,"error":{"code":"expired","message":""}}"# + "\n"
            let ran = perform(.answer(refusal), command: log(follows: true, isJSON: true))
            #expect(ran.output == #"{"task_id":7,"error":{"code":"expired","message":""}}"# + "\n" && ran.code == 3)
            #expect(ran.errors.hasPrefix("uv-task: expired; uv-task list"))
        }

        @Test func aServerWithoutLogs() {
            let refusal = #"{"seq":1,"error":{"code":"unknown_request","message":""}}"# + "\n"
            let sentence = "uv-task: task 7: unknown_request; the server may be older than this uv-task\n"
            #expect(perform(.answer(refusal), command: log()) == CommandOutcome("", sentence, 5))
        }

        // MARK: --follow

        @Test func followingEndsWithTheTask() {
            let server = FakeServer([
                .answer(part(1, "a", next: 1)), .answer(part(2, "b\\n", next: 3)),
                .answer(part(3, "c", next: 4, ended)),
            ])
            let written = Locked<[String]>([])
            var harness = CommandHarness(server)
            harness.onOutput = { text throws(UVError) in written.withLock { $0.append(text) } }
            #expect(harness.perform(log(follows: true)) == CommandOutcome("ab\nc"))
            #expect(written.withLock(\.self) == ["a", "b\n", "c"])
            func request(_ sequence: Int, _ wait: String, _ offset: Int) -> String {
                #"{"seq":\#(sequence),"type":"log","task_id":7\#(wait),"offset":\#(offset),"instance":"\#(instance)"}"#
                    + "\n"
            }
            let wait = #","wait":true"#
            #expect(server.received == request(1, "", 0) + request(2, wait, 1) + request(3, wait, 3))
        }

        @Test func anEndedTaskIsNotWaitedFor() {
            let server = FakeServer([.answer(part(1, "a", next: 1, ended))])
            #expect(CommandHarness(server).perform(log(follows: true)) == CommandOutcome("a"))
            #expect(server.received.utf8.count { $0 == UInt8(ascii: "\n") } == 1)
        }

        @Test func theLastLineIsEndedOnceOnATerminal() {
            let ran = perform(
                .answer(part(1, "a", next: 1)), .answer(part(2, "b", next: 2)), .answer(part(3, "", next: 2, ended)),
                command: log(follows: true), onTerminal: true)
            #expect(ran == CommandOutcome("ab\n"))
        }

        @Test func anEmptyLogIsReported() {
            let ran = perform(
                .answer(part(1, "", next: 0)), .answer(part(2, "", next: 0, ended)),
                command: log(follows: true), onTerminal: true)
            #expect(ran == CommandOutcome("", "task 7 has written nothing yet\ntask 7 wrote nothing\n"))
        }

        @Test func jsonIsOneReplyPerLine() {
            let ran = perform(
                .answer(part(1, "a", next: 1)), .answer(part(2, "", next: 1, ended)),
                command: log(follows: true, isJSON: true))
            let lines = [#""text":"a","offset":1,"ended":false"#, #""text":"","offset":1,"ended":true"#]
            #expect(ran == CommandOutcome(lines.map { "{\"task_id\":7,\($0)}\n" }.joined()))
        }

        /// The time limit applies to requests that do not wait.
        @Test func timeLimits() {
            var harness = CommandHarness(
                FakeServer([
                    .answer(part(1, "a", next: 1)), .answerAfter(milliseconds: 500, part(2, "b", next: 2, ended)),
                ]))
            harness.connectTimeout = 250
            #expect(harness.perform(log(follows: true)) == CommandOutcome("ab"))
            harness.port = FakeServer([.silence]).port
            let silent = harness.perform(log(follows: true))
            #expect(
                silent.code == 6 && silent.errors.contains(": no answer from 127.0.0.1:\(harness.port) within 0.25 s"))
        }

        @Test func aWaitThatTheServerEnds() {
            let timedOut = part(2, "", next: 1, #","ended":false,"timed_out":true"#)
            let ran = perform(
                .answer(part(1, "a", next: 1)), .answer(timedOut), command: log(follows: true), onTerminal: true)
            let call = "uv-task log 7 --follow --offset 1 --instance \(instance) --host"
            #expect(ran.output == "a\n" && ran.code == 4)
            #expect(ran.errors.hasPrefix("uv-task: the daemon ended the wait for more of the log of task 7; \(call)"))
        }

        @Test func aLogWithoutProgressIsForeign() {
            let ran = perform(
                .answer(part(1, "a", next: 1)), .answer(part(2, "a", next: 1)), command: log(follows: true))
            #expect(ran.output == "a" && ran.code == 6)
            #expect(ran.errors.contains("is not uv-taskd: a log that does not go on. Check"))
        }

        @Test func theServersOffsetCounts() {
            // The requested offset is beyond the end.
            let server = FakeServer([.answer(part(1, "", next: 3)), .answer(part(2, "x", next: 4, ended))])
            #expect(CommandHarness(server).perform(log(from: 9, follows: true)) == CommandOutcome("x"))
            #expect(server.received.contains(#""wait":true,"offset":3"#))
        }

        @Test(arguments: [false, true]) func anInterruptionSaysHowToContinue(isJSON: Bool) {
            var harness = CommandHarness(FakeServer([.answer(part(1, "a", next: 5)), .silence]))
            harness.outputSize = CommandHarness.terminal
            let isRaised = Locked(false)
            harness.onOutput = { [signals = harness.signals] _ throws(UVError) in
                if !isRaised.withLock({ raised in
                    defer { raised = true }; return raised
                }) {
                    signals.raise(.interrupt)
                }
            }
            let ran = harness.perform(log(follows: true, isJSON: isJSON))
            let json = isJSON ? " --json" : ""
            let sentence =
                "uv-task: interrupted; task 7 goes on. To read on: uv-task log 7 --follow --offset 5 "
                + "--instance \(instance)\(json)\(harness.options)\n"
            #expect(ran.errors == sentence && ran.code == 130)
            #expect(isJSON || ran.output == "a\n")
        }

        @Test func aConnectionThatIsLost() {
            let server = FakeServer([.answer(part(1, "a", next: 5)), .silence, .close])
            let harness = CommandHarness(server)
            let sentence =
                "uv-task: the connection to 127.0.0.1:\(harness.port) was lost while the log of task 7 was read (the daemon "
                + "closed the connection). If the daemon still runs: uv-task log 7 --follow --offset 5 --instance \(instance)"
                + "\(harness.options)\n"
            #expect(harness.perform(log(follows: true)) == CommandOutcome("a", sentence, 6))
        }

        @Test func stdoutCannotBeWritten() {
            var harness = CommandHarness(FakeServer([.answer(part(1, "a", next: 1)), .silence]))
            harness.onOutput = { _ throws(UVError) in throw UVError(code: .brokenPipe, call: "write") }
            let ran = harness.perform(log(follows: true))
            #expect(ran.code == 74 && ran.errors == "uv-task: cannot write the answer to stdout: broken pipe\n")
        }
    }
}
