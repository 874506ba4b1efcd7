import TaskCore
import TaskProtocol
import Testing

@testable import uv_task

/// The times are in milliseconds; reports arrive at 1,000,000 unless stated.
struct WaitProgressTests {
    private static func progress(_ report: TaskReport, at moment: Int = 1_000_000) -> WaitProgress {
        var progress = WaitProgress([7])
        progress.note(report, of: 7, at: moment)
        return progress
    }

    @Test(arguments: [
        (0, 80, "task 7: 3rd in the queue, done in about 9 s"),
        (2000, 80, "task 7: 3rd in the queue, done in about 7 s"),
        (60_000, 80, "task 7: 3rd in the queue, done in less than 1 s"), (0, 42, "task 7: 3rd in the queue"),
        (0, 20, "3rd in the queue"), (0, 1, "…"), (0, 0, ""),
    ]) func aTaskThatWaits(elapsed: Int, width: Int, line: String) {
        let progress = Self.progress(.waiting(position: 3, remaining: 9000))
        #expect(progress.line(at: 1_000_000 + elapsed, width: width) == line)
    }

    @Test(arguments: [
        (0, 80, "task 7 [########------------] about 3 s left"),
        (1000, 80, "task 7 [############--------] about 2 s left"),
        (2999, 80, "task 7 [###################-] less than 1 s left"),
        (3000, 80, "task 7 [####################] any moment now"),
        (8_000_000, 80, "task 7 [####################] any moment now"), (0, 34, "task 7 [####------] about 3 s left"),
        (0, 30, "task 7 [##----] about 3 s left"), (0, 29, "task 7: about 3 s left"), (0, 20, "about 3 s left"),
        (8_000_000, 20, "any moment now"), (0, 1, "…"),
    ]) func aTaskThatRuns(elapsed: Int, width: Int, line: String) {
        let progress = Self.progress(.running(startedAt: 998_000, remaining: 3000))
        #expect(progress.line(at: 1_000_000 + elapsed, width: width) == line)
    }

    @Test(arguments: [
        (0, 10, "[----------]"), (5, 5, "[#####-----]"), (99, 1, "[#########-]"), (0, 0, "[##########]"),
        (.max, .max, "[#####-----]"), (.max, 1, "[#########-]"),
    ]) func theBarShowsTheShareOfTheTime(elapsed: Int, remaining: Int, bar: String) {
        #expect(WaitProgress.bar(10, elapsed: elapsed, remaining: remaining) == bar)
    }

    @Test func withoutAnEstimateThereIsNoBar() {
        var running = Self.progress(.running(startedAt: 998_000))
        #expect(running.line(at: 1_000_000, width: 80) == "task 7: running for 2 s")
        #expect(running.line(at: 1_000_000, width: 18) == "task 7: running")
        #expect(running.line(at: 1_185_000, width: 80) == "task 7: running for 3 min 7 s")
        #expect(Self.progress(.waiting(position: 3)).line(at: 1_001_000, width: 80) == "task 7: 3rd in the queue")
        // The first task of the type that ends makes the estimate known.
        running.note(.running(startedAt: 998_000, remaining: 3000), of: 7, at: 1_000_000)
        #expect(running.line(at: 1_000_000, width: 80) == "task 7 [########------------] about 3 s left")
    }

    /// The clock of the server may differ.
    @Test func theBarBeginsNoEarlierThanTheTask() {
        let ahead = Self.progress(.running(startedAt: 2_000_000, remaining: 4000))
        #expect(ahead.line(at: 1_001_000, width: 80) == "task 7 [#####---------------] about 3 s left")
        var behind = Self.progress(.waiting(position: 1, remaining: 4000), at: 999_000)
        behind.note(.running(startedAt: 0, remaining: 3000), of: 7, at: 1_000_000)
        #expect(behind.line(at: 1_000_000, width: 80) == "task 7 [#####---------------] about 3 s left")
        // The next report does not restart it.
        behind.note(.running(startedAt: nil, remaining: 1000), of: 7, at: 1_002_000)
        #expect(behind.line(at: 1_002_000, width: 80) == "task 7 [###############-----] about 1 s left")
        let wrong = Self.progress(.running(startedAt: .min, remaining: .max))
        #expect(wrong.line(at: 1_000_000, width: 80) == "task 7 [##########----------] about 106751991167 days left")
    }

    @Test func severalTasks() {
        var progress = WaitProgress([9, 7, 8, 7, 6, 5])
        #expect(progress.open == [9, 7, 8, 6, 5])
        progress.note(.ended(), of: 5, at: 1_000_000)
        progress.noteEnd(of: 6)
        #expect(progress.open == [9, 7, 8])
        #expect(progress.line(at: 0, width: 80) == "2 of 5 done; task 7: not known yet")
        progress.note(.waiting(position: 1, remaining: 4000), of: 7, at: 1_000_000)
        progress.note(.waiting(position: 2, remaining: 8000), of: 8, at: 1_000_000)
        #expect(progress.current == 7)
        let line = "2 of 5 done; task 7: next in the queue"
        #expect(progress.line(at: 1_000_000, width: 80) == "\(line), done in about 4 s")
        #expect(progress.line(at: 1_000_000, width: 38) == line)
        #expect(progress.line(at: 1_000_000, width: 20) == "2 of 5 done")
        progress.note(.running(remaining: 2000), of: 7, at: 1_003_000)
        #expect(progress.line(at: 1_003_000, width: 60) == "2 of 5 done; task 7 [--------------------] about 2 s left")
        for task in [7, 8, 9] as [TaskID] { progress.noteEnd(of: task) }
        #expect(progress.line(at: 1_003_000, width: 80) == "5 of 5 done")
    }

    @Test func theEnd() {
        var progress = Self.progress(.ended())
        #expect(progress.line(at: 1_000_000, width: 80) == "task 7: success" && progress.current == nil)
        // A late answer to an earlier request.
        progress.note(.running(remaining: 2000), of: 7, at: 1_000_000)
        #expect(progress.line(at: 1_000_000, width: 80) == "task 7: success")
        #expect(WaitProgress([]).line(at: 0, width: 80) == "")
    }

    @Test func noLineIsTooWide() {
        let reports: [TaskReport] = [
            .waiting(position: 1_000_000, remaining: 9_000_000), .running(remaining: 90_000), .running(remaining: 0),
            .ended(), .running(), .waiting(position: 1_000_000),
        ]
        for progress in reports.map({ Self.progress($0) }) {
            for width in 0...70 { #expect(TerminalText.columns(progress.line(at: 1_000_500, width: width)) <= width) }
        }
    }
}
