import Libuv
import TaskCore
import TaskQueue
import Testing

@testable import TaskServer

private typealias Legacy = LegacyRequests

struct IdleTimeTests {
    @Test func anIdleConnectionIsClosed() throws {
        let dialogue = try Dialogue { $0.limits.idleTime = 30 }
        let silent = try dialogue.connect()
        let unfinished = try dialogue.connect()
        try unfinished.send("{")
        silent.expectClosed()
        unfinished.expectClosed()
        #expect(dialogue.closed(by: .idleTime) == 2)
        dialogue.end()
    }

    @Test(arguments: [Requests.result(1, 1, Requests.wait), Legacy.status(1)])
    func aConnectionThatWaitsIsNotIdle(wait: String) throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types) { $0.limits.idleTime = 30 }
        let client = try dialogue.connect()
        try client.send(Legacy.run("revers", "ab") + wait)
        client.expect(#"{"task_id":1}"#)
        // Connections that are idle for longer than this one are closed.
        for _ in 1...5 { try dialogue.connect().expectClosed() }
        #expect(client.hasReceivedNothing)
        gate.open()
        #expect(client.object()["status"] as? String == "success")
        client.expectClosed()
        #expect(dialogue.closed(by: .idleTime) == 6)
        dialogue.end()
    }
}

struct WriteTimeTests {
    private static let size = 16 << 20
    private static let types = [
        TaskType(name: "large", delay: .zero) { _ in String(repeating: "x", count: size) },
        TaskType(name: "echo", delay: .zero) { $0 },
    ]

    /// A client that asks for more than its socket holds, and stops reading.
    private func stalledClient(of dialogue: Dialogue) throws -> TestClient {
        let client = try dialogue.connect()
        try client.send(Legacy.run("large") + Legacy.status(1))
        client.expect(#"{"task_id":1}"#, #"{"status":"success"}"#)
        client.stopReading()
        try client.send(String(repeating: Legacy.result(1), count: 4))
        return client
    }

    @Test func aClientThatTakesNoRepliesIsClosed() throws {
        let dialogue = try Dialogue(types: Self.types) { $0.limits.writeTime = 100 }
        let silent = try dialogue.connect()
        _ = try stalledClient(of: dialogue)
        dialogue.wait("the end of the stalled connection") { dialogue.closed(by: .writeTime) == 1 }
        #expect(dialogue.server.connections.count == 1 && dialogue.server.connections.heldBytes == 0)
        try silent.send(Legacy.status(1))
        silent.expect(#"{"status":"success"}"#)
        dialogue.end()
    }

    @Test func aRefusedClientThatTakesNoRepliesIsClosed() throws {
        let dialogue = try Dialogue(types: Self.types) { $0.limits.writeTime = 100 }
        let client = try stalledClient(of: dialogue)
        try client.send("garbage")
        dialogue.wait("the end of the stalled connection") { dialogue.closed(by: .writeTime) == 1 }
        #expect(dialogue.server.connections.isEmpty && dialogue.server.connections.heldBytes == 0)
        dialogue.end()
    }

    /// In each write time the client takes much less than the whole.
    @Test func aSlowClientIsNotClosedWhileItReads() throws {
        let dialogue = try Dialogue(types: Self.types) {
            $0.limits.writeTime = 600
            // If the client takes much at once, the system enlarges its buffer and reports progress late.
            $0.readSize = 4000
        }
        let client = try stalledClient(of: dialogue)
        dialogue.wait("a full socket") { dialogue.server.connections.heldBytes > 0 }
        for _ in 1...8 {
            let (start, taken) = (dialogue.loop.now, client.byteCount)
            try client.startReading()
            dialogue.wait("a part") { client.byteCount >= taken + 100_000 }
            client.stopReading()
            dialogue.wait("a part of the write time") { dialogue.loop.now - start >= 150 }
        }
        #expect(dialogue.server.connections.count == 1)
        dialogue.wait("the end of the connection") { dialogue.server.connections.isEmpty }
        #expect(dialogue.closed(by: .writeTime) == 1)
        dialogue.end()
    }
}

struct ConnectionCountTests {
    private let refusal = ModelServer.error(.tooManyConnections, nil, #","limit":"max-connections","value":1"#)

    /// Also if it has sent something: closing at once would discard the refusal.
    @Test func oneConnectionTooManyIsRefused() throws {
        let dialogue = try Dialogue { $0.limits.connections = 1 }
        let first = try dialogue.connect()
        first.roundTrip(Requests.other(1, "info"))
        let second = try dialogue.connect()
        try second.send(Legacy.run("echo") + "garbage")
        #expect(second.line().map(ModelServer.masked) == refusal)
        second.expectClosed()
        #expect(second.error == nil, "closed, not reset")
        #expect(dialogue.server.queue.counts.submitted == 0 && dialogue.server.connections.accepted == 1)
        first.close()
        dialogue.wait("the end of the first connection") { dialogue.server.connections.isEmpty }
        let third = try dialogue.connect()
        try third.send(Legacy.run("echo"))
        third.expect(#"{"task_id":1}"#)
        dialogue.end()
    }

    /// They are closed after a second, or when a further dozen was rejected.
    @Test func fewRejectedConnectionsStayOpenAndNotForLong() throws {
        let dialogue = try Dialogue { $0.limits.connections = 1 }
        let first = try dialogue.connect()
        first.roundTrip(Requests.other(1, "info"))
        for _ in 1...20 {
            let rejected = try dialogue.connect()
            #expect(rejected.line().map(ModelServer.masked) == refusal)
            #expect(dialogue.server.connections.rejectedCount <= 12)
        }
        #expect(dialogue.refused(.tooManyConnections) == 20)
        dialogue.wait("the end of the rejected connections") { dialogue.server.connections.rejectedCount == 0 }
        first.roundTrip(Requests.other(1, "info"))
        dialogue.end()
    }
}

struct ConnectionMemoryTests {
    private static let waitBytes = 512

    @Test func heldBytesAreInputAndWaits() throws {
        let dialogue = try Dialogue(timeScale: 100)
        let client = try dialogue.connect()
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
        dialogue.end()
    }

    @Test func ifAllHoldTooMuchTheHeaviestIsClosed() throws {
        let dialogue = try Dialogue(timeScale: 100) {
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
        #expect(dialogue.server.connections.count == 3)
        #expect(dialogue.server.connections.heldBytes == 2 * (4000 + Self.waitBytes) + 600)
        #expect(dialogue.closed(by: .memory) == 1)
        dialogue.end()
    }
}

struct EvictionTests {
    @Test func tasksAreEvictedWhenTheyReachTheirAge() throws {
        let dialogue = try Dialogue { $0.limits.keptTime = 50 }
        let client = try dialogue.connect()
        try client.send(Legacy.run("echo") + Legacy.run("no such type"))
        client.expect(#"{"task_id":1}"#, #"{"task_id":2}"#)
        dialogue.wait("the age of both") { dialogue.server.queue.counts.evicted == 2 }
        try client.send(Requests.result(1, 1) + Requests.other(2, "list"))
        #expect(client.refusal() == (1, "expired"))
        client.expect(#"{"seq":2,"tasks":[]}"#)
        try client.send(Legacy.run("echo"))
        client.expect(#"{"task_id":3}"#)
        dialogue.wait("the age of the third") { dialogue.server.queue.counts.evicted == 3 }
        dialogue.end()
    }

    /// Two tasks are cancelled at once. The second cancel evicts the first task before its waiter is notified.
    @Test func aLegacyStatusReportsTheEndOfAnEvictedTask() throws {
        let dialogue = try Dialogue(timeScale: 100) { $0.limits.keptResults = 1 }
        let submitter = try dialogue.connect()
        try submitter.send(Legacy.run("revers") + Legacy.run("revers") + Legacy.run("revers") + Legacy.status(2))
        submitter.expect(#"{"task_id":1}"#, #"{"task_id":2}"#, #"{"task_id":3}"#)
        dialogue.wait(forWaiters: 1)
        let other = try dialogue.connect()
        try other.send(Requests.cancel(1, 2) + Requests.cancel(2, 3) + Requests.status(3, 2))
        for _ in 1...2 { #expect(other.object()["status"] as? String == "error") }
        #expect(other.refusal() == (3, "expired"))
        submitter.expect(#"{"status":"error"}"#)
        dialogue.end()
    }

    @Test func aTimeoutIsRefusedIfTheTaskIsEvictedBeforeASlowClientTakesTheReply() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types) { $0.limits.keptResults = 1 }
        let (slow, connection) = try dialogue.connectKnown()
        let data = String(repeating: "x", count: 1_000_000)
        gate.open()
        slow.roundTrip(Requests.run(0, "echo", data))
        slow.roundTrip(Requests.status(0, 1, Requests.wait))
        gate.close()
        slow.roundTrip(Requests.run(0, "revers", "ab"))
        slow.stopReading()
        try slow.send(
            Requests.result(1, 2, Requests.wait + #","timeout_ms":200"#)
                + String(repeating: Requests.result(2, 1), count: 10))
        dialogue.wait("a full socket") { !connection.stream.isDrained }
        // On a slow machine the wait may time out, and be answered, before the socket is full.
        dialogue.wait(forWaiters: 0)
        gate.open()
        let other = try dialogue.connect()
        other.roundTrip(Requests.run(1, "echo"))
        try other.send(Requests.result(2, 3, Requests.wait))
        other.expect(#"{"seq":2,"status":"success","data":"x"}"#)
        try slow.startReading()
        let replies = (1...11).map { _ in slow.object() }.filter { $0["seq"] as? Int == 1 }
        #expect(replies.count == 1)
        let code = (replies.first?["error"] as? [String: Any])?["code"] as? String
        #expect(code == "expired" || replies.first?["timed_out"] as? Bool == true)
        dialogue.end()
    }
}
