import TaskCore
import TaskProtocol
import Testing

@testable import uv_task

struct WatchScreenTests {
    private let tasks: [TaskReport] = [
        .waiting(10, position: 2, remaining: 4000), .waiting(9, position: 1, remaining: 3000),
        .running(8, startedAt: 998_800, remaining: 800), .ended(7), .ended(6),
    ]
    private var stats: StatsReply {
        var stats = StatsReply()
        stats.uptime = 7_440_000
        stats.waiting = 2
        stats.running = 1
        stats.succeeded = 100
        stats.failed = 15
        stats.cancelled = 5
        stats.connections = 1
        return stats
    }

    private func lines(_ tasks: [TaskReport], width: Int = 80, height: Int = 24) -> [String] {
        WatchScreen.lines(
            server: "localhost:4321", stats, tasks, now: 1_000_000, width: width, height: height, hasColors: false)
    }

    @Test func theScreen() {
        #expect(
            lines(tasks) == [
                "localhost:4321  up 2 h  2 waiting, 1 running, 120 done  1 connection",
                "ID  STATUS   TYPE    POSITION  DONE IN  SUBMITTED   TOOK  FAILURE",
                " 8  execute  revers         0     <1 s    3 s ago  1.2 s",
                " 9  waiting  revers         1      3 s   just now      -",
                "10  waiting  revers         2      4 s   just now      -",
                " 7  success  echo           -        -  5 min ago  2.0 s",
                " 6  success  echo           -        -  5 min ago  2.0 s",
                "^C leaves",
            ])
        #expect(
            lines([]) == [
                "localhost:4321  up 2 h  2 waiting, 1 running, 120 done  1 connection", "no tasks", "^C leaves",
            ])
    }

    @Test func aPictureReplacesTheOneBefore() {
        #expect(WatchScreen.picture(["a", "b"]) == "\u{1B}[Ha\u{1B}[K\r\nb\u{1B}[K\u{1B}[J")
    }

    @Test func tasksThatDoNotFitAreLeftOut() {
        #expect(
            lines(tasks, width: 20, height: 5) == [
                "localhost:4321  up …", "ID  STATUS   TYPE  …", " 8  execute  revers…", " 9  waiting  revers…",
                "^C leaves",
            ])
        for height in 0...10 {
            for width in 0...80 {
                let lines = lines(tasks, width: width, height: height)
                #expect(lines.count <= height)
                #expect(lines.allSatisfy { TerminalText.columns($0) <= width })
            }
        }
        #expect(lines(tasks, height: 1).count == 1)
        #expect(lines(tasks, height: 2).last == "^C leaves")
    }
}
