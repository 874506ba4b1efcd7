import TaskCore
import TaskProtocol
import Testing

@testable import uv_task

struct TaskWordsTests {
    @Test func ordinals() {
        #expect(
            [1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 101, 111, 112, 113, 121, 1000, 1_000_003].map(TaskWords.ordinal) == [
                "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "23rd", "101st", "111th", "112th",
                "113th", "121st", "1000th", "1000003rd",
            ])
    }

    @Test func openTasks() {
        #expect(TaskWords.standing(.running(timeLeft: 2000)) == "running, done in about 2 s")
        #expect(TaskWords.standing(.running()) == "running")
        #expect(TaskWords.standing(.waiting(position: 1, timeLeft: 4000)) == "next in the queue, done in about 4 s")
        #expect(TaskWords.standing(.waiting(position: 3, timeLeft: 9000)) == "3rd in the queue, done in about 9 s")
        #expect(TaskWords.standing(.waiting(position: 3, timeLeft: 9)) == "3rd in the queue, done in less than 1 s")
        #expect(TaskWords.standing(.waiting(position: 3)) == "3rd in the queue")
        #expect(TaskWords.standing(TaskReport(state: .waiting)) == "waiting")
    }

    @Test func endedTasks() {
        #expect(TaskWords.standing(.ended()) == "success")
        #expect(TaskWords.standing(.ended(nil, TaskFailure(.failed, "too much"))) == "error: too much (failed)")
        #expect(TaskWords.standing(.ended(nil, TaskFailure(.cancelled, ""))) == "error: cancelled")
        #expect(TaskWords.standing(TaskReport(state: .error)) == "error")
    }

    @Test func whatACommandSaidLast() {
        func standing(_ output: String?, _ message: String = "the command exited with status 3") -> String {
            var failure = TaskFailure(.exit, message)
            failure.exitStatus = 3
            failure.errorOutput = output
            return TaskWords.standing(.ended(nil, failure))
        }
        #expect(standing(nil) == "error: the command exited with status 3 (exit)")
        #expect(standing("one\n  two \n\n \t\n") == "error: the command exited with status 3; it said: \"two \"")
        #expect(standing("10%\r100%\r\n", "") == "error: exit; it said: \"100%\"")
        #expect(standing(" \n") == "error: the command exited with status 3 (exit)")
        #expect(standing("a\u{1B}[31m\u{85}b\tc") == #"error: the command exited with status 3; it said: "b\u{9}c""#)
        let long = standing(String(repeating: "x", count: 1000))
        #expect(long.hasSuffix("xxx…\"") && TerminalText.columns(long) < 300)
    }

    @Test func failuresAreAStrangersText() {
        let failure = TaskFailure(TaskFailure.Code(rawValue: "a\u{9B}"), "two\nlines\u{1B}")
        #expect(TaskWords.failure(failure) == #"two\u{A}lines\u{1B} (a\u{9B})"#)
    }
}
