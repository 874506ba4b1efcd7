import TaskCore
import TaskProtocol
import Testing

@testable import uv_task

struct TaskReportTextTests {
    @Test func ordinals() {
        #expect(
            [1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 101, 111, 112, 113, 121, 1000, 1_000_003].map(ordinal) == [
                "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "23rd", "101st", "111th", "112th",
                "113th", "121st", "1000th", "1000003rd",
            ])
    }

    @Test func openTasks() {
        #expect(TaskReport.running(remaining: 2000).standing == "running, done in about 2 s")
        #expect(TaskReport.running().standing == "running")
        #expect(TaskReport.waiting(position: 1, remaining: 4000).standing == "next in the queue, done in about 4 s")
        #expect(TaskReport.waiting(position: 3, remaining: 9000).standing == "3rd in the queue, done in about 9 s")
        #expect(TaskReport.waiting(position: 3).standing == "3rd in the queue")
        #expect(TaskReport(state: .waiting).standing == "waiting")
    }

    @Test func endedTasks() {
        #expect(TaskReport.ended().standing == "success")
        #expect(TaskReport.ended(nil, TaskFailure(.failed, "too much")).standing == "error: too much (failed)")
        #expect(TaskReport.ended(nil, TaskFailure(.cancelled, "")).standing == "error: cancelled")
        #expect(TaskReport(state: .error).standing == "error")
    }

    @Test func theLastLineOfACommand() {
        func standing(_ output: String?, _ message: String = "the command exited with status 3") -> String {
            var failure = TaskFailure(.exit, message)
            failure.exitStatus = 3
            failure.errorOutput = output
            return TaskReport.ended(nil, failure).standing
        }
        #expect(standing(nil) == "error: the command exited with status 3 (exit)")
        #expect(standing("one\n  two \n\n \t\n") == "error: the command exited with status 3; it said: \"two \"")
        #expect(standing("10%\r100%\r\n", "") == "error: exit; it said: \"100%\"")
        #expect(standing(" \n") == "error: the command exited with status 3 (exit)")
        #expect(standing("a\u{1B}[31m\u{85}b\tc") == #"error: the command exited with status 3; it said: "b\u{9}c""#)
        let long = standing(String(repeating: "x", count: 1000))
        #expect(long.hasSuffix("xxx…\"") && TerminalText.columns(long) < 300)
    }

    @Test func failuresAreEscaped() {
        let failure = TaskFailure(TaskFailure.Code(rawValue: "a\u{9B}"), "two\nlines\u{1B}")
        #expect(failure.summary() == #"two\u{A}lines\u{1B} (a\u{9B})"#)
    }
}
