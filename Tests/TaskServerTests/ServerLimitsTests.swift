import Libuv
import TaskCore
import TaskQueue
import TestServers
import Testing

@testable import TaskServer

struct IdleTimeTests {
    private let servers = Servers()

    @Test(arguments: Transport.allCases) func anIdleConnectionIsClosed(over transport: Transport) throws {
        let (dialogue, silent) = try servers.withClient(over: transport) { $0.limits.idleTime = 30 }
        let unfinished = try dialogue.connect()
        try unfinished.send("{")
        silent.expectClosed()
        unfinished.expectClosed()
        #expect(dialogue.closed(by: .idleTime) == 2)
    }

    @Test(arguments: [Requests.result(1, 1, Requests.wait), Legacy.status(1)])
    func aConnectionThatWaitsIsNotIdle(wait: String) throws {
        let (gate, dialogue, client) = try servers.gated { $0.limits.idleTime = 30 }
        try client.send(Legacy.run("revers", "ab") + wait)
        client.expect(#"{"task_id":1}"#)
        // Meanwhile three connections, one after the other, are closed as idle.
        for _ in 1...3 { try dialogue.connect().expectClosed() }
        #expect(client.hasReceivedNothing)
        gate.open()
        #expect(client.object()["status"] as? String == "success")
        client.expectClosed()
        #expect(dialogue.closed(by: .idleTime) == 4)
    }

    /// The loop iteration takes longer than the idle time.
    @Test func aConnectionWhoseRequestIsNotReadYetIsNotIdle() throws {
        let (dialogue, client) = try servers.withClient { $0.limits.idleTime = 30 }
        _ = try dialogue.connection(of: client)
        try client.send(Requests.other(1, "info"))
        let end = dialogue.loop.preciseNow + 60
        while dialogue.loop.preciseNow < end {}
        #expect(client.replies(1) == ["1 answered"])
    }
}

struct WriteTimeTests {
    private let servers = Servers()
    private static let large = TaskType(name: "large", delay: .zero) { _ in String(repeating: "x", count: 16 << 20) }

    /// Also if the connection is about to close anyway.
    @Test(arguments: Transport.allCases, [false, true])
    func aClientThatTakesNoRepliesIsClosed(over transport: Transport, isClosing: Bool) throws {
        let dialogue = try servers.start(over: transport, types: [Self.large]) { $0.limits.writeTime = 100 }
        let silent = try dialogue.connect()
        let stalled = try dialogue.stalledClient(Legacy.run("large"), results: 4)
        let connection = try dialogue.connection(of: stalled)
        dialogue.wait("a full socket") { !connection.stream.isDrained }
        if isClosing { connection.end(.clientClosed) }
        dialogue.wait("the end of the stalled connection") { dialogue.closed(by: .writeTime) == 1 }
        #expect(dialogue.server.connections.count == 1 && dialogue.server.connections.heldBytes == 0)
        try silent.send(Legacy.status(1))
        silent.expect(#"{"status":"success"}"#)
        // The client does not take a part of a reply for the whole.
        if transport == .tcp { dialogue.wait("the reset") { stalled.pendingError?.code == .connectionReset } }
    }

    /// In each write time the client takes much less than the whole.
    @Test(arguments: Transport.allCases) func aSlowClientIsNotClosedWhileItReads(over transport: Transport) throws {
        let writeTime: UInt64 = 600
        let dialogue = try servers.start(over: transport, types: [Self.large]) {
            $0.limits.writeTime = Int(writeTime)
            // If the client takes much at once, the system enlarges its buffer and reports progress late.
            $0.readSize = 4000
        }
        let client = try dialogue.stalledClient(Legacy.run("large"), results: 4)
        var (start, longestPause) = (dialogue.loop.preciseNow, UInt64(0))
        dialogue.wait("a full socket") { dialogue.server.connections.heldBytes > 0 }
        for _ in 1...8 where !dialogue.server.connections.isEmpty {
            let taken = client.byteCount
            try client.startReading()
            dialogue.wait("a part") { client.byteCount >= taken + 100_000 || client.isClosed }
            client.stopReading()
            dialogue.wait("a part of the write time") { dialogue.loop.now >= start + writeTime / 4 }
            let end = dialogue.loop.preciseNow
            longestPause = max(longestPause, end - start)
            start = end
        }
        // A machine that stands still makes the client a stalled one.
        #expect(dialogue.server.connections.count == 1 || longestPause > writeTime / 2)
        dialogue.wait("the end of the connection") { dialogue.closed(by: .writeTime) == 1 }
    }
}

struct ConnectionCountTests {
    private let servers = Servers()

    /// Also if it has sent something: closing at once would discard the refusal.
    @Test(arguments: Transport.allCases) func oneConnectionTooManyIsRefused(over transport: Transport) throws {
        let (dialogue, first) = try servers.withClient(over: transport) { $0.limits.connections = 1 }
        dialogue.server.lingerTime = 3_600_000
        first.roundTrip(Requests.other(1, "info"))
        let second = try dialogue.connect()
        try second.send(Legacy.run("echo") + "garbage")
        #expect(second.replies(1) == ["- too_many_connections"])
        second.expectClosed()
        #expect(second.error == nil, "closed, not reset")
        #expect(dialogue.server.queue.counts.submitted == 0 && dialogue.server.connections.accepted == 1)
        first.close()
        dialogue.wait("the end of the first connection") { dialogue.server.connections.isEmpty }
        let third = try dialogue.connect()
        try third.send(Legacy.run("echo"))
        third.expect(#"{"task_id":1}"#)
    }

    /// They are closed after a second, or when a further dozen was rejected.
    @Test func fewRejectedConnectionsStayOpenAndNotForLong() throws {
        let (dialogue, first) = try servers.withClient { $0.limits.connections = 1 }
        first.roundTrip(Requests.other(1, "info"))
        for _ in 1...20 {
            let rejected = try dialogue.connect()
            #expect(rejected.replies(1) == ["- too_many_connections"])
            #expect(dialogue.server.connections.rejectedCount <= 12)
        }
        #expect(dialogue.refused(.tooManyConnections) == 20)
        dialogue.wait("the end of the rejected connections") { dialogue.server.connections.rejectedCount == 0 }
    }
}

struct ConnectionMemoryTests {
    private let servers = Servers()
    private static let waitBytes = 512

    @Test func heldBytesAreInputAndWaits() throws {
        let (dialogue, client) = try servers.withClient(timeScale: 100)
        let other = try dialogue.connect()
        func expectHeld(_ bytes: Int) {
            dialogue.wait("\(bytes) bytes") { dialogue.server.connections.heldBytes == bytes }
        }
        try client.send(#"{"type":"#)
        expectHeld(8)
        try client.send(#""run","task_name":"revers","data":"x"}"#)
        client.expect(#"{"task_id":1}"#)
        expectHeld(0)
        try client.send(Requests.status(1, 1, Requests.wait) + Requests.status(2, 1, Requests.wait))
        expectHeld(2 * Self.waitBytes)
        try client.send(Legacy.status(1) + String(repeating: " ", count: 999))
        expectHeld(3 * Self.waitBytes + 1000)
        try other.send("{")
        expectHeld(3 * Self.waitBytes + 1001)
        client.reset()
        expectHeld(1)
        try other.send("\n")
        expectHeld(0)
    }

    @Test func ifAllHoldTooMuchTheHeaviestIsClosed() throws {
        let dialogue = try servers.start(timeScale: 100) {
            $0.limits.memory = 1000
            $0.limits.message = 1000
        }
        // The heaviest is also the one that has waited longest, which makes it heavier still.
        let clients = try (1...3).map { _ in try dialogue.connect() }
        var held = 0
        for (client, bytes) in zip(clients, [6000, 4000, 4000]) {
            client.roundTrip(Legacy.run("too_long_echo"))
            let id = dialogue.server.queue.counts.submitted
            try client.send(Legacy.status(id) + String(repeating: " ", count: bytes - 1))
            held += bytes + Self.waitBytes
            dialogue.wait("the input") { dialogue.server.connections.heldBytes == held }
        }
        let small = try dialogue.connect()
        try small.send("{" + String(repeating: " ", count: 599))
        clients[0].expectClosed()
        // Its replies do not stay with the system.
        #expect(clients[0].error?.code == .connectionReset)
        #expect(dialogue.server.connections.count == 3)
        #expect(dialogue.server.connections.heldBytes == 2 * (4000 + Self.waitBytes) + 600)
        #expect(dialogue.closed(by: .memory) == 1)
    }

    @Test func aConnectionThatStallsBecomesHeavier() throws {
        let (dialogue, client) = try servers.withClient(timeScale: 1000)
        let connection = try dialogue.connection(of: client)
        client.roundTrip(Legacy.run("too_long_echo"))
        try client.send(Legacy.status(1) + String(repeating: " ", count: 4000))
        dialogue.wait("the input") { connection.heldBytes > 4000 }
        let (burden, start) = (connection.burden, dialogue.loop.now)
        dialogue.wait("a while") { dialogue.loop.now >= start + 10 }
        #expect(connection.burden > burden)
    }
}

struct TaskLimitTests {
    private let servers = Servers()

    /// A second, if that is not known.
    @Test(arguments: [("revers", 1001...2_000_000), ("script", 1000...1000)])
    func aRefusalReportsWhenTheNextTaskStarts(running: String, milliseconds: ClosedRange<Int>) throws {
        let types = TaskType.builtIn + [script("sleep 1000000")]
        let (_, client) = try servers.withClient(timeScale: 1000, types: types) { $0.limits.memory = 10 }
        try client.send(Requests.run(1, running, "12345") + Requests.run(2, "echo", "123456"))
        _ = client.line()
        let error = client.object()["error"] as? [String: Any]
        #expect(milliseconds.contains(error?["retry_after_ms"] as? Int ?? 0))
    }

    @Test func tasksAreEvictedWhenTheyReachTheirAge() throws {
        let (dialogue, client) = try servers.withClient { $0.limits.keptTime = 50 }
        try client.send(Legacy.run("echo") + Legacy.run("no such type"))
        client.expect(#"{"task_id":1}"#, #"{"task_id":2}"#)
        dialogue.wait("the age of both") { dialogue.server.queue.counts.evicted == 2 }
        try client.send(Requests.result(1, 1) + Requests.other(2, "list"))
        #expect(client.replies(1) == ["1 expired"])
        client.expect(#"{"seq":2,"tasks":[]}"#)
        try client.send(Legacy.run("echo"))
        client.expect(#"{"task_id":3}"#)
        dialogue.wait("the age of the third") { dialogue.server.queue.counts.evicted == 3 }
    }

    /// Two tasks are cancelled at once. The second cancel evicts the first task before its waiters are notified.
    @Test func waitersReceiveTheEndOfAnEvictedTask() throws {
        let (dialogue, submitter) = try servers.withClient(timeScale: 100) { $0.limits.keptResults = 1 }
        try submitter.send(Legacy.run("revers") + Legacy.run("revers") + Legacy.run("revers") + Legacy.status(2))
        submitter.expect(#"{"task_id":1}"#, #"{"task_id":2}"#, #"{"task_id":3}"#)
        let waiting = try dialogue.connect()
        try waiting.send((1...40).map { Requests.status($0, 2, Requests.wait) }.joined())
        dialogue.wait(forWaiters: 41)
        let other = try dialogue.connect()
        try other.send(Requests.cancel(1, 2) + Requests.cancel(2, 3) + Requests.status(3, 2))
        #expect(other.replies(3) == ["1 cancelled", "2 cancelled", "3 expired"])
        submitter.expect(#"{"status":"error"}"#)
        #expect(waiting.replies(40) == (1...40).map { "\($0) cancelled" })
    }

    @Test func aTimeoutIsRefusedIfTheTaskIsEvictedBeforeASlowClientTakesTheReply() throws {
        let (gate, dialogue, other, slow) = try servers.withSlowClient()
        let connection = try dialogue.connection(of: slow)
        try slow.send(
            Requests.result(1, 2, Requests.wait + #","timeout_ms":200"#)
                + String(repeating: Requests.result(2, 1), count: 10))
        dialogue.wait("a full socket") { !connection.stream.isDrained }
        // On a slow machine the wait may time out, and be answered, before the socket is full.
        let isEarly = dialogue.server.waiters.count == 0
        dialogue.wait(forWaiters: 0)
        gate.open()
        other.roundTrip(Requests.run(1, "echo"))
        try other.send(Requests.result(2, 3, Requests.wait))
        other.expect(#"{"seq":2,"status":"success","data":"x"}"#)
        try slow.startReading()
        let replies = (1...11).map { _ in slow.object() }.filter { $0["seq"] as? Int == 1 }
        #expect(replies.count == 1)
        let code = (replies.first?["error"] as? [String: Any])?["code"] as? String
        #expect(code == "expired" || isEarly && replies.first?["timed_out"] as? Bool == true)
    }
}

struct TurnTests {
    private let servers = Servers()

    /// Otherwise the buffered requests of sixteen clients would delay all others.
    @Test func clientsThatAreNotifiedTogetherReadOnInLaterIterations() throws {
        let (gate, dialogue, client) = try servers.gated { $0.limits.unanswered = 1 }
        let clients = [client, try dialogue.connect()]
        clients[0].roundTrip(Requests.run(1, "revers", "ab"))
        for client in clients { try client.send(Requests.result(1, 1, Requests.wait) + Requests.run(2, "echo")) }
        dialogue.wait(forWaiters: 2)
        gate.open()
        dialogue.wait("the end of the task") { dialogue.server.queue.counts.succeeded > 0 }
        #expect(dialogue.server.queue.counts.submitted == 1)
        for client in clients {
            client.expect(#"{"seq":1,"status":"success","data":"ba"}"#)
            #expect(client.object()["seq"] as? Int == 2)
        }
    }
}

struct ServerClockTests {
    /// Tasks last no longer if the system's clock is set: after the start it is not read.
    @Test func itMovesWithTheLoopOnly() throws {
        let loop = try EventLoop()
        let clock = ServerClock(loop)
        let (start, time) = (loop.now, clock.now)
        while loop.preciseNow < start + 3 {}
        #expect(clock.now == time)
        loop.waitForTest("a later iteration") { loop.now > start }
        #expect(clock.now.milliseconds(since: time) == Int(loop.now - start))
        loop.close()
    }
}
