import Libuv
import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import uv_task

extension CommandTests {
    final class TaskCommandsTests {
        let server = LiveServer(types)
        var harness: CommandHarness

        init() { harness = CommandHarness(server) }
        deinit { server.end() }

        var noTask99: String {
            "uv-task: there is no task 99; ids begin anew when the server restarts; uv-task list\(harness.options) "
                + "shows the tasks that are kept\n"
        }

        /// 1 succeeds, 2 fails, 3 runs and 4 waits.
        func submitFour() {
            _ = harness.perform("run", "echo", "x", "--wait")
            _ = harness.perform("run", "bad", "", "--wait")
            _ = harness.perform("run", "long", "")
            _ = harness.perform("run", "echo", "")
        }

        @Test func statusIsPrintedInTheOrderOfTheIDs() {
            submitFour()
            let ran = harness.perform("status", "4", "99", "1", "2", "3")
            #expect(ran == CommandOutcome("waiting\nsuccess\nerror\nexecute\n", noTask99, 3))
            harness.errorSize = CommandHarness.terminal
            #expect(
                harness.perform("status", "4")
                    == CommandOutcome("waiting\n", "next in the queue, done in about 60 min\n"))
        }

        @Test func statusAsJSON() {
            let ran = harness.perform("status", "99", "--json")
            #expect(ran.output.hasPrefix("{\"task_id\":99,\"error\":{\"code\":\"unknown_task\","))
            #expect(ran.errors == noTask99 && ran.code == 3)
        }

        @Test func idsOfAnotherInstance() {
            submitFour()
            let ran = harness.perform("status", "1", "--instance", "\(instance)")
            #expect(ran.output.isEmpty && ran.code == 3)
            #expect(ran.errors.hasPrefix("uv-task: task 1: the server was restarted"))
            #expect(ran.errors.hasSuffix("; submit the task again\n"))
            #expect(harness.perform("cancel", "3", "--instance", "\(instance)").code == 3)
            #expect(harness.perform("result", "1", "--wait", "--instance", "\(instance)").code == 3)
            #expect(
                harness.perform("wait", "1", "--instance", "\(instance)").code == 3)
        }

        @Test func resultsAtOnce() {
            submitFour()
            #expect(harness.perform("result", "1") == CommandOutcome("x"))
            let failed = "uv-task: task 2 ended in error: too much of it (failed)\n"
            #expect(harness.perform("result", "2") == CommandOutcome("", failed, 1))
            let waiting =
                "uv-task: task 4 has not finished: waiting, next in the queue, done in about 60 min; "
                + "uv-task result 4 --wait\(harness.options) waits for it\n"
            #expect(harness.perform("result", "4") == CommandOutcome("", waiting, 2))
            #expect(harness.perform("result", "1", "2", "99", "1") == CommandOutcome("x\nx\n", failed + noTask99, 3))
        }

        @Test func resultsAfterAWait() {
            _ = harness.perform("run", "short", "a")
            _ = harness.perform("run", "echo", "b")
            #expect(harness.perform("result", "2", "1", "--wait") == CommandOutcome("b\na\n"))
            _ = harness.perform("run", "long", "")
            #expect(harness.perform("result", "1", "3", "--wait", "--timeout", "50ms").code == 4)
        }

        @Test func waitPrintsEachTaskAsItEnds() {
            _ = harness.perform("run", "short", "")
            _ = harness.perform("run", "bad", "")
            #expect(harness.perform("wait", "2", "1", "99") == CommandOutcome("1 success\n2 error\n", noTask99, 3))
            _ = harness.perform("run", "long", "")
            let ran = harness.perform("wait", "3", "1", "--timeout", "30ms")
            #expect(ran.output == "1 success\n" && ran.code == 4)
            #expect(ran.errors == "uv-task: task 3 has not ended within 30 ms: running, done in about 60 min\n")
        }

        @Test func cancel() {
            submitFour()
            #expect(harness.perform("cancel", "4", "3") == CommandOutcome("4 error\n3 error\n"))
            #expect(
                harness.perform("cancel", "4", "3") == CommandOutcome("4 error\n3 error\n"), "it was cancelled before")
            harness.errorSize = CommandHarness.terminal
            let words = "task 4: cancelled before it could start\ntask 3: cancelled while it ran\n"
            #expect(harness.perform("cancel", "4", "3") == CommandOutcome("4 error\n3 error\n", words))
            harness.errorSize = nil
            let sentences =
                "uv-task: task 1 had ended before: success\n"
                + "uv-task: task 2 had ended before: error: too much of it (failed)\n"
            #expect(harness.perform("cancel", "1", "2") == CommandOutcome("1 success\n2 error\n", sentences, 1))
        }

        @Test func aCancelThatDidNotEndTheTask() {
            let server = FakeServer([.answer(infoReply), .answer(#"{"seq":2,"status":"execute"}"# + "\n")])
            #expect(
                CommandHarness(server).perform("cancel", "7")
                    == CommandOutcome("7 execute\n", "uv-task: task 7 was not cancelled: running\n", 2))
        }

        @Test func aWaitThatTheServerEnds() {
            let timedOut = #"{"seq":1,"status":"waiting","data":null,"timed_out":true}"# + "\n"
            let server = FakeServer([.answer(timedOut), .silence, .answer(#"{"seq":3,"status":"waiting"}"# + "\n")])
            let ran = CommandHarness(server).perform("result", "7", "--wait")
            #expect(
                ran == CommandOutcome("", "uv-task: task 7 has not ended when the daemon ended the wait: waiting\n", 4))
        }

        @Test func aSuccessWithoutAResultIsForeign() {
            let server = FakeServer([.answer(#"{"seq":1,"status":"success","data":null}"# + "\n")])
            let ran = CommandHarness(server).perform("result", "7")
            #expect(ran.code == 6 && ran.errors.contains("is not uv-taskd: a success without a result"))
        }

        @Test func stdoutCannotBeWritten() {
            submitFour()
            harness.onOutput = { _ throws(UVError) in throw UVError(code: .invalidArgument, call: "write") }
            let ran = harness.perform("status", "1")
            #expect(ran == CommandOutcome("", "uv-task: cannot write the answer to stdout: invalid argument\n", 74))
        }
    }
}
