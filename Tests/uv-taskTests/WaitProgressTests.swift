import TaskCore
import TaskProtocol
import Testing

@testable import uv_task

struct WaitProgressTests {
    private func progress(_ report: TaskReport, at moment: Int = 1_000_000) -> WaitProgress {
        var progress = WaitProgress([7])
        progress.note(report, of: 7, at: moment)
        return progress
    }

    @Test func aTaskThatWaits() {
        let progress = progress(.waiting(position: 3, remaining: 9000))
        #expect(progress.line(at: 1_000_000, width: 80) == "task 7: 3rd in the queue, done in about 9 s")
        #expect(progress.line(at: 1_002_000, width: 80) == "task 7: 3rd in the queue, done in about 7 s")
        #expect(progress.line(at: 1_060_000, width: 80) == "task 7: 3rd in the queue, done in less than 1 s")
        #expect(progress.line(at: 1_000_000, width: 42) == "task 7: 3rd in the queue")
        #expect(progress.line(at: 1_000_000, width: 20) == "3rd in the queue")
        #expect(progress.line(at: 1_000_000, width: 1) == "…")
        #expect(progress.line(at: 1_000_000, width: 0) == "")
    }

    @Test func aTaskThatRuns() {
        let progress = progress(.running(startedAt: 998_000, remaining: 3000))
        #expect(progress.line(at: 1_000_000, width: 80) == "task 7 [########------------] about 3 s left")
        #expect(progress.line(at: 1_001_000, width: 80) == "task 7 [############--------] about 2 s left")
        #expect(progress.line(at: 1_002_999, width: 80) == "task 7 [###################-] less than 1 s left")
        #expect(progress.line(at: 1_003_000, width: 80) == "task 7 [####################] any moment now")
        #expect(progress.line(at: 9_000_000, width: 80) == "task 7 [####################] any moment now")
        #expect(progress.line(at: 1_000_000, width: 34) == "task 7 [####------] about 3 s left")
        #expect(progress.line(at: 1_000_000, width: 30) == "task 7 [##----] about 3 s left")
        #expect(progress.line(at: 1_000_000, width: 29) == "task 7: about 3 s left")
        #expect(progress.line(at: 1_000_000, width: 20) == "about 3 s left")
        #expect(progress.line(at: 9_000_000, width: 20) == "any moment now")
        #expect(progress.line(at: 1_000_000, width: 1) == "…")
    }

    @Test func withoutAnEstimateThereIsNoBar() {
        let running = progress(.running(startedAt: 998_000))
        #expect(running.line(at: 1_000_000, width: 80) == "task 7: running for 2 s")
        #expect(running.line(at: 1_000_000, width: 18) == "task 7: running")
        #expect(running.line(at: 1_185_000, width: 80) == "task 7: running for 3 min 7 s")
        #expect(progress(.running()).line(at: 1_001_000, width: 80) == "task 7: running for 1 s")
        #expect(progress(.waiting(position: 3)).line(at: 1_001_000, width: 80) == "task 7: 3rd in the queue")
        // The first task of the type that ends makes the estimate known.
        var later = running
        later.note(.running(startedAt: 998_000, remaining: 3000), of: 7, at: 1_000_000)
        #expect(later.line(at: 1_000_000, width: 80) == "task 7 [########------------] about 3 s left")
    }

    /// The clock of the server may differ.
    @Test func theBarBeginsNoEarlierThanTheTask() {
        let ahead = progress(.running(startedAt: 2_000_000, remaining: 4000))
        #expect(ahead.line(at: 1_001_000, width: 80) == "task 7 [#####---------------] about 3 s left")
        var behind = progress(.waiting(position: 1, remaining: 4000), at: 999_000)
        behind.note(.running(startedAt: 0, remaining: 3000), of: 7, at: 1_000_000)
        #expect(behind.line(at: 1_000_000, width: 80) == "task 7 [#####---------------] about 3 s left")
        // The next report does not restart it.
        behind.note(.running(startedAt: nil, remaining: 1000), of: 7, at: 1_002_000)
        #expect(behind.line(at: 1_002_000, width: 80) == "task 7 [###############-----] about 1 s left")
        let wrong = progress(.running(startedAt: .min, remaining: .max))
        #expect(wrong.line(at: 1_000_000, width: 80) == "task 7 [##########----------] about 106751991167 days left")
    }

    @Test func severalTasks() {
        var progress = WaitProgress([9, 7, 8, 7, 6, 5])
        #expect(progress.open == [9, 7, 8, 6, 5])
        progress.note(.ended(), of: 5, at: 1_000_000)
        progress.noteEnd(of: 6)
        #expect(progress.open == [9, 7, 8])
        progress.note(.waiting(position: 1, remaining: 4000), of: 7, at: 1_000_000)
        progress.note(.waiting(position: 2, remaining: 8000), of: 8, at: 1_000_000)
        #expect(progress.current == 7)
        #expect(
            progress.line(at: 1_000_000, width: 80)
                == "2 of 5 done; task 7: next in the queue, done in about 4 s")
        #expect(progress.line(at: 1_000_000, width: 38) == "2 of 5 done; task 7: next in the queue")
        #expect(progress.line(at: 1_000_000, width: 20) == "2 of 5 done")
        progress.note(.running(remaining: 2000), of: 7, at: 1_003_000)
        #expect(
            progress.line(at: 1_003_000, width: 60) == "2 of 5 done; task 7 [-------------------" + "-] about 2 s left")
        #expect(progress.line(at: 1_003_000, width: 20) == "2 of 5 done")
    }

    @Test func theEnd() {
        var progress = progress(.ended())
        #expect(progress.line(at: 1_000_000, width: 80) == "task 7: success")
        #expect(progress.current == nil)
        // A late answer to an earlier request.
        progress.note(.running(remaining: 2000), of: 7, at: 1_000_000)
        #expect(progress.line(at: 1_000_000, width: 80) == "task 7: success")
        var both = WaitProgress([1, 2])
        both.note(.ended(), of: 1, at: 0)
        both.noteEnd(of: 2)
        #expect(both.line(at: 0, width: 80) == "2 of 2 done")
    }

    @Test func withoutReports() {
        #expect(WaitProgress([]).line(at: 0, width: 80) == "")
        #expect(WaitProgress([7]).line(at: 0, width: 80) == "task 7: not known yet")
        #expect(WaitProgress([7, 8]).line(at: 0, width: 80) == "0 of 2 done; task 7: not known yet")
        #expect(WaitProgress([7, 8]).line(at: 0, width: 20) == "0 of 2 done")
    }

    @Test func noLineIsTooWide() {
        let reports: [TaskReport] = [
            .waiting(position: 1_000_000, remaining: 9_000_000), .running(remaining: 90_000), .running(remaining: 0),
            .ended(), .running(), .waiting(position: 1_000_000),
        ]
        for report in reports {
            for width in 0...70 {
                #expect(TerminalText.columns(progress(report).line(at: 1_000_500, width: width)) <= width)
            }
        }
    }
}
