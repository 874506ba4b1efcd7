import Foundation
import Libuv
import TaskCore
import TaskQueue
import TestServers
import Testing

@testable import TaskServer

struct ShutdownTests {
    private let servers = Servers()
    private let runSlow = Legacy.run("revers", "ab")

    /// A server whose task 1 runs until the gate opens, and its submitter, whose legacy status waits.
    private func busyServer(
        over transport: Transport = .tcp, _ configure: (inout ServerConfiguration) -> Void = { _ in }
    ) throws -> (dialogue: Dialogue, client: TestClient, gate: Gate) {
        let (gate, dialogue, client) = try servers.gated(over: transport, configure)
        try client.send(runSlow + Legacy.status(1))
        client.expect(#"{"task_id":1}"#)
        dialogue.wait(forWaiters: 1)
        return (dialogue, client, gate)
    }

    /// A rejected connection does not delay it, either.
    @Test(arguments: Transport.allCases) func anIdleServerStopsAtOnce(over transport: Transport) throws {
        let (dialogue, idle) = try servers.withClient(over: transport) { $0.limits.connections = 1 }
        _ = try dialogue.connection(of: idle)
        let rejected = try dialogue.connect()
        _ = rejected.line()
        dialogue.server.stop(.interrupt)
        #expect(dialogue.server.shutdown.state == .stopped && dialogue.server.interruptedBy == nil)
        idle.expectClosed()
        rejected.expectClosed()
    }

    // MARK: The first signal

    /// More than are notified at a time.
    @Test func waitersOfDroppedTasksAreAnsweredInTheOrderOfTheirTasks() throws {
        let (dialogue, _, _) = try busyServer()
        let other = try dialogue.connect()
        for _ in 1...50 { other.roundTrip(Requests.run(0, "echo")) }
        try other.send(
            Requests.result(0, 51, Requests.wait) + (1...49).map { Requests.status($0, $0 + 1, Requests.wait) }.joined()
                + Requests.result(50, 51, Requests.wait))
        let legacy = try dialogue.connect()
        try legacy.send(runSlow + Legacy.status(52) + Legacy.result(52))
        legacy.expect(#"{"task_id":52}"#)
        dialogue.wait(forWaiters: 53)
        dialogue.server.stop(.interrupt)
        #expect(other.replies(51) == ([Int](1...49) + [0, 50]).map { "\($0) shut_down" })
        legacy.expect(#"{"status":"error"}"#, #"{"status":"error","data":null}"#)
    }

    /// One wait is under way, the others are in the input buffer.
    @Test func waitsThatWereNotReadYetAreAnswered() throws {
        let (dialogue, _, gate) = try busyServer { $0.limits.unanswered = 1 }
        dialogue.server.shutdown.leavingTime.orderly = .max
        let other = try dialogue.connect()
        try other.send((1...5).map { Requests.result($0, 1, Requests.wait) }.joined())
        dialogue.wait(forWaiters: 2)
        dialogue.server.stop(.interrupt)
        gate.open()
        #expect(other.replies(6) == (1...5).map { "\($0) success ba" } + ["closed"])
    }

    /// The port stays taken while a task runs, so that no other server runs a task at the same time.
    @Test func whileATaskRunsOnlyNewSubmitsAreRefusedAsDraining() throws {
        let (dialogue, _, gate) = try busyServer()
        let (known, new) = (#","key":"known""#, #","key":"new""#)
        let earlier = try dialogue.connect()
        earlier.roundTrip(Requests.run(1, "revers", "ab", known))
        dialogue.server.stop(.interrupt)
        let legacy = try dialogue.connect()
        try legacy.send(runSlow)
        legacy.expectClosed()
        let later = try dialogue.connect()
        for other in [earlier, later] {
            try other.send(
                Requests.run(1, "echo", "x", new) + Requests.run(2, "echo", "x", new)
                    + Requests.run(3, "echo", "x", known) + Requests.run(4, "revers", "ab", known)
                    + Requests.run(5, "no such") + Requests.status(6, 1) + Requests.status(7, 2, Requests.wait)
                    + Requests.cancel(8, 2) + Requests.other(9, "list") + Requests.result(10, 1, Requests.wait))
            #expect(
                other.replies(9) == [
                    "1 draining", "2 draining", "3 key_conflict", "4 error", "5 unknown_task_name", "6 execute",
                    "7 shut_down", "8 shut_down", "9 answered",
                ])
        }
        gate.open()
        for other in [earlier, later] { #expect(other.replies(2) == ["10 success ba", "closed"]) }
        #expect(dialogue.server.endpoints.isEmpty)
    }

    @Test(arguments: ["drain time", "cancel", "second signal"]) func anInterruptedTaskEndsTheDrain(end: String) throws {
        let dialogue = try servers.start(timeScale: 1000) { if end == "drain time" { $0.limits.drainTime = 30 } }
        let legacy = try dialogue.connect()
        try legacy.send(runSlow + Legacy.status(1))
        let client = try dialogue.connect()
        dialogue.wait(forWaiters: 1)
        // More waiters than are notified at a time.
        try client.send((1...20).map { Requests.result($0, 1, Requests.wait) }.joined())
        dialogue.wait(forWaiters: 21)
        dialogue.server.stop(.interrupt)
        if end == "cancel" { try dialogue.connect().send(Requests.cancel(0, 1)) }
        if end == "second signal" { dialogue.server.stop(.terminate) }
        legacy.expect(#"{"task_id":1}"#, #"{"status":"error"}"#)
        #expect(client.replies(20) == (1...20).map { end == "cancel" ? "\($0) cancelled" : "\($0) shut_down" })
        legacy.close()
        client.close()
        dialogue.waitForShutdown()
        #expect(dialogue.server.interruptedBy == (end == "second signal" ? .terminate : nil))
    }

    @Test func aTaskWhoseFunctionDoesNotEndIsAbandoned() throws {
        let (dialogue, client, _) = try busyServer { $0.limits.drainTime = 10 }
        dialogue.server.stop(.interrupt)
        client.expect(#"{"status":"error"}"#)
        dialogue.waitForShutdown()
    }

    // MARK: Further signals

    @Test func theThirdSignalKillsTheCommand() throws {
        let type = script("trap '' TERM; echo ready >&2; while :; do sleep 0.01; done")
        let (dialogue, client) = try servers.withClient(types: [type]) { $0.killTime = 600_000 }
        try client.send(Requests.run(1, "script") + Requests.log(2, 1, Requests.wait))
        _ = (client.line(), client.line())
        try client.send(Requests.result(3, 1, Requests.wait))
        dialogue.wait(forWaiters: 1)
        for signal: Signal in [.interrupt, .terminate, .interrupt] { dialogue.server.stop(signal) }
        #expect(client.replies(1) == ["3 shut_down"])
        #expect(dialogue.server.interruptedBy == .terminate)
        dialogue.waitForShutdown()
    }

    // MARK: Leaving

    @Test(arguments: Transport.allCases, [false, true])
    func aClientMayFetchItsResultForAWhileOrUntilASignal(over transport: Transport, signal: Bool) throws {
        let (dialogue, client, gate) = try busyServer(over: transport)
        if signal { dialogue.server.shutdown.leavingTime.orderly = .max }
        dialogue.server.stop(.interrupt)
        gate.open()
        client.expect(#"{"status":"success"}"#)
        if signal {
            #expect(dialogue.server.shutdown.state == .leaving)
            dialogue.server.stop(.interrupt)
            #expect(dialogue.server.shutdown.state == .stopped && dialogue.server.connections.isEmpty)
        }
        dialogue.waitForShutdown()
        client.expectClosed()
    }

    @Test(arguments: Transport.allCases)
    func connectionsThatAreHalfClosedOrDrainingAreAnsweredBeforeTheEnd(over transport: Transport) throws {
        let (dialogue, client, gate) = try busyServer(over: transport)
        dialogue.server.shutdown.leavingTime.orderly = .max
        try client.send(Legacy.result(1))
        try client.shutDownWriting()
        let draining = try dialogue.connect()
        try draining.send(Requests.result(1, 1, Requests.wait) + "garbage" + "\n" + Legacy.status(99))
        #expect(draining.replies(1) == ["- bad_request"])
        dialogue.wait(forWaiters: 2)
        dialogue.server.stop(.interrupt)
        gate.open()
        #expect(draining.replies(2) == ["1 success ba", "closed"])
        client.expect(#"{"status":"success"}"#, #"{"status":"success","data":"ba"}"#)
        client.expectClosed()
        #expect(client.error == nil)
        dialogue.waitForShutdown()
    }

    /// A reset would discard replies in transit.
    @Test(arguments: Transport.allCases)
    func aClientThatStillSendsReceivesItsReplies(over transport: Transport) throws {
        let (gate, dialogue, client) = try servers.gated(over: transport)
        dialogue.server.shutdown.leavingTime.orderly = .max
        dialogue.server.lingerTime = 3_600_000
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
    }

    @Test(arguments: Transport.allCases)
    func aClientThatDoesNotReadDoesNotPreventTheEnd(over transport: Transport) throws {
        let dialogue = try servers.start(over: transport)
        let run = Legacy.run("echo", String(repeating: "x", count: 500_000))
        let connection = try dialogue.connection(of: dialogue.stalledClient(run, results: 50))
        dialogue.wait("a full socket") { !connection.stream.isDrained }
        dialogue.server.stop(.interrupt)
        dialogue.waitForShutdown()
    }

    /// The connection pauses because its budget is spent, and has unread requests.
    @Test func requestsThatWereReceivedBeforeTheSignalAreAnswered() throws {
        let (dialogue, client) = try servers.withClient(timeScale: 1000)
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
    }
}
