import Libuv
import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import uv_task

extension ClientCommandsTests {
    final class LiveDisplayTests {
        let server = LiveServer(types)
        var harness: CommandHarness

        init() {
            harness = CommandHarness(server)
            harness.errorSize = CommandHarness.terminal
        }
        deinit { server.end() }

        @Test func theLineIsDrawnAndTakenAway() {
            let ran = harness.perform(run("short", "x", waits: true))
            #expect(ran.output == "x" && ran.code == 0)
            #expect(ran.errors.hasPrefix("\r\u{1B}[Jtask 1 ["))
            #expect(ran.errors.hasSuffix("\r\u{1B}[J"))
            #expect(!ran.errors.contains("\n"))
        }

        @Test func nothingOfItWithoutATerminalOrOnADumbOne() {
            harness.environment = ["TERM": "dumb"]
            #expect(harness.perform(run("short", "x", waits: true)) == CommandOutcome("x"))
            harness.environment = [:]
            harness.errorSize = nil
            #expect(harness.perform(run("short", "x", waits: true)) == CommandOutcome("x"))
        }

        @Test func aTerminalThatBecameNarrowerHasBrokenTheLine() {
            let narrow = Console.Size(columns: 10, rows: 24)
            harness.errorSize = nil
            _ = harness.perform(run("long"))
            var drawn: [String] = []
            // The terminal shrinks after the first line, which takes more than ten columns and less than fifty.
            harness.currentErrorSize = { drawn.isEmpty ? CommandHarness.terminal : narrow }
            harness.onError = { [signals = harness.signals] text in
                drawn.append(text)
                if drawn.count <= 2 { signals.raise(drawn.count == 1 ? .windowChange : .interrupt) }
            }
            let command = ResultCommand(TaskSelection([id(1)]), waits: true, timeout: nil, isJSON: false)
            #expect(harness.perform(command).code == 130)
            #expect(drawn[0].hasPrefix("\r\u{1B}[Jtask 1 ["))
            #expect(drawn[1].hasPrefix("\r\u{1B}[4A\u{1B}[J"), "\(drawn[0].utf8.count) \(drawn)")
            #expect(drawn.dropLast().last == "\r\u{1B}[J")
        }

        @Test(arguments: [false, true]) func thePositionIsAskedForWhileATerminalShowsIt(isTerminal: Bool) {
            let result = "{\"seq\":1,\"status\":\"success\",\"data\":\"x\"}\n"
            let server = FakeServer([.answerAfter(milliseconds: 800, result)])
            var harness = CommandHarness(server)
            harness.errorSize = isTerminal ? CommandHarness.terminal : nil
            let command = ResultCommand(TaskSelection([id(7)]), waits: true, timeout: nil, isJSON: false)
            #expect(harness.perform(command).output == "x")
            let wait = "{\"seq\":1,\"type\":\"get_result\",\"task_id\":7,\"wait\":true}\n"
            // What tells soon whether the server answers at all.
            let probe = "{\"seq\":2,\"type\":\"info\"}\n"
            let question = "{\"seq\":3,\"type\":\"status\",\"task_id\":7}\n"
            #expect(server.received == (isTerminal ? wait + probe + question : wait + probe))
        }

        @Test func itIsGoneBeforeAnythingElseIsWritten() {
            for name in ["short", "short"] { _ = harness.perform(run(name)) }
            var screen = ""
            var onTerminal: [String] = []
            harness.onError = { screen += $0 }
            harness.onOutput = { _ in onTerminal.append(String(screen.suffix(4))) }
            let wait = WaitCommand(TaskSelection([id(1), id(2)]), timeout: nil, isJSON: false)
            #expect(harness.perform(wait).output == "1 success\n2 success\n")
            #expect(onTerminal == ["\r\u{1B}[J", "\r\u{1B}[J"])
        }

        @Test func anInterruptedWaitSaysHowToGoOn() {
            _ = harness.perform(run("long"))
            harness.onError = { [signals = harness.signals] in
                if $0.hasPrefix("\r\u{1B}[Jtask 1") { signals.raise(.interrupt) }
            }
            let command = ResultCommand(TaskSelection([id(1)]), waits: true, timeout: nil, isJSON: false)
            let ran = harness.perform(command)
            #expect(ran.code == 130 && ran.output.isEmpty)
            #expect(
                ran.errors.hasSuffix(
                    "\r\u{1B}[Juv-task: interrupted; task 1 goes on. To wait for it: uv-task result 1 --wait"
                        + "\(options(harness))\n"))
            harness.onError = { _ in }
            harness.errorSize = nil
            #expect(
                harness.perform(StatusCommand(TaskSelection([id(1)]), isJSON: false)) == CommandOutcome("execute\n"))
        }

        @Test func anIgnoredSignalEndsNothing() {
            let result = "{\"seq\":1,\"status\":\"success\",\"data\":\"x\"}\n"
            var harness = CommandHarness(FakeServer([.answerAfter(milliseconds: 800, result)]))
            harness.errorSize = CommandHarness.terminal
            harness.signals.ignored = [.interrupt]
            harness.onError = { [signals = harness.signals] _ in signals.raise(.interrupt) }
            let command = ResultCommand(TaskSelection([id(7)]), waits: true, timeout: nil, isJSON: false)
            let ran = harness.perform(command)
            #expect(ran.output == "x" && ran.code == 0 && !ran.errors.isEmpty)
        }

        @Test func aServerThatAnswersNothingIsNotWaitedFor() {
            for command: any ClientCommand in [
                ResultCommand(TaskSelection([id(7)]), waits: true, timeout: nil, isJSON: false),
                WaitCommand(TaskSelection([id(7), id(8)]), timeout: nil, isJSON: false),
            ] {
                var harness = CommandHarness(FakeServer([.silence]))
                harness.connectTimeout = 100
                let ran = harness.perform(command)
                #expect(ran.code == 6 && ran.output.isEmpty)
                #expect(ran.errors.contains("no answer from 127.0.0.1:\(harness.port) within 0.1 s"))
            }
        }

        @Test func theQuestionAfterATimeOutCanBeInterrupted() {
            let timedOut = #"{"seq":1,"status":"execute","data":null,"timed_out":true}"# + "\n"
            var harness = CommandHarness(FakeServer([.answer(timedOut), .silence]))
            harness.onOutput = { [signals = harness.signals] _ in signals.raise(.interrupt) }
            let command = ResultCommand(TaskSelection([id(7)]), waits: true, timeout: 5, isJSON: true)
            let ran = harness.perform(command)
            #expect(ran.code == 130)
            #expect(ran.errors.contains("interrupted; task 7 goes on. To wait for it: uv-task result 7 --wait --json"))
        }

        @Test func aConnectionThatIsLostWhileWaiting() {
            let server = FakeServer([.silence, .close])
            let harness = CommandHarness(server)
            let command = ResultCommand(TaskSelection([id(7)]), waits: true, timeout: nil, isJSON: false)
            let sentence =
                "uv-task: the connection to 127.0.0.1:\(harness.port) was lost while task 7 was waited for "
                + "(the daemon closed the connection). If the daemon still runs: uv-task result 7 --wait"
                + "\(options(harness))\n"
            #expect(harness.perform(command) == CommandOutcome("", sentence, 6))
        }

        @Test func whoeverGoesOnAsksForTheSame() {
            func lost(_ command: some ClientCommand, _ first: String = "") -> String {
                let steps: [FakeServer.Step] = [first.isEmpty ? .silence : .answer(first), .silence, .close]
                let ran = CommandHarness(FakeServer(steps)).perform(command)
                #expect(ran.code == 6 && ran.output.isEmpty)
                return String(ran.errors.split(separator: "still runs: ").last?.prefix { $0 != "." } ?? "")
            }
            let ids = [id(2), id(1)]
            let known = InstanceID(rawValue: 7)
            #expect(
                lost(ResultCommand(TaskSelection(ids), waits: true, timeout: 9, isJSON: true))
                    .hasPrefix("uv-task result 2 1 --wait --json --host"))
            #expect(
                lost(ResultCommand(TaskSelection(ids, of: known), waits: true, timeout: nil, isJSON: false))
                    .hasPrefix("uv-task result 2 1 --wait --instance 0000000000000007 --host"))
            // The second one's result has come, but not been printed.
            let second = "{\"seq\":2,\"status\":\"success\",\"data\":\"x\"}\n"
            #expect(
                lost(ResultCommand(TaskSelection(ids), waits: true, timeout: nil, isJSON: false), second)
                    .hasPrefix("uv-task result 2 1 --wait --host"))
            #expect(
                lost(WaitCommand(TaskSelection(ids, of: known), timeout: nil, isJSON: true))
                    .hasPrefix("uv-task wait 2 1 --instance 0000000000000007 --json --host"))
        }

        @Test func aRunKnowsTheLifeOfTheServer() {
            let submitted = #"{"seq":2,"task_id":7,"instance":"\#(life)","status":"execute"}"# + "\n"
            let server = FakeServer([.answer(infoReply), .answer(submitted), .silence, .close])
            let ran = CommandHarness(server).perform(run("echo", waits: true))
            #expect(ran.code == 6 && ran.errors.contains(": uv-task result 7 --wait --instance \(life) --host"))
        }

        // MARK: watch

        @Test func watchNeedsATerminal() {
            let ran = harness.perform(WatchCommand(isJSON: false))
            #expect(ran.code == 64 && ran.errors.hasPrefix("uv-task: watch needs a terminal on stdout"))
            harness.outputSize = CommandHarness.terminal
            harness.environment = ["TERM": "dumb"]
            #expect(harness.perform(WatchCommand(isJSON: false)).code == 64)
        }

        @Test func watchDrawsUntilInterrupted() {
            _ = harness.perform(run("long"))
            harness.outputSize = CommandHarness.terminal
            var pictures = 0
            harness.onOutput = { [signals = harness.signals] text in
                guard text.contains("^C leaves") else { return }
                pictures += 1
                if pictures == 2 { signals.raise(.interrupt) }
            }
            let ran = harness.perform(WatchCommand(isJSON: false))
            #expect(ran.code == 0 && ran.errors.isEmpty)
            #expect(ran.output.hasPrefix("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[H127.0.0.1:\(harness.port)  up"))
            #expect(ran.output.hasSuffix("\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"))
            #expect(ran.output.contains("execute"))
        }

        /// In a queue longer than the screen the next ones are shown, not the newest.
        @Test func watchShowsWhatComesNext() {
            for _ in 1...60 { _ = harness.perform(run("long")) }
            harness.outputSize = CommandHarness.terminal
            harness.onOutput = { [signals = harness.signals] text in
                if text.contains("^C leaves") { signals.raise(.interrupt) }
            }
            let ran = harness.perform(WatchCommand(isJSON: false))
            let rows = ran.output.split(separator: "\r\n").map { $0.split(separator: " ") }
            let ids = rows.compactMap { $0.first.flatMap { Int($0.replacing("\u{1B}[K", with: "")) } }
            #expect(ids.prefix(12) == ArraySlice(1...12), "\(ran.output)")
        }

        @Test func watchDrawsAnewWhenTheTerminalHasAnotherSize() {
            harness.outputSize = CommandHarness.terminal
            var pictures = 0
            let start = ContinuousClock.now
            harness.onOutput = { [signals = harness.signals] text in
                guard text.contains("^C leaves") else { return }
                pictures += 1
                if pictures <= 4 { signals.raise(pictures < 4 ? .windowChange : .interrupt) }
            }
            #expect(harness.perform(WatchCommand(isJSON: false)).code == 0)
            // Three more pictures than the first, not one a second.
            #expect(ContinuousClock.now - start < .seconds(3))
        }

        @Test func watchLeavesTheScreenWhenTheServerGoes() {
            harness.outputSize = CommandHarness.terminal
            let server = FakeServer([
                .answer("{\"seq\":1,\"tasks\":[]}\n"), .answer("{\"seq\":2,\"uptime_ms\":1}\n"),
                .answer("{\"seq\":3,\"tasks\":[]}\n"), .silence, .close,
            ])
            harness.port = server.port
            let ran = harness.perform(WatchCommand(isJSON: false))
            #expect(ran.output.hasSuffix("\u{1B}[?1049l"))
            let lost =
                "uv-task: the connection to 127.0.0.1:\(server.port) was lost (the daemon closed the connection); "
                + "uv-task info\(options(harness)) shows whether a daemon is there\n"
            #expect(ran.errors == lost && ran.code == 6)
        }

        @Test func watchAsJSON() {
            let server = FakeServer([.answer("{\"seq\":1,\"tasks\":[]}\n"), .close])
            let ran = CommandHarness(server).perform(WatchCommand(isJSON: true))
            #expect(ran.output == "{\"tasks\":[]}\n" && ran.code == 6)
        }
    }
}
