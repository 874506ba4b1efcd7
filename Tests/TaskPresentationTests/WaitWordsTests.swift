import Testing
import Wire

@testable import TaskPresentation

struct WaitWordsTests {
    private let third = TaskReport.waiting(position: 3, timeLeft: 9000)

    @Test func theTimeOut() {
        #expect(
            WaitWords.timedOut(7, after: 30_000, third)
                == "task 7 has not ended within 30 s: 3rd in the queue, done in about 9 s")
    }

    @Test func aResultThatIsNotThereYet() {
        #expect(
            WaitWords.unfinished(7, third)
                == "task 7 has not finished: waiting, 3rd in the queue, done in about 9 s; "
                + "uv-task result 7 --wait waits for it")
        #expect(
            WaitWords.unfinished(7, TaskReport(state: .waiting), options: " --port 4322")
                == "task 7 has not finished: waiting; uv-task result 7 --wait --port 4322 waits for it")
        #expect(
            WaitWords.unfinished(7, .running())
                == "task 7 has not finished: running; uv-task result 7 --wait waits for it")
    }

    @Test func aTaskThatFailed() {
        #expect(WaitWords.failed(7, TaskFailure(.failed, "too much")) == "task 7 ended in error: too much (failed)")
        #expect(WaitWords.failed(7, nil) == "task 7 ended in error")
    }

    @Test func interruptions() {
        #expect(
            WaitWords.interrupted([7], options: " --port 4322")
                == "interrupted; task 7 goes on. To wait for it: uv-task result 7 --wait --port 4322")
        #expect(
            WaitWords.interrupted([7, 8, 9])
                == "interrupted; 3 tasks go on. To wait for them: uv-task wait 7 8 9")
        #expect(WaitWords.interrupted([]) == "interrupted")
    }

    @Test func aLostConnection() {
        #expect(
            WaitWords.connectionLost(to: "localhost:4321", [7], cause: "it was reset")
                == "the connection to localhost:4321 was lost while task 7 was waited for (it was reset). "
                + "If the daemon still runs: uv-task result 7 --wait")
        #expect(
            WaitWords.connectionLost(to: "h:1", [7, 8], cause: "closed", options: " --host h --port 1")
                == "the connection to h:1 was lost while 2 tasks were waited for (closed). "
                + "If the daemon still runs: uv-task wait 7 8 --host h --port 1")
        #expect(WaitWords.connectionLost(to: "h:1", [], cause: "x\n") == #"the connection to h:1 was lost (x\u{A})"#)
    }
}
