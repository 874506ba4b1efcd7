import Libuv
import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import uv_task

extension CommandTests {
    final class LiveDisplayTests {
        let server = LiveServer(types)
        var harness: CommandHarness

        init() {
            harness = CommandHarness(server)
            harness.errorSize = CommandHarness.terminal
        }
        deinit { server.end() }

        @Test func theLineIsDrawnAndErased() {
            let ran = harness.perform("run", "short", "x", "--wait")
            #expect(ran.output == "x" && ran.code == 0)
            #expect(ran.errors.hasPrefix("\r\u{1B}[Jtask 1 ["))
            #expect(ran.errors.hasSuffix("\r\u{1B}[J"))
            #expect(!ran.errors.contains("\n"))
        }

        @Test func noLineWithoutATerminalOrOnADumbOne() {
            harness.environment = ["TERM": "dumb"]
            #expect(harness.perform("run", "short", "x", "--wait") == CommandOutcome("x"))
            harness.environment = [:]
            harness.errorSize = nil
            #expect(harness.perform("run", "short", "x", "--wait") == CommandOutcome("x"))
        }

        @Test func aWrappedLineIsErasedCompletely() {
            let narrow = Console.Size(columns: 10, rows: 24)
            harness.errorSize = nil
            _ = harness.perform("run", "long", "")
            var drawn: [String] = []
            // The terminal shrinks after the first line, which takes more than ten columns and less than fifty.
            harness.currentErrorSize = { drawn.isEmpty ? CommandHarness.terminal : narrow }
            harness.onError = { [signals = harness.signals] text in
                drawn.append(text)
                if drawn.count <= 2 { signals.raise(drawn.count == 1 ? .windowChange : .interrupt) }
            }
            #expect(harness.perform("result", "1", "--wait").code == 130)
            #expect(drawn[0].hasPrefix("\r\u{1B}[Jtask 1 ["))
            #expect(drawn[1].hasPrefix("\r\u{1B}[4A\u{1B}[J"), "\(drawn[0].utf8.count) \(drawn)")
            #expect(drawn.dropLast().last == "\r\u{1B}[J")
        }

        @Test(arguments: [false, true]) func thePositionIsRequestedOnlyForATerminal(isTerminal: Bool) {
            let result = "{\"seq\":1,\"status\":\"success\",\"data\":\"x\"}\n"
            let server = FakeServer([.answerAfter(milliseconds: 800, result)])
            var harness = CommandHarness(server)
            harness.errorSize = isTerminal ? CommandHarness.terminal : nil
            #expect(harness.perform("result", "7", "--wait").output == "x")
            let wait = "{\"seq\":1,\"type\":\"get_result\",\"task_id\":7,\"wait\":true}\n"
            // Detects a server that does not answer.
            let probe = "{\"seq\":2,\"type\":\"info\"}\n"
            let question = "{\"seq\":3,\"type\":\"status\",\"task_id\":7}\n"
            #expect(server.received == (isTerminal ? wait + probe + question : wait + probe))
        }

        @Test func theLineIsErasedBeforeOtherOutput() {
            for name in ["short", "short"] { _ = harness.perform("run", name, "") }
            var screen = ""
            var onTerminal: [String] = []
            harness.onError = { screen += $0 }
            harness.onOutput = { _ in onTerminal.append(String(screen.suffix(4))) }
            #expect(harness.perform("wait", "1", "2").output == "1 success\n2 success\n")
            #expect(onTerminal == ["\r\u{1B}[J", "\r\u{1B}[J"])
        }

        @Test func anInterruptedWaitSaysHowToContinue() {
            _ = harness.perform("run", "long", "")
            harness.onError = { [signals = harness.signals] in
                if $0.hasPrefix("\r\u{1B}[Jtask 1") { signals.raise(.interrupt) }
            }
            let ran = harness.perform("result", "1", "--wait")
            #expect(ran.code == 130 && ran.output.isEmpty)
            #expect(
                ran.errors.hasSuffix(
                    "\r\u{1B}[Juv-task: interrupted; task 1 goes on. To wait for it: uv-task result 1 --wait"
                        + "\(harness.options)\n"))
            harness.onError = { _ in }
            harness.errorSize = nil
            #expect(
                harness.perform("status", "1") == CommandOutcome("execute\n"))
        }

        @Test func anIgnoredSignalStaysIgnored() {
            let result = "{\"seq\":1,\"status\":\"success\",\"data\":\"x\"}\n"
            var harness = CommandHarness(FakeServer([.answerAfter(milliseconds: 800, result)]))
            harness.errorSize = CommandHarness.terminal
            harness.signals.ignored = [.interrupt]
            harness.onError = { [signals = harness.signals] _ in signals.raise(.interrupt) }
            let ran = harness.perform("result", "7", "--wait")
            #expect(ran.output == "x" && ran.code == 0 && !ran.errors.isEmpty)
        }

        @Test func aServerThatDoesNotAnswerEndsTheWait() {
            for command in [["result", "7", "--wait"], ["wait", "7", "8"]] {
                var harness = CommandHarness(FakeServer([.silence]))
                harness.connectTimeout = 100
                let ran = harness.perform(command)
                #expect(ran.code == 6 && ran.output.isEmpty)
                #expect(ran.errors.contains("no answer from 127.0.0.1:\(harness.port) within 0.1 s"))
            }
        }

        @Test func theRequestAfterATimeoutCanBeInterrupted() {
            let timedOut = #"{"seq":1,"status":"execute","data":null,"timed_out":true}"# + "\n"
            var harness = CommandHarness(FakeServer([.answer(timedOut), .silence]))
            harness.onOutput = { [signals = harness.signals] _ in signals.raise(.interrupt) }
            let ran = harness.perform("result", "7", "--wait", "--timeout", "5ms", "--json")
            #expect(ran.code == 130)
            #expect(ran.errors.contains("interrupted; task 7 goes on. To wait for it: uv-task result 7 --wait --json"))
        }

        @Test func aConnectionThatIsLostWhileWaiting() {
            let server = FakeServer([.silence, .close])
            let harness = CommandHarness(server)
            let sentence =
                "uv-task: the connection to 127.0.0.1:\(harness.port) was lost while task 7 was waited for "
                + "(the daemon closed the connection). If the daemon still runs: uv-task result 7 --wait"
                + "\(harness.options)\n"
            #expect(harness.perform("result", "7", "--wait") == CommandOutcome("", sentence, 6))
        }

        @Test func theSuggestedCommandContinuesTheSameWait() {
            func lost(_ command: [String], _ first: String = "") -> String {
                let steps: [FakeServer.Step] = [first.isEmpty ? .silence : .answer(first), .silence, .close]
                let ran = CommandHarness(FakeServer(steps)).perform(command)
                #expect(ran.code == 6 && ran.output.isEmpty)
                return String(ran.errors.split(separator: "still runs: ").last?.prefix { $0 != "." } ?? "")
            }
            #expect(
                lost(["result", "2", "1", "--wait", "--timeout", "9ms", "--json"])
                    .hasPrefix("uv-task result 2 1 --wait --json --host"))
            #expect(
                lost(["result", "2", "1", "--wait", "--instance", "\(instance)"])
                    .hasPrefix("uv-task result 2 1 --wait --instance 0000000000000007 --host"))
            // The second one's result has come, but not been printed.
            let second = "{\"seq\":2,\"status\":\"success\",\"data\":\"x\"}\n"
            #expect(
                lost(["result", "2", "1", "--wait"], second)
                    .hasPrefix("uv-task result 2 1 --wait --host"))
            #expect(
                lost(["wait", "2", "1", "--instance", "\(instance)", "--json"])
                    .hasPrefix("uv-task wait 2 1 --instance 0000000000000007 --json --host"))
        }

        @Test func runKnowsTheInstanceOfTheServer() {
            let submitted = #"{"seq":2,"task_id":7,"instance":"\#(instance)","status":"execute"}"# + "\n"
            let server = FakeServer([.answer(infoReply), .answer(submitted), .silence, .close])
            let ran = CommandHarness(server).perform("run", "echo", "", "--wait")
            #expect(ran.code == 6 && ran.errors.contains(": uv-task result 7 --wait --instance \(instance) --host"))
        }

        // MARK: watch

        @Test func watchNeedsATerminal() {
            let ran = harness.perform("watch")
            #expect(ran.code == 64 && ran.errors.hasPrefix("uv-task: watch needs a terminal on stdout"))
            harness.outputSize = CommandHarness.terminal
            harness.environment = ["TERM": "dumb"]
            #expect(harness.perform("watch").code == 64)
        }

        @Test func watchDrawsUntilInterrupted() {
            _ = harness.perform("run", "long", "")
            harness.outputSize = CommandHarness.terminal
            var pictures = 0
            harness.onOutput = { [signals = harness.signals] text in
                guard text.contains("^C leaves") else { return }
                pictures += 1
                if pictures == 2 { signals.raise(.interrupt) }
            }
            let ran = harness.perform("watch")
            #expect(ran.code == 0 && ran.errors.isEmpty)
            #expect(ran.output.hasPrefix("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[H127.0.0.1:\(harness.port)  up"))
            #expect(ran.output.hasSuffix("\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"))
            #expect(ran.output.contains("execute"))
        }

        /// If the queue is longer than the screen, the next tasks are shown, not the newest.
        @Test func watchShowsTheNextTasks() {
            for _ in 1...60 { _ = harness.perform("run", "long", "") }
            harness.outputSize = CommandHarness.terminal
            harness.onOutput = { [signals = harness.signals] text in
                if text.contains("^C leaves") { signals.raise(.interrupt) }
            }
            let ran = harness.perform("watch")
            let rows = ran.output.split(separator: "\r\n").map { $0.split(separator: " ") }
            let ids = rows.compactMap { $0.first.flatMap { Int($0.replacing("\u{1B}[K", with: "")) } }
            #expect(ids.prefix(12) == ArraySlice(1...12), "\(ran.output)")
        }

        @Test func watchDrawsAgainWhenTheSizeChanges() {
            harness.outputSize = CommandHarness.terminal
            var pictures = 0
            harness.onOutput = { [signals = harness.signals] text in
                guard text.contains("^C leaves") else { return }
                pictures += 1
                if pictures <= 4 { signals.raise(pictures < 4 ? .windowChange : .interrupt) }
            }
            #expect(harness.perform("watch").code == 0)
            #expect(pictures == 4)
        }

        @Test func watchRestoresTheScreenIfTheConnectionIsLost() {
            harness.outputSize = CommandHarness.terminal
            let server = FakeServer([
                .answer("{\"seq\":1,\"tasks\":[]}\n"), .answer("{\"seq\":2,\"uptime_ms\":1}\n"),
                .answer("{\"seq\":3,\"tasks\":[]}\n"), .silence, .close,
            ])
            harness.port = server.port
            let ran = harness.perform("watch")
            #expect(ran.output.hasSuffix("\u{1B}[?1049l"))
            let lost =
                "uv-task: the connection to 127.0.0.1:\(server.port) was lost (the daemon closed the connection); "
                + "uv-task info\(harness.options) shows whether a daemon is there\n"
            #expect(ran.errors == lost && ran.code == 6)
        }

        @Test func watchAsJSON() {
            let server = FakeServer([.answer("{\"seq\":1,\"tasks\":[]}\n"), .close])
            let ran = CommandHarness(server).perform("watch", "--json")
            #expect(ran.output == "{\"tasks\":[]}\n" && ran.code == 6)
        }
    }
}
