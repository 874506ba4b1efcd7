import TaskCore
import TaskProtocol
import Testing

@testable import uv_task

struct WatchScreenTests {
    private let tasks: [TaskReport] = [
        .waiting(10, position: 2, timeLeft: 4000), .waiting(9, position: 1, timeLeft: 3000),
        .running(8, startedAt: 998_800, timeLeft: 800), .ended(6), .ended(7),
    ]
    private var statistics: ServerStatistics {
        var statistics = ServerStatistics()
        statistics.uptime = 7_440_000
        statistics.waiting = 2
        statistics.running = 1
        statistics.succeeded = 100
        statistics.failed = 15
        statistics.cancelled = 5
        statistics.connections = 1
        return statistics
    }

    private func lines(_ tasks: [TaskReport], width: Int = 80, height: Int = 24) -> [String] {
        WatchScreen.lines(
            server: "localhost:4321", statistics: statistics, tasks: tasks, now: 1_000_000, width: width,
            height: height,
            hasColors: false)
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

    @Test func whatDoesNotFitIsLeftOut() {
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
