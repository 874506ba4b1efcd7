import Libuv
import TaskCore
import TestServers
import Testing

@testable import uv_task

/// 1 succeeds, 2 fails, 3 runs and 4 waits.
final class TaskCommandsTests {
    let server = LiveServer(types)
    var harness: CommandHarness

    init() {
        harness = CommandHarness(server)
        for command in ["run echo x --wait", "run bad x --wait", "run long x", "run echo x"] {
            _ = harness.perform(command)
        }
    }
    deinit { server.end() }

    var noTask99: String {
        "there is no task 99; ids begin anew when the server restarts; uv-task list\(harness.options) shows the tasks "
            + "that are kept"
    }
    let failed = "task 2 ended in error: too much of it (failed)"

    @Test func statusPrintsTheStateOfEachTask() {
        harness.expect("status 4 99 1 2 3 1", "waiting\nsuccess\nerror\nexecute\nsuccess\n", says: noTask99, code: 3)
        let reply = harness.perform("status 99 --json")
        #expect(reply.output.hasPrefix(#"{"task_id":99,"error":{"code":"unknown_task","#) && reply.code == 3)
        harness.errorSize = CommandHarness.terminal
        let standing = "next in the queue, done in about 4 days\n"
        #expect(harness.perform("status 4") == CommandOutcome("waiting\n", standing))
        let several = "task 4: \(standing)"
        #expect(harness.perform("status 1 4") == CommandOutcome("success\nwaiting\n", several))
    }

    @Test func resultDoesNotWaitByDefault() {
        harness.expect("result 1", "x")
        harness.expect("result 2", says: failed, code: 1)
        let next = "uv-task result 4 --wait\(harness.options)"
        let standing = "waiting, next in the queue, done in about 4 days"
        harness.expect("result 4", says: "task 4 has not finished: \(standing); \(next) waits for it", code: 2)
        harness.expect("result 1 2 99 1", "x\nx\n", says: "\(failed)\n\(noTask99)", code: 3)
    }

    @Test func resultWaitsIfItIsAskedTo() {
        harness.expect("result 2 1 99 1 --wait", "x\nx\n", says: "\(failed)\n\(noTask99)", code: 3)
        let timedOut = "task 3 has not ended within 50 ms: running, done in about 4 days"
        harness.expect("result 1 3 --wait --timeout 50ms", "x\n", says: timedOut, code: 4)
    }

    @Test func waitPrintsEachTaskAsItEnds() {
        var output = ""
        harness.onOutput = { [other = CommandHarness(server)] text in
            output += text
            if output == "1 success\n" { _ = other.perform("cancel 4") }
            if output == "1 success\n4 error\n" { _ = other.perform("cancel 3") }
        }
        harness.expect("wait 99 3 4 1", "1 success\n4 error\n3 error\n", says: noTask99, code: 3)
        #expect(output == "1 success\n4 error\n3 error\n")
    }

    @Test func cancelPrintsHowEachTaskEnded() {
        harness.expect("cancel 4 3", "4 error\n3 error\n")
        harness.expect("cancel 4 99 3", "4 error\n3 error\n", says: noTask99, code: 3)
        harness.expect(
            "cancel 1 2", "1 success\n2 error\n",
            says: "task 1 had ended before: success\ntask 2 had ended before: error: too much of it (failed)", code: 1)
        harness.errorSize = CommandHarness.terminal
        let words = "task 4: cancelled before it could start\ntask 3: cancelled while it ran\n"
        #expect(harness.perform("cancel 4 3") == CommandOutcome("4 error\n3 error\n", words))
    }

    @Test(arguments: ["status", "result", "result --wait", "wait", "cancel"])
    func idsOfAnotherInstanceAreRefused(command: String) {
        let ran = harness.perform("\(command) 3 --instance \(instance)")
        #expect(ran.output.isEmpty && ran.code == 3)
        #expect(ran.errors.hasPrefix("uv-task: task 3: the server was restarted"))
        #expect(ran.errors.hasSuffix("; submit the task again\n"))
        harness.expect("status 3", "execute\n")
    }

    @Test(arguments: [
        "run echo x", "run echo x --json", "result 1 --wait", "status 1", "result 1", "wait 1", "cancel 4", "list",
        "watch --json", "stats", "info", "-a st -d 1",
    ]) func aFailedWriteToStdoutIsReported(command: String) {
        harness.onOutput = { _ throws(UVError) in throw UVError(code: .invalidArgument, call: "write") }
        harness.expect(command, says: "cannot write the answer to stdout: invalid argument", code: 74)
    }
}

struct OddReplyTests {
    @Test func aCancelThatDidNotEndTheTaskIsReported() {
        CommandHarness(.answer(info()), .answer(status(2, .execute)))
            .expect("cancel 7", "7 execute\n", says: "task 7 was not cancelled: running", code: 2)
    }

    @Test func aWaitThatTheServerEndsIsATimeout() {
        let timedOut = reply(1, #""status":"waiting","data":null,"timed_out":true"#)
        CommandHarness(.answer(timedOut), .silence, .answer(status(3, .waiting))).expect(
            "result 7 --wait", says: "task 7 has not ended when the daemon ended the wait: waiting", code: 4)
    }

    @Test func aSuccessWithoutAResultIsForeign() {
        let ran = CommandHarness(.answer(reply(1, #""status":"success","data":null"#))).perform("result 7")
        #expect(ran.code == 6 && ran.errors.contains("is not uv-taskd: a success without a result"))
    }
}
