import TaskCore
import TaskProtocol
import Testing

@testable import uv_task

struct TaskListTableTests {
    private let tasks: [TaskReport] = [
        .waiting(9, position: 2, remaining: 4000), .running(8, startedAt: 998_800, remaining: 800),
        .ended(7, TaskFailure(.cancelled, "a client asked for it")), .ended(6),
    ]

    private func text(_ tasks: [TaskReport], width: Int? = nil, hasColors: Bool = false) -> String {
        TaskListTable.lines(tasks, now: 1_000_000, width: width, hasColors: hasColors).map { $0 + "\n" }.joined()
    }

    @Test func theTable() {
        #expect(
            text(tasks) == """
                ID  STATUS   TYPE    POSITION  DONE IN  SUBMITTED   TOOK  FAILURE
                 9  waiting  revers         2      4 s   just now      -
                 8  execute  revers         0     <1 s    3 s ago  1.2 s
                 7  error    echo           -        -  5 min ago  2.0 s  a client asked for it (cancelled)
                 6  success  echo           -        -  5 min ago  2.0 s

                """)
    }

    @Test func noTasks() {
        #expect(text([]) == "")
    }

    @Test func unknownValues() {
        let unknown = TaskReport(state: .waiting)
        #expect(
            text([unknown]) == """
                ID  STATUS   TYPE  POSITION  DONE IN  SUBMITTED  TOOK  FAILURE
                 -  waiting  -            -        -          -     -

                """)
    }

    @Test func colors() {
        let lines = TaskListTable.lines(tasks, now: 1_000_000, width: 40, hasColors: true)
        #expect(
            lines == [
                "ID  STATUS   TYPE    POSITION  DONE IN …",
                " 9  waiting  revers         2      4 s …",
                " 8  \u{1B}[1;33mexecute\u{1B}[0m  revers         0     <1 s …",
                " 7  \u{1B}[31merror\u{1B}[0m    echo           -        - …",
                " 6  \u{1B}[32msuccess\u{1B}[0m  echo           -        - …",
            ])
        // A clipped state has no colour: no escape sequence is cut.
        #expect(TaskListTable.lines(tasks, now: 0, width: 8, hasColors: true)[2] == " 8  exe…")
        #expect(
            TaskListTable.lines(tasks, now: 0, width: 12, hasColors: true)[2] == " 8  \u{1B}[1;33mexecute\u{1B}[0m…")
        #expect(TaskListTable.lines(tasks, now: 0, width: 1, hasColors: true) == ["…", "…", "…", "…", "…"])
    }

    @Test func noLineIsWiderThanTheTerminal() {
        var wide = tasks
        wide[0].taskName = String(repeating: "日本\u{1B}", count: 1000)
        for width in 0...120 {
            for line in TaskListTable.lines(wide, now: 1_000_000, width: width, hasColors: false) {
                #expect(TerminalText.columns(line) <= width)
            }
        }
    }

    @Test func textsAreEscaped() {
        var task = TaskReport.ended(7, TaskFailure(.failed, "red\u{1B}[31m\nline"))
        task.taskName = "日本\u{9B}"
        #expect(
            text([task, .ended(6)]) == #"""
                ID  STATUS   TYPE        POSITION  DONE IN  SUBMITTED   TOOK  FAILURE
                 7  error    日本\u{9B}         -        -  5 min ago  2.0 s  red\u{1B}[31m\u{A}line (failed)
                 6  success  echo               -        -  5 min ago  2.0 s

                """#)
    }

    @Test func longTypesAreClipped() {
        var task = TaskReport.ended(7)
        task.taskName = String(repeating: "x", count: 100)
        let clipped = text([task], width: 200).split(separator: "\n")[1]
        #expect(
            clipped == " 7  success  " + String(repeating: "x", count: 39) + "…         -        -  5 min ago  2.0 s")
        #expect(text([task]).split(separator: "\n")[1].utf8.count > 140)
        #expect(text([task]).split(separator: "\n")[0].utf8.count < 110)
    }
}
