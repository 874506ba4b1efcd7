import TaskCore
import TaskProtocol
import Testing

@testable import uv_task

struct RefusalWordsTests {
    private func limited(
        _ code: RequestError.Code, _ limit: String? = nil, _ value: Int? = nil, retryAfter: Int? = nil
    ) -> RequestError {
        var error = RequestError(code, "as the server says")
        error.limit = limit
        error.value = value
        error.retryAfter = retryAfter
        return error
    }

    @Test func ofATask() {
        #expect(
            RefusalWords.refused(limited(.unknownTask), of: 99)
                == "task 99: no such task; ids begin anew when the daemon restarts; uv-task list shows those that are kept"
        )
        #expect(
            RefusalWords.refused(limited(.expired), of: 7, options: " --port 4322")
                == "task 7: it has ended and is no longer kept; uv-task list --port 4322 shows those that are")
        #expect(
            RefusalWords.refused(limited(.restarted), of: 7)
                == "task 7: it is from before the daemon's restart, and gone; submit it again")
        #expect(
            RefusalWords.refused(limited(.draining), of: 7)
                == "task 7: the daemon is being stopped; try again when it runs again")
    }

    @Test func limits() {
        #expect(
            RefusalWords.refused(limited(.tooLarge, "max-message", 1_048_576))
                == "too large: the daemon takes at most 1048576 bytes; uv-taskd's --max-message sets that")
        #expect(RefusalWords.refused(limited(.tooLarge)) == "too large: as the server says")
        #expect(
            RefusalWords.refused(limited(.queueFull, "max-queued", 1000, retryAfter: 2000))
                == "the queue is full: at most 1000 tasks may wait (--max-queued); try again in about 2 s")
        #expect(RefusalWords.refused(limited(.queueFull)) == "the queue is full")
        #expect(
            RefusalWords.refused(limited(.memoryFull, "max-memory", 256 << 20, retryAfter: 1))
                == "the daemon's memory is full: at most 256 MiB of data and results (--max-memory); "
                + "try again in less than 1 s")
        #expect(
            RefusalWords.refused(limited(.tooManyConnections, "max-connections", 9, retryAfter: 2000))
                == "the daemon has too many connections: at most 9 (--max-connections); try again in about 2 s")
    }

    @Test func unknownTaskNames() {
        var error = limited(.unknownTaskName)
        #expect(RefusalWords.refused(error, submitOf: "x\u{1B}") == #"no task type is named "x\u{1B}""#)
        error.names = ["echo", "revers"]
        #expect(
            RefusalWords.refused(error, submitOf: "x") == #"no task type is named "x". There are: echo, revers"#)
        error.nearest = "revers"
        #expect(
            RefusalWords.refused(error, submitOf: "revrs")
                == #"no task type is named "revrs"; did you mean revers? There are: echo, revers"#)
        error.names = (1...20).map { "t\($0)" }
        #expect(RefusalWords.refused(error, submitOf: "x").hasSuffix(", t19, t20"))
        error.names = (1...100).map { "t\($0)" }
        #expect(RefusalWords.refused(error, submitOf: "x").hasSuffix(", t20, and more; uv-task info shows them"))
        #expect(RefusalWords.refused(limited(.draining), submitOf: "x").hasPrefix("the daemon is being stopped"))
    }

    @Test func dataThatATypeDoesNotTake() {
        #expect(
            RefusalWords.refused(limited(.badData), submitOf: "thumb")
                == "thumb does not take this data: as the server says")
        #expect(RefusalWords.refused(limited(.badData)) == "the task type does not take this data: as the server says")
    }

    @Test func others() {
        #expect(
            RefusalWords.refused(limited(.badRequest)) == "the daemon could not read the request: as the server says")
        #expect(
            RefusalWords.refused(limited(.unknownRequest))
                == "the daemon does not know this request; it may be older than this uv-task")
        #expect(
            RefusalWords.refused(limited(.draining)) == "the daemon is being stopped; try again when it runs again")
        #expect(
            RefusalWords.refused(limited(.keyConflict))
                == "the key was given before with another name or other data; choose another key")
        let later = RequestError.Code(rawValue: "too_late")
        #expect(RefusalWords.refused(limited(later)) == "as the server says")
        #expect(RefusalWords.refused(RequestError(later, "")) == "too_late")
        #expect(RefusalWords.refused(RequestError(later, "two\nlines\u{7}")) == #"two\u{A}lines\u{7}"#)
    }

    @Test func everyCodeHasItsSentenceOnOneLine() {
        for code in RequestError.Code.all {
            let sentence = RefusalWords.refused(limited(code, "max\n", 5, retryAfter: 5), of: 7)
            #expect(sentence.hasPrefix("task 7: "))
            #expect(!sentence.utf8.contains(UInt8(ascii: "\n")))
        }
    }

    @Test func theLineThatWasRefused() {
        #expect(RefusalWords.line(17, "no") == "line 17: no; lines before it were submitted")
        #expect(RefusalWords.line(1, "no") == "line 1: no; nothing was submitted")
        #expect(RefusalWords.line(1, "no", isTemporary: true) == "line 1: no; nothing was submitted")
        #expect(
            RefusalWords.line(17, "no", isTemporary: true)
                == "line 17: no; lines before it were submitted: go on from line 17")
    }

    @Test func linesThatWereSubmittedAfterIt() {
        func sent(_ lines: Int...) -> [(line: Int, id: TaskID)] {
            lines.enumerated().map { ($0.element, TaskID(rawValue: 101 + $0.offset)!) }
        }
        #expect(
            RefusalWords.line(17, "no", submittedAfter: sent(18))
                == "line 17: no; lines before it were submitted, and line 18 is task 101")
        #expect(
            RefusalWords.line(1, "no", isTemporary: true, submittedAfter: sent(3, 4, 5, 9))
                == "line 1: no; lines 3 to 5 are tasks 101 to 103 and line 9 is task 104: go on with the others, from line 1"
        )
        #expect(
            RefusalWords.line(2, "no", isTemporary: true, submittedAfter: sent(3, 5, 7, 8))
                == "line 2: no; lines before it were submitted, and line 3 is task 101, line 5 is task 102 and lines 7 to 8 are "
                + "tasks 103 to 104: go on with the others, from line 2")
        // Another client's tasks came between.
        let apart = RefusalWords.line(
            1, "no", submittedAfter: [(2, TaskID(rawValue: 5)!), (3, TaskID(rawValue: 7)!)])
        #expect(apart == "line 1: no; line 2 is task 5 and line 3 is task 7")
    }

    @Test func whatMayBeTakenLater() {
        let temporary = RequestError.Code.all.filter { RefusalWords.isTemporary(limited($0, retryAfter: 5)) }
        #expect(temporary == [.queueFull, .memoryFull])
        #expect(!RefusalWords.isTemporary(limited(.memoryFull)))
    }
}
