import Foundation
import Libuv
import TaskCore
import TaskQueue
import Testing

@testable import TaskServer

private typealias Legacy = LegacyRequests

struct ShutdownTests {
    private let runSlow = Legacy.run("revers", "ab")

    /// A server whose task 1 runs until the gate opens, and its submitter, whose legacy status waits.
    private func busyServer(
        _ configure: (inout ServerConfiguration) -> Void = { _ in }
    ) throws -> (dialogue: Dialogue, client: TestClient, gate: Gate) {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types, configure)
        let client = try dialogue.connect()
        try client.send(runSlow + Legacy.status(1))
        client.expect(#"{"task_id":1}"#)
        dialogue.wait(forWaiters: 1)
        return (dialogue, client, gate)
    }

    @Test func anIdleServerStopsAtOnce() throws {
        let dialogue = try Dialogue()
        let client = try dialogue.connect()
        try client.send(Legacy.result(1))
        client.expectClosed()
        let (idle, _) = try dialogue.connectKnown()
        client.close()
        dialogue.wait("the end of the first connection") { dialogue.server.connections.count == 1 }
        dialogue.server.stop(.interrupt)
        #expect(dialogue.server.shutdown.state == .stopped)
        idle.expectClosed()
        #expect(dialogue.server.interruptedBy == nil)
        dialogue.end()
    }

    // MARK: The first signal

    @Test func theRunningTaskFinishesAndItsResultIsFetched() throws {
        let (dialogue, client, gate) = try busyServer()
        dialogue.server.stop(.terminate)
        #expect(dialogue.server.shutdown.state == .draining)
        gate.open()
        client.expect(#"{"status":"success"}"#)
        try client.send(Legacy.result(1))
        client.expect(#"{"status":"success","data":"ba"}"#)
        client.expectClosed()
        client.close()
        dialogue.waitForShutdown()
        #expect(dialogue.server.interruptedBy == nil)
        dialogue.end()
    }

    @Test func waitingTasksAreDroppedAndTheirWaitersNotified() throws {
        let (dialogue, first, gate) = try busyServer()
        let second = try dialogue.connect()
        try second.send(runSlow + Legacy.status(2) + Legacy.result(2))
        second.expect(#"{"task_id":2}"#)
        dialogue.wait(forWaiters: 2)
        dialogue.server.stop(.interrupt)
        second.expect(#"{"status":"error"}"#, #"{"status":"error","data":null}"#)
        gate.open()
        first.expect(#"{"status":"success"}"#)
        first.close()
        second.close()
        dialogue.waitForShutdown()
        dialogue.end()
    }

    /// All are answered before any connection reads further requests.
    @Test func waitersOfDroppedTasksAreAnsweredInTheOrderOfTheirTasks() throws {
        let (dialogue, client, gate) = try busyServer()
        let other = try dialogue.connect()
        try other.send(
            Requests.run(1, "echo") + Requests.run(2, "echo") + Requests.result(3, 3, Requests.wait)
                + Requests.result(4, 2, Requests.wait) + Requests.result(5, 3, Requests.wait))
        _ = (other.line(), other.line())
        dialogue.wait(forWaiters: 4)
        dialogue.server.stop(.interrupt)
        for seq in [4, 3, 5] { #expect(other.object()["seq"] as? Int == seq) }
        gate.open()
        client.expect(#"{"status":"success"}"#)
        dialogue.end()
    }

    @Test func manyWaitersOfDroppedTasksAreAllAnswered() throws {
        let (dialogue, client, gate) = try busyServer()
        let other = try dialogue.connect()
        try other.send((1...50).map { Requests.run($0, "echo") }.joined())
        try other.send((1...50).map { Requests.status($0 + 50, $0 + 1, Requests.wait) }.joined())
        for _ in 1...50 { _ = other.line() }
        dialogue.wait(forWaiters: 51)
        dialogue.server.stop(.interrupt)
        for seq in 51...100 {
            let reply = other.object()
            #expect(reply["seq"] as? Int == seq && reply["status"] as? String == "error")
        }
        gate.open()
        client.expect(#"{"status":"success"}"#)
        dialogue.end()
    }

    /// The port stays taken while a task runs, so that no other server runs a task at the same time.
    @Test func whileATaskRunsConnectionsAreAcceptedAndTasksRefused() throws {
        let (dialogue, client, gate) = try busyServer()
        let endpoint = try #require(dialogue.server.endpoints.first)
        dialogue.server.stop(.interrupt)
        let legacy = try dialogue.connect()
        try legacy.send(runSlow)
        legacy.expectClosed()
        let late = try dialogue.connect()
        try late.send(Requests.run(1, "echo") + Requests.result(2, 1, Requests.wait))
        #expect(late.refusal() == (1, "draining"))
        gate.open()
        #expect(late.object()["status"] as? String == "success")
        client.expect(#"{"status":"success"}"#)
        #expect(throws: UVError(code: .connectionRefused, call: "uv_tcp_connect")) {
            try TestClient(to: endpoint, on: dialogue.loop)
        }
        dialogue.waitForShutdown()
        dialogue.end()
    }

    @Test func aTaskThatExceedsTheDrainTimeIsInterrupted() throws {
        let dialogue = try Dialogue(timeScale: 100) { $0.limits.drainTime = 30 }
        let client = try dialogue.connect()
        try client.send(runSlow + Legacy.status(1))
        client.expect(#"{"task_id":1}"#)
        dialogue.server.stop(.interrupt)
        client.expect(#"{"status":"error"}"#)
        client.close()
        dialogue.waitForShutdown()
        #expect(dialogue.server.interruptedBy == nil)
        dialogue.end()
    }

    @Test func aTaskWhoseFunctionDoesNotEndIsAbandoned() throws {
        let release = DispatchSemaphore(value: 0)
        let stuck = TaskType(name: "revers", delay: .zero) { data in
            release.wait()
            return data
        }
        let dialogue = try Dialogue(types: [stuck]) { $0.limits.drainTime = 10 }
        let client = try dialogue.connect()
        try client.send(runSlow + Legacy.status(1))
        client.expect(#"{"task_id":1}"#)
        dialogue.server.stop(.interrupt)
        client.expect(#"{"status":"error"}"#)
        dialogue.waitForShutdown()
        dialogue.end()
        release.signal()
    }

    // MARK: Further signals

    @Test func theSecondSignalInterruptsTheTask() throws {
        let dialogue = try Dialogue(timeScale: 100)
        let client = try dialogue.connect()
        try client.send(runSlow + Legacy.status(1))
        client.expect(#"{"task_id":1}"#)
        dialogue.server.stop(.interrupt)
        dialogue.server.stop(.terminate)
        client.expect(#"{"status":"error"}"#)
        client.expectClosed()
        dialogue.waitForShutdown()
        #expect(dialogue.server.interruptedBy == .terminate)
        dialogue.end()
    }

    @Test func theThirdSignalKillsTheCommand() throws {
        let type = script("trap '' TERM; echo ready >&2; while :; do sleep 0.01; done")
        let dialogue = try Dialogue(types: [type]) { $0.killTime = 600_000 }
        let client = try dialogue.connect()
        try client.send(Requests.run(1, "script") + Requests.log(2, 1, Requests.wait))
        _ = (client.line(), client.line())
        try client.send(Requests.result(3, 1, Requests.wait))
        dialogue.wait(forWaiters: 1)
        for _ in 1...3 { dialogue.server.stop(.interrupt) }
        let failure = client.object()["failure"] as? [String: Any]
        #expect(failure?["code"] as? String == "shut_down")
        dialogue.waitForShutdown()
        dialogue.end()
    }

    @Test func aSignalAfterTheLastTaskClosesAllConnections() throws {
        let (dialogue, client, gate) = try busyServer()
        dialogue.server.stop(.interrupt)
        gate.open()
        client.expect(#"{"status":"success"}"#)
        #expect(dialogue.server.shutdown.state == .leaving, "the client may ask for its result")
        dialogue.server.stop(.interrupt)
        #expect(dialogue.server.shutdown.state == .stopped && dialogue.server.connections.isEmpty)
        client.expectClosed()
        dialogue.server.stop(.interrupt)
        dialogue.end()
    }

    // MARK: Leaving

    @Test func aClientThatDoesNotFetchItsResultDoesNotPreventTheEnd() throws {
        let (dialogue, client, gate) = try busyServer()
        dialogue.server.stop(.interrupt)
        gate.open()
        client.expect(#"{"status":"success"}"#)
        dialogue.waitForShutdown()
        client.expectClosed()
        dialogue.end()
    }

    @Test func aHalfClosedClientReceivesItsReplies() throws {
        let (dialogue, client, gate) = try busyServer()
        try client.send(Legacy.result(1))
        try client.shutDownWriting()
        dialogue.server.stop(.interrupt)
        gate.open()
        client.expect(#"{"status":"success"}"#, #"{"status":"success","data":"ba"}"#)
        client.expectClosed()
        #expect(client.error == nil)
        dialogue.waitForShutdown()
        dialogue.end()
    }

    @Test func aDrainingConnectionIsAnsweredBeforeTheEnd() throws {
        let (dialogue, client, gate) = try busyServer()
        let other = try dialogue.connect()
        try other.send(Requests.result(1, 1, Requests.wait) + "garbage" + "\n" + LegacyRequests.status(99))
        #expect(other.refusal() == (nil, "bad_request"))
        dialogue.wait(forWaiters: 2)
        dialogue.server.stop(.interrupt)
        gate.open()
        other.expect(#"{"seq":1,"status":"success","data":"ba"}"#)
        other.expectClosed()
        client.expect(#"{"status":"success"}"#)
        dialogue.end()
    }

    /// A reset would discard replies in transit.
    @Test func aClientThatStillSendsReceivesItsReplies() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let client = try dialogue.connect()
        let data = String(repeating: "x", count: 500_000)
        try client.send(Legacy.run("revers", data))
        client.expect(#"{"task_id":1}"#)
        client.stopReading()
        try client.send(Legacy.status(1) + Legacy.result(1) + String(repeating: " ", count: 300_000))
        let other = try dialogue.connect()
        other.roundTrip(Legacy.status(1))
        dialogue.server.stop(.interrupt)
        gate.open()
        dialogue.wait("the end of the task") { dialogue.server.shutdown.state == .leaving }
        try client.send("\n")
        try client.startReading()
        client.expect(#"{"status":"success"}"#)
        #expect(client.line()?.utf8.count == 500_030)
        client.expectClosed()
        #expect(client.error == nil)
        client.close()
        dialogue.waitForShutdown()
        dialogue.end()
    }

    @Test func aClientThatDoesNotReadDoesNotPreventTheEnd() throws {
        let dialogue = try Dialogue()
        let (client, connection) = try dialogue.connectKnown()
        let data = String(repeating: "x", count: 500_000)
        try client.send(Legacy.run("echo", data) + Legacy.status(1))
        client.expect(#"{"task_id":1}"#, #"{"status":"success"}"#)
        client.stopReading()
        try client.send(String(repeating: Legacy.result(1), count: 50))
        dialogue.wait("a full socket") { !connection.stream.isDrained }
        dialogue.server.stop(.interrupt)
        dialogue.waitForShutdown()
        dialogue.end()
    }

    @Test func aRejectedConnectionDoesNotPreventTheEnd() throws {
        let dialogue = try Dialogue { $0.limits.connections = 1 }
        let (client, _) = try dialogue.connectKnown()
        let rejected = try dialogue.connect()
        _ = rejected.line()
        dialogue.server.stop(.interrupt)
        #expect(dialogue.server.shutdown.state == .stopped)
        client.expectClosed()
        rejected.expectClosed()
        dialogue.end()
    }

    /// The connection pauses because its budget is spent, and has unread requests.
    @Test func requestsThatWereReceivedBeforeTheSignalAreAnswered() throws {
        let dialogue = try Dialogue(timeScale: 1000)
        let client = try dialogue.connect()
        try client.send(String(repeating: Requests.run(1, "too_long_echo"), count: 2000))
        for _ in 1...2000 { _ = client.line() }
        let list = Requests.other(2, "list", #","status":"error""#)
        try client.send(String(repeating: list, count: 500) + Requests.cancel(3, 1))
        let other = try dialogue.connect()
        other.roundTrip(Requests.other(1, "info"))
        dialogue.server.stop(.interrupt)
        var lists = 0
        while client.object()["seq"] as? Int == 2 { lists += 1 }
        #expect(lists == 500)
        dialogue.end()
    }
}
