import Libuv
import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import uv_task

final class WatchTests {
    let footer = "^C leaves"
    let server = LiveServer(types)
    var harness: CommandHarness

    init() {
        harness = CommandHarness(server)
        harness.outputSize = CommandHarness.terminal
    }
    deinit { server.end() }

    @Test(arguments: [nil, CommandHarness.terminal]) func watchNeedsATerminal(size: Console.Size?) {
        harness.outputSize = size
        harness.environment = ["TERM": "dumb"]
        harness.expect(
            "watch",
            says: "watch needs a terminal on stdout; uv-task list\(harness.options) prints the tasks once, and watch "
                + "--json a line a second", code: 64)
    }

    @Test func jsonNeedsNoTerminal() {
        harness.outputSize = nil
        harness.onOutput = { [signals = harness.signals] _ in signals.raise(.interrupt) }
        harness.expect("watch --json", "{\"tasks\":[]}\n")
    }

    /// The first picture is drawn again for a new size, and a second later.
    @Test func watchDrawsUntilInterrupted() {
        _ = harness.perform("run long x")
        var pictures = 0
        harness.onOutput = { [signals = harness.signals, footer] text in
            guard text.contains(footer) else { return }
            pictures += 1
            if pictures != 2 { signals.raise(pictures == 1 ? .windowChange : .interrupt) }
        }
        let ran = harness.perform("watch")
        #expect(ran.code == 0 && ran.errors.isEmpty && pictures == 3)
        #expect(ran.output.hasPrefix("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[H127.0.0.1:\(server.port)  up"))
        #expect(ran.output.hasSuffix("\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"))
        #expect(ran.output.contains("execute"))
    }

    /// If the queue is longer than the screen, the next tasks are shown, not the newest.
    @Test func watchShowsTheNextTasks() {
        harness.input = [bytes(String(repeating: "\n", count: 60))]
        _ = harness.perform("run long --each-line")
        harness.onOutput = { [signals = harness.signals, footer] text in
            if text.contains(footer) { signals.raise(.interrupt) }
        }
        let rows = harness.perform("watch").output.split(separator: "\r\n").map { $0.split(separator: " ") }
        let ids = rows.compactMap { $0.first.flatMap { Int($0.replacing("\u{1B}[K", with: "")) } }
        #expect(ids.prefix(12) == ArraySlice(1...12), "\(rows)")
    }

    @Test func watchRestoresTheScreenIfTheConnectionIsLost() {
        harness = CommandHarness(
            .answer(reply(1, #""tasks":[]"#)), .answer(reply(2, #""uptime_ms":1"#)),
            .answer(reply(3, #""tasks":[]"#)), .silence, .close)
        harness.outputSize = CommandHarness.terminal
        let ran = harness.perform("watch")
        #expect(ran.output.hasSuffix("\u{1B}[?1049l") && ran.code == 6)
        #expect(
            ran.errors.contains(" was lost (the daemon closed the connection); uv-task info\(harness.options) shows"))
    }
}

struct WatchScreenTests {
    private let users = Console.Users(own: UserID(rawValue: 7)) { _ in "alice" }
    private let tasks: [TaskReport] = [
        .waiting(9, position: 1, remaining: 3000), .running(8, startedAt: 998_800, remaining: 800), .ended(7),
        .ended(6),
    ]

    private func lines(_ tasks: [TaskReport], width: Int = 80, height: Int = 24) -> [String] {
        var stats = StatsReply()
        (stats.uptime, stats.waiting, stats.running, stats.connections) = (7_440_000, 2, 1, 1)
        (stats.succeeded, stats.failed, stats.cancelled) = (100, 15, 5)
        return WatchScreen.lines(
            server: "localhost:4321", stats, tasks, now: 1_000_000, users: users, width: width, height: height,
            hasColors: false)
    }

    /// The running task comes first, then the next ones.
    @Test func theScreen() {
        var shown = [tasks[1], tasks[0], tasks[2], tasks[3]]
        shown[1].submitter = UserID(rawValue: 1000)
        let header = "localhost:4321  up 2 h  2 waiting, 1 running, 120 done  1 connection"
        let table = TaskListTable.lines(shown, now: 1_000_000, users: users, width: 80, hasColors: false)
        #expect(lines([shown[1], shown[0], shown[2], shown[3]]) == [header] + table + ["^C leaves"])
        #expect(lines([]) == [header, "no tasks", "^C leaves"])
    }

    @Test func aPictureReplacesTheOneBefore() {
        #expect(WatchScreen.picture(["a", "b"]) == "\u{1B}[Ha\u{1B}[K\r\nb\u{1B}[K\u{1B}[J")
    }

    @Test func tasksThatDoNotFitAreLeftOut() {
        for height in 0...10 {
            for width in 0...80 {
                let lines = lines(tasks, width: width, height: height)
                #expect(lines.count <= height && lines.allSatisfy { TerminalText.columns($0) <= width })
            }
        }
        #expect(lines(tasks, height: 1).count == 1 && lines(tasks, height: 2).last == "^C leaves")
        #expect(lines(tasks, height: 5).dropFirst(2).map { $0.prefix(2) } == [" 8", " 9", "^C"])
    }
}
