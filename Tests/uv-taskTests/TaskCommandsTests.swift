import Libuv
import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import uv_task

extension ClientCommandsTests {
    final class TaskCommandsTests {
        let server = LiveServer(types)
        var harness: CommandHarness

        init() { harness = CommandHarness(server) }
        deinit { server.end() }

        var noTask99: String {
            "uv-task: task 99: no such task; ids begin anew when the daemon restarts; uv-task list\(options(harness)) "
                + "shows those that are kept\n"
        }

        /// 1 succeeds, 2 fails, 3 runs and 4 waits.
        func submitFour() {
            _ = harness.perform(run("echo", "x", waits: true))
            _ = harness.perform(run("bad", waits: true))
            _ = harness.perform(run("long"))
            _ = harness.perform(run("echo"))
        }

        @Test func statusInTheOrderOfTheIds() {
            submitFour()
            let ids = [4, 99, 1, 2, 3].map(id)
            let status = StatusCommand(TaskSelection(ids), isJSON: false)
            #expect(harness.perform(status) == CommandOutcome("waiting\nsuccess\nerror\nexecute\n", noTask99, 3))
            harness.errorSize = CommandHarness.terminal
            let one = StatusCommand(TaskSelection([id(4)]), isJSON: false)
            #expect(harness.perform(one) == CommandOutcome("waiting\n", "next in the queue, done in about 60 min\n"))
        }

        @Test func statusAsJSON() {
            let status = StatusCommand(TaskSelection([id(99)]), isJSON: true)
            let ran = harness.perform(status)
            #expect(ran.output.hasPrefix("{\"task_id\":99,\"error\":{\"code\":\"unknown_task\","))
            #expect(ran.errors == noTask99 && ran.code == 3)
        }

        @Test func idsOfAnotherLife() {
            submitFour()
            let life = InstanceID(rawValue: 1)
            let ran = harness.perform(StatusCommand(TaskSelection([id(1)], of: life), isJSON: false))
            #expect(
                ran
                    == CommandOutcome(
                        "", "uv-task: task 1: it is from before the daemon's restart, and gone; submit it again\n", 3))
            #expect(harness.perform(CancelCommand(TaskSelection([id(3)], of: life), isJSON: false)).code == 3)
            let result = ResultCommand(TaskSelection([id(1)], of: life), waits: true, timeout: nil, isJSON: false)
            #expect(harness.perform(result).code == 3)
            #expect(
                harness.perform(WaitCommand(TaskSelection([id(1)], of: life), timeout: nil, isJSON: false)).code == 3)
        }

        func result(_ ids: Int..., waits: Bool = false, timeout: Int? = nil) -> ResultCommand {
            ResultCommand(TaskSelection(ids.map(id)), waits: waits, timeout: timeout, isJSON: false)
        }

        @Test func resultsAtOnce() {
            submitFour()
            #expect(harness.perform(result(1)) == CommandOutcome("x"))
            let failed = "uv-task: task 2 ended in error: too much of it (failed)\n"
            #expect(harness.perform(result(2)) == CommandOutcome("", failed, 1))
            let waiting =
                "uv-task: task 4 has not finished: waiting, next in the queue, done in about 60 min; "
                + "uv-task result 4 --wait\(options(harness)) waits for it\n"
            #expect(harness.perform(result(4)) == CommandOutcome("", waiting, 2))
            #expect(harness.perform(result(1, 2, 99, 1)) == CommandOutcome("x\nx\n", failed + noTask99, 3))
        }

        @Test func resultsThatAreWaitedFor() {
            _ = harness.perform(run("short", "a"))
            _ = harness.perform(run("echo", "b"))
            #expect(harness.perform(result(2, 1, waits: true)) == CommandOutcome("b\na\n"))
            _ = harness.perform(run("long"))
            #expect(harness.perform(result(1, 3, waits: true, timeout: 50)).code == 4)
        }

        @Test func waitTellsOfEachAsItEnds() {
            _ = harness.perform(run("short"))
            _ = harness.perform(run("bad"))
            let wait = WaitCommand(TaskSelection([id(2), id(1), id(99)]), timeout: nil, isJSON: false)
            #expect(harness.perform(wait) == CommandOutcome("1 success\n2 error\n", noTask99, 3))
            _ = harness.perform(run("long"))
            let late = WaitCommand(TaskSelection([id(3), id(1)]), timeout: 30, isJSON: false)
            let ran = harness.perform(late)
            #expect(ran.output == "1 success\n" && ran.code == 4)
            #expect(ran.errors == "uv-task: task 3 has not ended within 30 ms: running, done in about 60 min\n")
        }

        @Test func cancel() {
            submitFour()
            let cancel = CancelCommand(TaskSelection([id(4), id(3)]), isJSON: false)
            #expect(harness.perform(cancel) == CommandOutcome("4 error\n3 error\n"))
            #expect(harness.perform(cancel) == CommandOutcome("4 error\n3 error\n"), "it is cancelled")
            harness.errorSize = CommandHarness.terminal
            let words = "task 4: cancelled before it could start\ntask 3: cancelled while it ran\n"
            #expect(harness.perform(cancel) == CommandOutcome("4 error\n3 error\n", words))
            harness.errorSize = nil
            let late = CancelCommand(TaskSelection([id(1), id(2)]), isJSON: false)
            let sentences =
                "uv-task: task 1 had ended before: success\n"
                + "uv-task: task 2 had ended before: error: too much of it (failed)\n"
            #expect(harness.perform(late) == CommandOutcome("1 success\n2 error\n", sentences, 1))
        }

        @Test func aCancelThatDidNotEndTheTask() {
            let server = FakeServer([.answer(infoReply), .answer(#"{"seq":2,"status":"execute"}"# + "\n")])
            let cancel = CancelCommand(TaskSelection([id(7)]), isJSON: false)
            #expect(
                CommandHarness(server).perform(cancel)
                    == CommandOutcome("7 execute\n", "uv-task: task 7 was not cancelled: running\n", 2))
        }

        @Test func aWaitThatTheServerEnds() {
            let timedOut = #"{"seq":1,"status":"waiting","data":null,"timed_out":true}"# + "\n"
            let server = FakeServer([.answer(timedOut), .silence, .answer(#"{"seq":3,"status":"waiting"}"# + "\n")])
            let ran = CommandHarness(server).perform(result(7, waits: true))
            #expect(
                ran == CommandOutcome("", "uv-task: task 7 has not ended when the daemon ended the wait: waiting\n", 4))
        }

        @Test func aSuccessWithoutAResultIsForeign() {
            let server = FakeServer([.answer(#"{"seq":1,"status":"success","data":null}"# + "\n")])
            let ran = CommandHarness(server).perform(result(7))
            #expect(ran.code == 6 && ran.errors.contains("is not uv-taskd: a success without a result"))
        }

        @Test func aStdoutThatCannotBeWritten() {
            submitFour()
            harness.onOutput = { _ throws(UVError) in throw UVError(code: .invalidArgument, call: "write") }
            let ran = harness.perform(StatusCommand(TaskSelection([id(1)]), isJSON: false))
            #expect(ran == CommandOutcome("", "uv-task: cannot write the answer to stdout: invalid argument\n", 74))
        }
    }
}
