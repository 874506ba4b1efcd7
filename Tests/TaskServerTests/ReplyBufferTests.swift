import Libuv
import TaskCore
import TaskProtocol
import Testing

@testable import TaskServer

extension Connection {
    fileprivate func reply(_ reply: LegacyReply) { self.reply { reply.write(to: &$0) } }
}

/// Clients with their connections.
private struct Conversation {
    let dialogue: Dialogue
    let clients: [TestClient]
    let connections: [Connection]

    init(clients count: Int) throws {
        let dialogue = try Dialogue()
        let known = try (1...count).map { _ in try dialogue.connectKnown() }
        self.dialogue = dialogue
        clients = known.map(\.client)
        connections = known.map(\.connection)
    }

    var replies: ReplyBuffer { dialogue.server.replies }
}

struct ReplyBufferTests {
    @Test func repliesAreSentInOrderAtTheEndOfTheIteration() throws {
        let all = try Conversation(clients: 2)
        all.connections[0].reply(.status(.waiting))
        all.connections[1].reply(.status(.execute))
        all.connections[0].reply(.status(.success))
        all.connections[0].reply(.status(.error))
        all.clients[0].expect(#"{"status":"waiting"}"#, #"{"status":"success"}"#, #"{"status":"error"}"#)
        all.clients[1].expect(#"{"status":"execute"}"#)
        all.dialogue.end()
    }

    @Test func theRepliesOfManyConnectionsAreSentEarlier() throws {
        let all = try Conversation(clients: 100)
        var flushes = 0
        for (number, connection) in all.connections.enumerated() {
            connection.reply(.submitted(TaskID(rawValue: number + 1)!))
            if all.replies.isFull { flushes += 1 }
            connection.update()
            #expect(!all.replies.isFull)
        }
        #expect(flushes == 4)
        for (number, client) in all.clients.enumerated() { client.expect(#"{"task_id":\#(number + 1)}"#) }
        all.dialogue.end()
    }

    @Test func aLargeReplyIsSentEarlier() throws {
        let all = try Conversation(clients: 1)
        let text = String(repeating: "x", count: 70_000)
        all.connections[0].reply(.result(.success, data: text))
        #expect(all.replies.isFull)
        all.connections[0].update()
        #expect(!all.replies.isFull)
        all.clients[0].expect(#"{"status":"success","data":"\#(text)"}"#)
        all.dialogue.end()
    }

    @Test func aClosedConnectionDoesNotDelayTheRepliesOfOthers() throws {
        let all = try Conversation(clients: 3)
        for connection in all.connections { connection.reply(.status(.waiting)) }
        all.connections[1].close(.idle)
        all.clients[1].expectClosed()
        for client in [all.clients[0], all.clients[2]] {
            client.expect(#"{"status":"waiting"}"#)
            try client.send(LegacyRequests.run("echo"))
            #expect(client.line() != nil)
        }
        all.dialogue.end()
    }

    @Test(arguments: 1...3) func aServerThatStopsSendsRepliesBefore(signals: Int) throws {
        let all = try Conversation(clients: 2)
        for connection in all.connections { connection.reply(.status(.waiting)) }
        for _ in 1...signals { all.dialogue.server.stop(.terminate) }
        for client in all.clients {
            client.expect(#"{"status":"waiting"}"#)
            client.expectClosed()
        }
        all.dialogue.end()
    }

    /// More replies than the socket takes.
    @Test func aClientThatClosesItsSideReceivesAllReplies() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let client = try dialogue.connect()
        let text = String(repeating: "ab", count: 2000)
        let count = 4000
        try client.send(LegacyRequests.run("permutation", text) + LegacyRequests.status(1))
        for _ in 0..<count { try client.send(LegacyRequests.result(1)) }
        try client.shutDownWriting()
        client.expect(#"{"task_id":1}"#)
        gate.open()
        client.expect(#"{"status":"success"}"#)
        let result = String(repeating: "ba", count: 2000)
        for _ in 0..<count { client.expect(#"{"status":"success","data":"\#(result)"}"#) }
        client.expectClosed()
        dialogue.end()
    }
}
