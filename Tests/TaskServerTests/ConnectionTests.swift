import Libuv
import TaskCore
import TaskQueue
import Testing

@testable import TaskServer

/// Legacy requests, and the states of a connection.
struct ConnectionTests {
    private typealias Legacy = LegacyRequests

    @Test func bytesMayArriveOneByOne() throws {
        let dialogue = try Dialogue { $0.readSize = 1 }
        let client = try dialogue.connect()
        try client.send(Legacy.run("echo", "я") + Legacy.status(1) + Legacy.result(1))
        client.expect(#"{"task_id":1}"#, #"{"status":"success"}"#, #"{"status":"success","data":"я"}"#)
        dialogue.end()
    }

    @Test func legacyRequestsAreAnsweredInOrder() throws {
        let dialogue = try Dialogue(timeScale: 100)
        let client = try dialogue.connect()
        try client.send((1...1000).map { Legacy.run("too_long_echo", "\($0)") }.joined())
        for id in 1...1000 { client.expect(#"{"task_id":\#(id)}"#) }
        let other = try dialogue.connect()
        try other.send(Legacy.status(1) + Legacy.status(1000) + Legacy.result(1000))
        other.expect(#"{"status":"execute"}"#, #"{"status":"waiting"}"#, #"{"status":"waiting","data":null}"#)
        dialogue.end()
    }

    // MARK: Pausing

    @Test func requestsAfterAWaitingLegacyStatusAreReadAfterItsReply() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let client = try dialogue.connect()
        let other = try dialogue.connect()
        try client.send(
            Legacy.run("revers", "ab") + Legacy.status(1) + Legacy.result(1) + Legacy.run("echo", "x")
                + Legacy.status(2) + Legacy.result(2))
        client.expect(#"{"task_id":1}"#)
        try other.send(Legacy.status(1) + Legacy.status(1))
        other.expect(#"{"status":"execute"}"#, #"{"status":"execute"}"#)
        #expect(client.hasReceivedNothing)
        gate.open()
        client.expect(#"{"status":"success"}"#, #"{"status":"success","data":"ba"}"#, #"{"task_id":2}"#)
        client.expect(#"{"status":"success"}"#, #"{"status":"success","data":"x"}"#)
        dialogue.end()
    }

    @Test func thePausedInputIsBounded() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let (client, connection) = try dialogue.connectKnown()
        let results = String(repeating: Legacy.result(1), count: 4000)
        let space = String(repeating: " ", count: 20_000_000)
        try client.send(Legacy.run("permutation", "ab") + Legacy.status(1) + results + space + Legacy.result(1))
        client.expect(#"{"task_id":1}"#)
        dialogue.wait("a full input buffer") { !connection.stream.isReading }
        #expect((65_536..<200_000).contains(connection.heldBytes))
        #expect(!client.hasSentAll)
        gate.open()
        client.expect(#"{"status":"success"}"#)
        for _ in 0...4000 { client.expect(#"{"status":"success","data":"ba"}"#) }
        dialogue.end()
    }

    @Test func noRequestIsReadWhileRepliesAreUnsent() throws {
        let dialogue = try Dialogue()
        let data = String(repeating: "x", count: 500_000)
        let (slow, connection) = try dialogue.connectKnown()
        try slow.send(Legacy.run("echo", data) + Legacy.status(1))
        slow.expect(#"{"task_id":1}"#, #"{"status":"success"}"#)
        slow.stopReading()
        try slow.send(String(repeating: Legacy.result(1), count: 100))
        let other = try dialogue.connect()
        for _ in 1...50 {
            try other.send(Legacy.result(1))
            #expect(other.line()?.utf8.count == 500_000 + 30)
        }
        #expect(!connection.stream.isDrained && connection.stream.unsentBytes < 2_000_000)
        try slow.startReading()
        for _ in 1...100 { #expect(slow.line()?.utf8.count == 500_000 + 30) }
        dialogue.end()
    }

    // MARK: The client ends

    @Test func aClientThatClosesItsSideIsStillAnswered() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let client = try dialogue.connect()
        try client.send(Legacy.run("revers", "ab") + Legacy.status(1) + Legacy.result(1))
        try client.shutDownWriting()
        client.expect(#"{"task_id":1}"#)
        gate.open()
        client.expect(#"{"status":"success"}"#, #"{"status":"success","data":"ba"}"#)
        client.expectClosed()
        #expect(client.error == nil)
        dialogue.end()
    }

    @Test func theTaskOfAVanishedClientRunsAndNothingElseIsLeft() throws {
        let dialogue = try Dialogue(timeScale: 0.02)
        let client = try dialogue.connect()
        try client.send(Legacy.run("revers", "ab") + Legacy.status(1))
        client.expect(#"{"task_id":1}"#)
        client.close()
        let other = try dialogue.connect()
        try other.send(Legacy.run("echo", "after") + Legacy.status(2) + Legacy.result(1))
        other.expect(#"{"task_id":2}"#, #"{"status":"success"}"#, #"{"status":"success","data":"ba"}"#)
        #expect(dialogue.server.connections.count == 1 && dialogue.server.waiters.count == 0)
        dialogue.end()
    }

    /// After the end of input nothing is read, so the system does not report the reset by itself.
    @Test func aResetAfterTheEndOfInputIsNoticed() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let (client, connection) = try dialogue.connectKnown()
        client.roundTrip(Requests.run(1, "revers"))
        try client.send(Requests.result(2, 1, Requests.wait))
        try client.shutDownWriting()
        dialogue.wait("the end of input") { !connection.stream.isReading && dialogue.server.waiters.count == 1 }
        client.reset()
        dialogue.wait("the reset") { dialogue.server.connections.isEmpty }
        #expect(dialogue.server.waiters.count == 0)
        gate.open()
        dialogue.end()
    }

    @Test func anUnfinishedMessageIsIgnored() throws {
        let dialogue = try Dialogue()
        let client = try dialogue.connect()
        try client.send(#"{"type":"run","task_name":"echo","data":""#)
        try client.shutDownWriting()
        client.expectClosed()
        #expect(dialogue.server.queue.counts.submitted == 0)
        #expect(dialogue.server.refusals.closedForErrors == 0 && dialogue.refused(.badRequest) == 0)
        dialogue.end()
    }

    // MARK: Refusals

    @Test(arguments: [
        "hello\n", "x", "{\"type\":\n", "{}\n", "[]\n", "{\"type\":\"stop\"}\n",
        "{\"type\":\"status\",\"task_id\":\"1\"}",
        "{\"type\":\"status\",\"task_id\":7}", "{\"type\":\"get_result\",\"task_id\":7}\n",
        "POST / HTTP/1.1\r\n\r\n{\"type\":\"run\",\"task_name\":\"echo\",\"data\":\"\"}\n",
    ]) func aRefusedLegacyRequestClosesTheConnectionAfterEarlierReplies(text: String) throws {
        let dialogue = try Dialogue(timeScale: 100)
        let client = try dialogue.connect()
        try client.send(Legacy.run("too_long_echo", "x") + text + Legacy.run("echo", "never"))
        client.expect(#"{"task_id":1}"#)
        client.expectClosed()
        #expect(client.error == nil, "closed, not reset")
        #expect(dialogue.server.queue.counts.submitted == 1 && dialogue.server.refusals.closedForErrors == 1)
        dialogue.end()
    }

    /// Tries numbers of unread replies until the socket takes all but the last one.
    @Test func nothingIsReadFromARefusedClientBeforeItTakesItsReplies() throws {
        let dialogue = try Dialogue()
        let other = try dialogue.connect()
        try other.send(Legacy.run("echo", String(repeating: "x", count: 60_000)) + Legacy.status(1))
        other.expect(#"{"task_id":1}"#, #"{"status":"success"}"#)
        try other.send(Legacy.run("echo", String(repeating: "x", count: 5000)) + Legacy.status(2))
        other.expect(#"{"task_id":2}"#, #"{"status":"success"}"#)
        let garbage = String(repeating: "y", count: 20_000_000)
        var unread = 0
        for _ in 0..<400 {
            let (client, connection) = try dialogue.connectKnown()
            client.stopReading()
            // Sockets differ in how much they take, hence replies of two sizes, and chance.
            let fill = Array(repeating: 1, count: unread) + Array(repeating: 2, count: Int.random(in: 0..<12))
            for id in fill where connection.stream.isDrained {
                try client.send(Legacy.result(id))
                other.roundTrip(Legacy.status(1))
            }
            guard connection.stream.isDrained else {
                unread = max(unread - 1, 0)
                client.close()
                continue
            }
            let refused = dialogue.server.refusals.closedForErrors
            func isRefused() -> Bool { dialogue.server.refusals.closedForErrors > refused }
            try client.send(Legacy.result(1) + "garbage")
            dialogue.wait("the refusal") { isRefused() || !connection.stream.isDrained }
            guard isRefused(), !connection.stream.isDrained else {
                unread += 1
                client.close()
                continue
            }
            try client.send(garbage)
            for _ in 1...100 { other.roundTrip(Legacy.status(1)) }
            #expect(!client.hasSentAll, "the garbage stays with the client")
            dialogue.end()
            return
        }
        Issue.record("no reply was left in the socket")
        dialogue.end()
    }

    /// A client that goes on sending is not reset before it has read its replies, and not served forever.
    @Test func aClosedClientMayGoOnSendingForAWhile() throws {
        let dialogue = try Dialogue()
        let client = try dialogue.connect()
        try client.send(Legacy.run("echo") + "garbage")
        dialogue.wait("the refusal") { dialogue.server.refusals.closedForErrors == 1 }
        try client.send(String(repeating: "y", count: 1_000_000))
        client.expect(#"{"task_id":1}"#)
        client.expectClosed()
        #expect(client.error == nil)
        dialogue.wait("the end of the connection") { dialogue.server.connections.isEmpty }
        dialogue.end()
    }

    // MARK: Limits of a message

    /// Comparing strings takes quadratic time for such names. The time limit is generous: it took minutes.
    @Test(.timeLimit(.minutes(1))) func namesThatAreExpensiveToNormalizeAreNot() throws {
        let dialogue = try Dialogue()
        let client = try dialogue.connect()
        let name = "e" + String(repeating: "\u{301}\u{316}", count: 200_000)
        try client.send(Legacy.run(name, "x"))
        client.expect(#"{"task_id":1}"#)
        try client.send(#"{"type":"\#(name)"}"#)
        client.expectClosed()
        dialogue.end()
    }

    @Test func aMessageIsAtMostAsLongAsTheLimit() throws {
        let dialogue = try Dialogue { $0.limits.message = 60 }
        let fits = #"{"type":"run","task_name":"echo","data":"12345678901234567"}"#
        #expect(fits.utf8.count == 60)
        let client = try dialogue.connect()
        try client.send(fits)
        client.expect(#"{"task_id":1}"#)
        try client.send(#"{"type":"run","task_name":"echo","data":"12345678901234567890"#)
        client.expectClosed()
        #expect(dialogue.refused(.tooLarge) == 1)
        dialogue.end()
    }
}
