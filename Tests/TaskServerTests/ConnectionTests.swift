import Libuv
import TaskCore
import TaskQueue
import TestServers
import Testing

@testable import TaskServer

/// Legacy requests, and the states of a connection.
struct ConnectionTests {
    private let servers = Servers()

    @Test func eachMessageBeginsTheIdleTimeAnew() throws {
        let (dialogue, client) = try servers.withClient()
        let connection = try dialogue.connection(of: client)
        let start = try #require(connection.idleStart)
        dialogue.wait("a later time") { dialogue.loop.now > start }
        client.roundTrip(Requests.other(1, "list"))
        #expect(try #require(connection.idleStart) > start)
    }

    // MARK: Pausing

    @Test(arguments: Transport.allCases) func thePausedInputIsBounded(over transport: Transport) throws {
        let (gate, dialogue, client) = try servers.gated(over: transport)
        let connection = try dialogue.connection(of: client)
        let results = String(repeating: Legacy.result(1), count: 4000)
        try client.send(Legacy.run("permutation", "ab") + Legacy.status(1) + results)
        // In parts: the thread sanitizer looks at all that a call is given, however little the socket takes.
        for _ in 1...20 { try client.send(String(repeating: " ", count: 1_000_000)) }
        try client.send(Legacy.result(1))
        client.expect(#"{"task_id":1}"#)
        dialogue.wait("a full input buffer") { !connection.stream.isReading }
        #expect((65_536..<200_000).contains(connection.heldBytes))
        #expect(!client.hasSentAll)
        gate.open()
        client.expect(#"{"status":"success"}"#)
        for _ in 0...4000 { client.expect(#"{"status":"success","data":"ba"}"#) }
    }

    @Test(arguments: Transport.allCases) func noRequestIsReadWhileRepliesAreUnsent(over transport: Transport) throws {
        let dialogue = try servers.start(over: transport)
        let data = String(repeating: "x", count: 500_000)
        let slow = try dialogue.stalledClient(Legacy.run("echo", data), results: 100)
        let connection = try dialogue.connection(of: slow)
        let other = try dialogue.connect()
        for _ in 1...50 {
            try other.send(Legacy.result(1))
            #expect(other.line()?.utf8.count == 500_000 + 30)
        }
        #expect(!connection.stream.isDrained && connection.stream.unsentBytes < 2_000_000)
        try slow.startReading()
        for _ in 1...100 { #expect(slow.line()?.utf8.count == 500_000 + 30) }
    }

    /// Else a client could fill the memory with replies that it does not take.
    @Test func unsentRepliesCountTowardsTheMemoryOfTheConnections() throws {
        // Unix sockets hold less than TCP.
        let dialogue = try servers.start(over: .unix) {
            $0.limits.memory = 200_000
            $0.limits.message = 200_000
        }
        let limit = dialogue.server.configuration.maximumConnectionMemory
        let data = String(repeating: "x", count: 150_000)
        let clients = try (1...limit / 50_000).map { _ in try dialogue.connect() }
        clients[0].roundTrip(Requests.run(0, "echo", data))
        clients[0].roundTrip(Requests.status(0, 1, Requests.wait))
        for client in clients {
            client.stopReading()
            try client.send(String(repeating: Legacy.result(1), count: 10))
        }
        dialogue.wait("a closed connection") { dialogue.closed(by: .memory) ?? 0 > 0 }
        #expect(dialogue.server.connections.heldBytes <= limit)
    }

    @Test func aLineThatNeverEndsTakesNoMemory() throws {
        let (dialogue, client) = try servers.withClient { $0.limits.message = 1000 }
        let connection = try dialogue.connection(of: client)
        for (seq, start, code) in [(1, #"{"x":""#, "too_large"), (2, "x", "bad_request")] {
            client.roundTrip(Requests.other(seq, "list"))
            try client.send(start + String(repeating: "x", count: 3_000_000))
            dialogue.wait("the end of what was sent") { client.hasSentAll && !connection.stream.hasUnreadInput }
            #expect(client.replies(1) == ["- \(code)"] && connection.heldBytes == 0)
            try client.send("\n")
        }
        #expect(dialogue.refused(.tooLarge) == 1 && dialogue.refused(.badRequest) == 1)
    }

    @Test func anUnfinishedMessageIsIgnored() throws {
        let (dialogue, client) = try servers.withClient()
        try client.send(#"{"type":"run","task_name":"echo","data":""#)
        try client.shutDownWriting()
        client.expectClosed()
        #expect(dialogue.server.queue.counts.submitted == 0)
        #expect(dialogue.server.refusals.closedForErrors == 0 && dialogue.refused(.badRequest) == 0)
    }

    // MARK: Refusals

    @Test func aMalformedRequestWithASequenceNumberKeepsTheConnectionOpen() throws {
        let (_, client) = try servers.withClient()
        try client.send(Requests.other(1, "status") + "garbage\n" + Requests.other(2, "list"))
        #expect(client.replies(3) == ["1 bad_request", "- bad_request", "2 answered"])
    }

    @Test(arguments: [
        "x", "{}\n", "{\"type\":\"stop\"}\n", "{\"type\":\"status\",\"task_id\":7}",
        "POST / HTTP/1.1\r\n\r\n{\"type\":\"run\",\"task_name\":\"echo\",\"data\":\"\"}\n",
        "{\"type\":\"run\",\"task_name\":\"a message that is longer than the limit",
    ]) func aRefusedLegacyRequestClosesTheConnectionAfterEarlierReplies(text: String) throws {
        let (dialogue, client) = try servers.withClient(timeScale: 100) { $0.limits.message = 60 }
        try client.send(Legacy.run("too_long_echo", "x") + text + Legacy.run("echo", "never"))
        client.expect(#"{"task_id":1}"#)
        client.expectClosed()
        #expect(client.error == nil, "closed, not reset")
        #expect(dialogue.server.queue.counts.submitted == 1 && dialogue.server.refusals.closedForErrors == 1)
    }

    /// Sends more and more requests before the garbage, until the last replies are the ones that the socket does not take.
    @Test func nothingIsReadFromARefusedClientBeforeItTakesItsReplies() throws {
        let dialogue = try servers.start(over: .unix) { $0.readSize = 1 << 20 }
        let other = try dialogue.connect()
        try other.send(Legacy.run("echo", String(repeating: "x", count: 5000)) + Legacy.status(1))
        other.expect(#"{"task_id":1}"#, #"{"status":"success"}"#)
        for count in 1...1000 {
            let client = try dialogue.connect()
            let connection = try dialogue.connection(of: client)
            client.stopReading()
            let refused = dialogue.server.refusals.closedForErrors
            func isRefused() -> Bool { dialogue.server.refusals.closedForErrors > refused }
            try client.send(String(repeating: Legacy.result(1), count: count) + "garbage")
            dialogue.wait("the refusal or a full socket") { isRefused() || !connection.stream.isDrained }
            guard isRefused(), !connection.stream.isDrained else {
                client.close()
                continue
            }
            try client.send(String(repeating: "y", count: 20_000_000))
            for _ in 1...100 { other.roundTrip(Legacy.status(1)) }
            #expect(!client.hasSentAll, "the garbage stays with the client")
            return
        }
        Issue.record("no reply was left in the socket")
    }

    /// A client that goes on sending is not reset before it has read its replies.
    @Test(arguments: Transport.allCases) func aClosedClientMayGoOnSendingForAWhile(over transport: Transport) throws {
        let (dialogue, client) = try servers.withClient(over: transport)
        dialogue.server.lingerTime = 3_600_000
        try client.send(Legacy.run("echo") + "garbage")
        dialogue.wait("the refusal") { dialogue.server.refusals.closedForErrors == 1 }
        try client.send(String(repeating: "y", count: 1_000_000))
        client.expect(#"{"task_id":1}"#)
        client.expectClosed()
        #expect(client.error == nil)
    }

    @Test func aClosedClientThatDoesNotCloseIsNotKept() throws {
        let (dialogue, client) = try servers.withClient()
        dialogue.server.lingerTime = 10
        try client.send("garbage")
        dialogue.wait("the end of the connection") {
            dialogue.server.refusals.closedForErrors == 1 && dialogue.server.connections.isEmpty
        }
    }

    /// Comparing strings takes quadratic time for such names. The time limit is generous: it took minutes.
    @Test(.timeLimit(.minutes(60))) func namesThatAreExpensiveToNormalizeAreNot() throws {
        let (_, client) = try servers.withClient()
        let name = "e" + String(repeating: "\u{301}\u{316}", count: 200_000)
        try client.send(Legacy.run(name, "x"))
        client.expect(#"{"task_id":1}"#)
        try client.send(#"{"type":"\#(name)"}"#)
        client.expectClosed()
    }
}
