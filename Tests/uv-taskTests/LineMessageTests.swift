import TaskCore
import Testing

@testable import uv_task

struct LineMessageTests {
    @Test(
        arguments: [
            (17, false, [], "; lines before it were submitted"), (1, false, [], "; nothing was submitted"),
            (1, true, [], "; nothing was submitted"),
            (17, true, [], "; lines before it were submitted: go on from line 17"),
            (17, false, [(18, 101)], "; lines before it were submitted, and line 18 is task 101"),
            (
                1, true, [(3, 101), (4, 102), (5, 103), (9, 104)],
                "; lines 3 to 5 are tasks 101 to 103 and line 9 is task 104: go on with the others, from line 1"
            ),
            (
                2, true, [(3, 101), (5, 102), (7, 103), (8, 104)],
                "; lines before it were submitted, and line 3 is task 101, line 5 is task 102 and lines 7 to 8 are tasks 103 to "
                    + "104: go on with the others, from line 2"
            ),
            // Another client submitted task 6.
            (1, false, [(2, 5), (3, 7)], "; line 2 is task 5 and line 3 is task 7"),
        ] as [(Int, Bool, [(Int, TaskID)], String)])
    func aRefusedLine(line: Int, isTemporary: Bool, later: [(Int, TaskID)], text: String) {
        let later = later.map { (line: $0.0, id: $0.1) }
        let message = LineMessage.refused(line, "no", isTemporary: isTemporary, submittedAfter: later)
        #expect(message == "line \(line): no\(text)")
    }

    @Test(
        arguments: [
            (1, 2...2, "1 line was answered, and it is not known whether line 2 was queued"),
            (12, 13...15, "12 lines were answered, and it is not known whether lines 13 to 15 were queued"),
            (2, nil, "2 lines were answered"),
        ] as [(Int, ClosedRange<Int>?, String)])
    func linesOfALostConnection(answered: Int, unknown: ClosedRange<Int>?, text: String) {
        #expect(LineMessage.lost("it broke", answered: answered, unknown: unknown) == "it broke; \(text)")
    }
}
