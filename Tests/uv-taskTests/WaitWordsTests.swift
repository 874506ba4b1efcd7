import TaskCore
import TaskProtocol
import Testing

@testable import uv_task

struct WaitWordsTests {
    private let results = WaitCall(wantsResults: true)
    private let third = TaskReport.waiting(position: 3, timeLeft: 9000)

    @Test func theTimeOut() {
        #expect(
            WaitWords.timedOut(7, after: 30_000, third)
                == "task 7 has not ended within 30 s: 3rd in the queue, done in about 9 s")
        #expect(
            WaitWords.timedOut(7, after: nil, third)
                == "task 7 has not ended when the daemon ended the wait: 3rd in the queue, done in about 9 s")
    }

    @Test func whatWasCancelled() {
        #expect(
            WaitWords.cancelled(7, TaskFailure(.cancelled, "cancelled\u{1B} while it ran"))
                == "task 7: cancelled\\u{1B} while it ran")
    }

    @Test func aResultThatIsNotThereYet() {
        #expect(
            WaitWords.unfinished(7, third, results)
                == "task 7 has not finished: waiting, 3rd in the queue, done in about 9 s; "
                + "uv-task result 7 --wait waits for it")
        #expect(
            WaitWords.unfinished(7, TaskReport(state: .waiting), WaitCall(wantsResults: true, options: " --port 4322"))
                == "task 7 has not finished: waiting; uv-task result 7 --wait --port 4322 waits for it")
        #expect(
            WaitWords.unfinished(7, .running(), results)
                == "task 7 has not finished: running; uv-task result 7 --wait waits for it")
    }

    @Test func aTaskThatFailed() {
        #expect(
            WaitWords.failed(7, TaskFailure(.failed, "too much"), results) == "task 7 ended in error: too much (failed)"
        )
        #expect(WaitWords.failed(7, nil, results) == "task 7 ended in error")
        var failure = TaskFailure(.exit, "the command exited with status 3")
        failure.errorOutput = "usage: …\nconvert: no such file\n"
        #expect(
            WaitWords.failed(7, failure, WaitCall(wantsResults: true, isJSON: true, file: "x", options: " --port 4322"))
                == "task 7 ended in error: the command exited with status 3; it said: \"convert: no such file\". "
                + "All it said: uv-task log 7 --port 4322")
    }

    @Test func resultsForFiles() {
        let life = InstanceID(rawValue: 0xab)
        let file = WaitCall(wantsResults: true, instance: life, file: "a b", options: " --port 4322")
        #expect(file.words([7]) == "uv-task result 7 --wait --output 'a b' --instance 00000000000000ab --port 4322")
        #expect(
            WaitWords.binary(7, count: 12_600, results)
                == "the result of task 7, 12.3 KiB, is binary and not for a terminal; "
                + "uv-task result 7 --output FILE writes it to a file")
        #expect(
            WaitWords.unwritten(7, to: "a\n", cause: "no space left on device", file)
                == #"cannot write the result of task 7 to a\u{A}: no space left on device; "#
                + "uv-task result 7 --output 'a b' --instance 00000000000000ab --port 4322 tries again")
    }

    @Test func theCallThatGoesOnAsksForTheSame() {
        let life = InstanceID(rawValue: 0xab)
        #expect(results.words([7]) == "uv-task result 7 --wait")
        #expect(WaitCall(wantsResults: false).words([7]) == "uv-task wait 7")
        #expect(
            WaitCall(wantsResults: true, instance: life, isJSON: true, options: " --port 4322").words([7, 9])
                == "uv-task result 7 9 --wait --instance 00000000000000ab --json --port 4322")
        #expect(
            WaitCall(wantsResults: false, instance: life, isJSON: true).words((1...11).map { TaskID(rawValue: $0)! })
                == "uv-task wait 1 2 3 4 5 6 7 8 9 10 --instance 00000000000000ab --json")
    }

    @Test func interruptions() {
        #expect(
            WaitWords.interrupted([7], unprinted: [7], results)
                == "interrupted; task 7 goes on. To wait for it: uv-task result 7 --wait")
        #expect(
            WaitWords.interrupted([7, 8, 9], unprinted: [7, 8, 9], WaitCall(wantsResults: false))
                == "interrupted; 3 tasks go on. To wait for them: uv-task wait 7 8 9")
        #expect(
            WaitWords.interrupted([7], unprinted: [7, 8], results)
                == "interrupted; task 7 goes on. To get what was not printed: uv-task result 7 8 --wait")
        let twelve = (1...12).map { TaskID(rawValue: $0)! }
        #expect(
            WaitWords.interrupted(twelve, unprinted: twelve, results)
                == "interrupted; 12 tasks go on. To wait for them (the first 10; 2 more are left): "
                + "uv-task result 1 2 3 4 5 6 7 8 9 10 --wait")
        #expect(WaitWords.interrupted([], unprinted: [], results) == "interrupted")
    }

    @Test func aLostConnection() {
        #expect(
            WaitWords.connectionLost(to: "localhost:4321", [7], unprinted: [7], cause: "it was reset", results)
                == "the connection to localhost:4321 was lost while task 7 was waited for (it was reset). "
                + "If the daemon still runs: uv-task result 7 --wait")
        #expect(
            WaitWords.connectionLost(
                to: "h:1", [7, 8], unprinted: [7, 8], cause: "closed",
                WaitCall(wantsResults: false, options: " --port 1"))
                == "the connection to h:1 was lost while 2 tasks were waited for (closed). "
                + "If the daemon still runs: uv-task wait 7 8 --port 1")
        #expect(
            WaitWords.connectionLost(to: "h:1", [7], unprinted: [7], unknown: 3...5, cause: "closed", results)
                == "the connection to h:1 was lost while task 7 was waited for, and what became of lines 3 to 5 is not "
                + "known (closed). If the daemon still runs: uv-task result 7 --wait")
        #expect(
            WaitWords.connectionLost(to: "h:1", [], unprinted: [], cause: "x\n", results)
                == #"the connection to h:1 was lost (x\u{A})"#)
    }
}
