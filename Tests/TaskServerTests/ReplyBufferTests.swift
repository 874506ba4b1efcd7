import Libuv
import TaskCore
import TaskProtocol
import Testing

@testable import TaskServer

extension Connection {
    fileprivate func reply(_ reply: LegacyReply) { self.reply { reply.write(to: &$0) } }
}

struct ReplyBufferTests {
    private let servers = Servers()

    /// A server, and clients with their connections.
    private func start(
        clients count: Int
    ) throws -> (server: TaskServer, clients: [TestClient], connections: [Connection]) {
        let dialogue = try servers.start()
        let clients = try (1...count).map { _ in try dialogue.connect() }
        return (dialogue.server, clients, try clients.map(dialogue.connection))
    }

    @Test func theRepliesOfManyConnectionsFillTheBuffer() throws {
        let all = try start(clients: 96)
        var flushes = 0
        for (number, connection) in all.connections.enumerated() {
            connection.reply(.submitted(TaskID(rawValue: number + 1)!))
            if all.server.replies.isFull { flushes += 1 }
            connection.update()
            #expect(!all.server.replies.isFull)
        }
        #expect(flushes == 4)
        for (number, client) in all.clients.enumerated() { client.expect(#"{"task_id":\#(number + 1)}"#) }
    }

    @Test func aLargeReplyFillsTheBuffer() throws {
        let all = try start(clients: 1)
        let text = String(repeating: "x", count: 70_000)
        all.connections[0].reply(.result(.success, data: text))
        #expect(all.server.replies.isFull)
        all.connections[0].update()
        #expect(!all.server.replies.isFull)
        all.clients[0].expect(#"{"status":"success","data":"\#(text)"}"#)
    }

    @Test func aClosedConnectionDoesNotDelayTheRepliesOfOthers() throws {
        let all = try start(clients: 3)
        for connection in all.connections { connection.reply(.status(.waiting)) }
        all.connections[1].close(.idle)
        all.clients[1].expectClosed()
        for client in [all.clients[0], all.clients[2]] {
            client.expect(#"{"status":"waiting"}"#)
            try client.send(Legacy.run("echo"))
            #expect(client.line() != nil)
        }
    }

    @Test(arguments: 1...3) func aServerThatStopsSendsItsReplies(signals: Int) throws {
        let all = try start(clients: 2)
        for connection in all.connections { connection.reply(.status(.waiting)) }
        for _ in 1...signals { all.server.stop(.terminate) }
        for client in all.clients {
            client.expect(#"{"status":"waiting"}"#)
            client.expectClosed()
        }
    }

    /// More replies than the socket takes.
    @Test(arguments: Transport.allCases)
    func aClientThatClosesItsSideReceivesAllReplies(over transport: Transport) throws {
        let dialogue = try servers.start(over: transport)
        let text = String(repeating: "x", count: 4000)
        let client = try dialogue.stalledClient(Legacy.run("echo", text), results: 4000)
        try client.shutDownWriting()
        dialogue.wait("a full socket") { dialogue.server.connections.heldBytes > 0 }
        try client.startReading()
        for _ in 1...4000 { client.expect(#"{"status":"success","data":"\#(text)"}"#) }
        client.expectClosed()
        #expect(client.error == nil, "closed, not reset")
    }
}
