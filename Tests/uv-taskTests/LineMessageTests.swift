import TaskCore
import Testing

@testable import uv_task

struct LineMessageTests {
    @Test func theRefusedLine() {
        #expect(LineMessage.refused(17, "no") == "line 17: no; lines before it were submitted")
        #expect(LineMessage.refused(1, "no") == "line 1: no; nothing was submitted")
        #expect(LineMessage.refused(1, "no", isTemporary: true) == "line 1: no; nothing was submitted")
        #expect(
            LineMessage.refused(17, "no", isTemporary: true)
                == "line 17: no; lines before it were submitted: go on from line 17")
    }

    @Test func laterLinesThatWereSubmitted() {
        func tasks(of lines: Int...) -> [(line: Int, id: TaskID)] {
            lines.enumerated().map { ($0.element, TaskID(rawValue: 101 + $0.offset)!) }
        }
        #expect(
            LineMessage.refused(17, "no", submittedAfter: tasks(of: 18))
                == "line 17: no; lines before it were submitted, and line 18 is task 101")
        #expect(
            LineMessage.refused(1, "no", isTemporary: true, submittedAfter: tasks(of: 3, 4, 5, 9))
                == "line 1: no; lines 3 to 5 are tasks 101 to 103 and line 9 is task 104: go on with the others, from line 1"
        )
        #expect(
            LineMessage.refused(2, "no", isTemporary: true, submittedAfter: tasks(of: 3, 5, 7, 8))
                == "line 2: no; lines before it were submitted, and line 3 is task 101, line 5 is task 102 and lines 7 to 8 are "
                + "tasks 103 to 104: go on with the others, from line 2")
        // Another client submitted task 6.
        #expect(
            LineMessage.refused(1, "no", submittedAfter: [(2, 5), (3, 7)])
                == "line 1: no; line 2 is task 5 and line 3 is task 7")
    }

    @Test func linesOfALostConnection() {
        #expect(
            LineMessage.lost("it broke", answered: 1, unknown: 2...2)
                == "it broke; 1 line was answered, and it is not known whether line 2 was queued")
        #expect(
            LineMessage.lost("it broke", answered: 12, unknown: 13...15)
                == "it broke; 12 lines were answered, and it is not known whether lines 13 to 15 were queued")
        #expect(LineMessage.lost("it broke", answered: 2, unknown: nil) == "it broke; 2 lines were answered")
    }
}
