import TaskCore
import TaskProtocol
import Testing

@testable import uv_task

struct TaskListTableTests {
    private let tasks: [TaskReport] = [
        .waiting(9, position: 2, remaining: 4000), .running(8, startedAt: 998_800, remaining: 800),
        .ended(7, TaskFailure(.cancelled, "a client asked for it")), .ended(6),
    ]

    /// The reader is user 7.
    private let users = Console.Users(own: UserID(rawValue: 7)) { [7: "me", 8: "al\u{1B}ice"][$0.rawValue] }

    private func lines(
        _ tasks: [TaskReport], of users: Console.Users?, width: Int? = nil, hasColors: Bool = false
    ) -> [String] {
        TaskListTable.lines(tasks, now: 1_000_000, users: users, width: width, hasColors: hasColors)
    }

    private func text(_ tasks: [TaskReport]) -> String { lines(tasks, of: users).joined(separator: "\n") }

    private func submitted(_ task: TaskReport, by user: UInt32?) -> TaskReport {
        var task = task
        task.submitter = user.map { UserID(rawValue: $0) }
        return task
    }

    @Test func theTable() {
        var odd = TaskReport.ended(5, TaskFailure(.failed, "red\u{1B}[31m\nline"))
        odd.taskName = "日本\u{9B}"
        #expect(
            text(tasks + [odd, TaskReport(state: .waiting)]) == #"""
                ID  STATUS   TYPE        POSITION  DONE IN  SUBMITTED   TOOK  FAILURE
                 9  waiting  revers             2      4 s   just now      -
                 8  execute  revers             0     <1 s    3 s ago  1.2 s
                 7  error    echo               -        -  5 min ago  2.0 s  a client asked for it (cancelled)
                 6  success  echo               -        -  5 min ago  2.0 s
                 5  error    日本\u{9B}         -        -  5 min ago  2.0 s  red\u{1B}[31m\u{A}line (failed)
                 -  waiting  -                  -        -          -      -
                """#)
        #expect(text([]) == "")
    }

    @Test func submittersAreShownIfOneOfThemIsSomebodyElse() {
        let own = [submitted(tasks[0], by: 7)] + tasks[1...]
        #expect(text(own) == text(tasks))
        let mixed = [own[0], submitted(tasks[1], by: 8), submitted(tasks[2], by: 65534), tasks[3]]
        #expect(
            text(mixed) == #"""
                ID  STATUS   TYPE    USER         POSITION  DONE IN  SUBMITTED   TOOK  FAILURE
                 9  waiting  revers  me                  2      4 s   just now      -
                 8  execute  revers  al\u{1B}ice         0     <1 s    3 s ago  1.2 s
                 7  error    echo    65534               -        -  5 min ago  2.0 s  a client asked for it (cancelled)
                 6  success  echo    -                   -        -  5 min ago  2.0 s
                """#)
    }

    /// Another machine has other users, with the same numbers.
    @Test func submittersOnAnotherMachineAreShownByNumberIfTheyDiffer() {
        let differing = lines([submitted(tasks[0], by: 7), submitted(tasks[1], by: 8)], of: nil)
        #expect(differing[1] == " 9  waiting  revers  7            2      4 s   just now      -")
        let equal = lines([submitted(tasks[0], by: 8), submitted(tasks[1], by: 8), tasks[2]], of: nil)
        #expect(!equal[0].contains("USER"))
    }

    @Test func colors() {
        #expect(
            lines(tasks, of: users, width: 40, hasColors: true) == [
                "ID  STATUS   TYPE    POSITION  DONE IN …",
                " 9  waiting  revers         2      4 s …",
                " 8  \u{1B}[1;33mexecute\u{1B}[0m  revers         0     <1 s …",
                " 7  \u{1B}[31merror\u{1B}[0m    echo           -        - …",
                " 6  \u{1B}[32msuccess\u{1B}[0m  echo           -        - …",
            ])
        // A clipped state has no colour: no escape sequence is cut.
        #expect(lines(tasks, of: users, width: 8, hasColors: true)[2] == " 8  exe…")
        #expect(lines(tasks, of: users, width: 12, hasColors: true)[2] == " 8  \u{1B}[1;33mexecute\u{1B}[0m…")
    }

    @Test func noLineIsWiderThanTheTerminal() {
        var wide = tasks
        wide[0] = submitted(wide[0], by: 8)
        wide[0].taskName = String(repeating: "日本\u{1B}", count: 1000)
        for width in 0...120 {
            for line in lines(wide, of: users, width: width) { #expect(TerminalText.columns(line) <= width) }
        }
        // A type is clipped, so that the other columns stay visible; without a terminal its header is not padded to it.
        let clipped = lines(wide, of: users, width: 200)
        #expect(clipped[1].contains("…  al\\u{1B}ice "))
        #expect(lines(wide, of: users)[0].utf8.count < 120 && lines(wide, of: users)[1].utf8.count > 1000)
    }
}
