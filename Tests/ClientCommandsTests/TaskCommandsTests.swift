import Libuv
import TestServers
import Testing
import Wire

@testable import ClientCommands

extension ClientCommandsTests {
    final class TaskCommandsTests {
        let server = LiveServer(types)
        var stage: Stage

        init() { stage = Stage(server) }
        deinit { server.end() }

        var noTask99: String {
            "uv-task: task 99: no such task; ids begin anew when the daemon restarts; uv-task list\(options(stage)) "
                + "shows those that are kept\n"
        }

        /// 1 succeeds, 2 fails, 3 runs and 4 waits.
        func submitFour() {
            _ = stage.perform(run("echo", "x", waits: true))
            _ = stage.perform(run("bad", waits: true))
            _ = stage.perform(run("long"))
            _ = stage.perform(run("echo"))
        }

        @Test func statusInTheOrderOfTheIds() {
            submitFour()
            let ids = [4, 99, 1, 2, 3].map(id)
            let status = StatusCommand(ids: ids, instance: nil, isJSON: false)
            #expect(stage.perform(status) == Ran("waiting\nsuccess\nerror\nexecute\n", noTask99, 3))
            stage.errorSize = Stage.terminal
            let one = StatusCommand(ids: [id(4)], instance: nil, isJSON: false)
            #expect(stage.perform(one) == Ran("waiting\n", "next in the queue, done in about 60 min\n"))
        }

        @Test func statusAsJSON() {
            let status = StatusCommand(ids: [id(99)], instance: nil, isJSON: true)
            let ran = stage.perform(status)
            #expect(ran.output.hasPrefix("{\"task_id\":99,\"error\":{\"code\":\"unknown_task\","))
            #expect(ran.errors == noTask99 && ran.code == 3)
        }

        @Test func idsOfAnotherLife() {
            submitFour()
            let life = InstanceID(rawValue: 1)
            let ran = stage.perform(StatusCommand(ids: [id(1)], instance: life, isJSON: false))
            #expect(
                ran
                    == Ran(
                        "", "uv-task: task 1: it is from before the daemon's restart, and gone; submit it again\n", 3))
            #expect(stage.perform(CancelCommand(ids: [id(3)], instance: life, isJSON: false)).code == 3)
            let result = ResultCommand(ids: [id(1)], instance: life, waits: true, timeout: nil, isJSON: false)
            #expect(stage.perform(result).code == 3)
            #expect(stage.perform(WaitCommand(ids: [id(1)], instance: life, timeout: nil, isJSON: false)).code == 3)
        }

        func result(_ ids: Int..., waits: Bool = false, timeout: Int? = nil) -> ResultCommand {
            ResultCommand(ids: ids.map(id), instance: nil, waits: waits, timeout: timeout, isJSON: false)
        }

        @Test func resultsAtOnce() {
            submitFour()
            #expect(stage.perform(result(1)) == Ran("x"))
            let failed = "uv-task: task 2 ended in error: too much of it (failed)\n"
            #expect(stage.perform(result(2)) == Ran("", failed, 1))
            let waiting =
                "uv-task: task 4 has not finished: waiting, next in the queue, done in about 60 min; "
                + "uv-task result 4 --wait\(options(stage)) waits for it\n"
            #expect(stage.perform(result(4)) == Ran("", waiting, 2))
            #expect(stage.perform(result(1, 2, 99, 1)) == Ran("x\nx\n", failed + noTask99, 3))
        }

        @Test func resultsThatAreWaitedFor() {
            _ = stage.perform(run("short", "a"))
            _ = stage.perform(run("echo", "b"))
            #expect(stage.perform(result(2, 1, waits: true)) == Ran("b\na\n"))
            _ = stage.perform(run("long"))
            #expect(stage.perform(result(1, 3, waits: true, timeout: 50)).code == 4)
        }

        @Test func waitTellsOfEachAsItEnds() {
            _ = stage.perform(run("short"))
            _ = stage.perform(run("bad"))
            let wait = WaitCommand(ids: [id(2), id(1), id(99)], instance: nil, timeout: nil, isJSON: false)
            #expect(stage.perform(wait) == Ran("1 success\n2 error\n", noTask99, 3))
            _ = stage.perform(run("long"))
            let late = WaitCommand(ids: [id(3), id(1)], instance: nil, timeout: 30, isJSON: false)
            let ran = stage.perform(late)
            #expect(ran.output == "1 success\n" && ran.code == 4)
            #expect(ran.errors == "uv-task: task 3 has not ended within 30 ms: running, done in about 60 min\n")
        }

        @Test func cancel() {
            submitFour()
            let cancel = CancelCommand(ids: [id(4), id(3)], instance: nil, isJSON: false)
            #expect(stage.perform(cancel) == Ran("4 error\n3 error\n"))
            #expect(stage.perform(cancel) == Ran("4 error\n3 error\n"), "it is cancelled")
            let late = CancelCommand(ids: [id(1), id(2)], instance: nil, isJSON: false)
            let sentences =
                "uv-task: task 1 had ended before: success\n"
                + "uv-task: task 2 had ended before: error: too much of it (failed)\n"
            #expect(stage.perform(late) == Ran("1 success\n2 error\n", sentences, 1))
        }

        @Test func aCancelThatDidNotEndTheTask() {
            let server = FakeServer([.answer(#"{"seq":1,"status":"execute"}"# + "\n")])
            let cancel = CancelCommand(ids: [id(7)], instance: nil, isJSON: false)
            #expect(
                Stage(server).perform(cancel) == Ran("7 execute\n", "uv-task: task 7 was not cancelled: running\n", 2))
        }

        @Test func aWaitThatTheServerEnds() {
            let timedOut = #"{"seq":1,"status":"waiting","data":null,"timed_out":true}"# + "\n"
            let server = FakeServer([.answer(timedOut), .answer(#"{"seq":2,"status":"waiting"}"# + "\n")])
            let ran = Stage(server).perform(result(7, waits: true))
            #expect(ran == Ran("", "uv-task: task 7 has not ended when the daemon ended the wait: waiting\n", 4))
        }

        @Test func aSuccessWithoutAResultIsForeign() {
            let server = FakeServer([.answer(#"{"seq":1,"status":"success","data":null}"# + "\n")])
            let ran = Stage(server).perform(result(7))
            #expect(ran.code == 6 && ran.errors.contains("is not uv-taskd: a success without a result"))
        }

        @Test func aStdoutThatCannotBeWritten() {
            submitFour()
            stage.onOutput = { _ throws(UVError) in throw UVError(code: .invalidArgument, call: "write") }
            let ran = stage.perform(StatusCommand(ids: [id(1)], instance: nil, isJSON: false))
            #expect(ran == Ran("", "uv-task: cannot write the answer to stdout: invalid argument\n", 74))
        }
    }
}
