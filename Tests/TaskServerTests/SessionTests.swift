import Libuv
import TaskCore
import TaskProtocol
import Testing

@testable import TaskServer

private func run(_ name: String, _ data: String) -> String {
    #"{"type":"run","task_name":"\#(name)","data":"\#(data)"}"# + "\n"
}
private func status(_ id: Int) -> String { #"{"type":"status","task_id":\#(id)}"# + "\n" }
private func result(_ id: Int) -> String { #"{"type":"get_result","task_id":\#(id)}"# + "\n" }

struct SessionTests {
    @Test func aByteAtATime() throws {
        let dialogue = try Dialogue { $0.readSize = 1 }
        let client = try dialogue.connect()
        try client.send(run("echo", "я") + status(1) + result(1))
        client.expect(#"{"task_id":1}"#, #"{"status":"success"}"#, #"{"status":"success","data":"я"}"#)
        dialogue.end()
    }

    @Test func manyRequestsInOneWriteAreAnsweredInOrder() throws {
        let dialogue = try Dialogue(timeScale: 100)
        let client = try dialogue.connect()
        try client.send((1...1000).map { run("too_long_echo", "\($0)") }.joined())
        for id in 1...1000 { client.expect(#"{"task_id":\#(id)}"#) }
        let other = try dialogue.connect()
        try other.send(status(1) + status(1000) + result(1000))
        other.expect(#"{"status":"execute"}"#, #"{"status":"waiting"}"#, #"{"status":"waiting","data":null}"#)
        dialogue.end()
    }

    @Test func whatFollowsAHeldStatusWaitsBehindIt() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let client = try dialogue.connect()
        let other = try dialogue.connect()
        try client.send(run("revers", "ab") + status(1) + result(1) + run("echo", "x") + status(2) + result(2))
        client.expect(#"{"task_id":1}"#)
        try other.send(status(1) + status(1))
        other.expect(#"{"status":"execute"}"#, #"{"status":"execute"}"#)
        #expect(client.hasReceivedNothing)
        gate.open()
        client.expect(#"{"status":"success"}"#, #"{"status":"success","data":"ba"}"#, #"{"task_id":2}"#)
        client.expect(#"{"status":"success"}"#, #"{"status":"success","data":"x"}"#)
        dialogue.end()
    }

    @Test func theBacklogBehindAHeldStatusIsBounded() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let client = try dialogue.connect()
        let count = 20_000
        try client.send(run("permutation", "ab") + status(1) + String(repeating: result(1), count: count))
        client.expect(#"{"task_id":1}"#)
        #expect(client.hasReceivedNothing)
        gate.open()
        client.expect(#"{"status":"success"}"#)
        for _ in 0..<count { client.expect(#"{"status":"success","data":"ba"}"#) }
        dialogue.end()
    }

    @Test func aClientThatEndsItsSideIsStillAnswered() throws {
        let dialogue = try Dialogue(timeScale: 0.02)
        let client = try dialogue.connect()
        try client.send(run("revers", "ab") + status(1) + result(1))
        try client.shutDownWriting()
        client.expect(#"{"task_id":1}"#, #"{"status":"success"}"#, #"{"status":"success","data":"ba"}"#)
        client.expectClosed()
        #expect(client.error == nil)
        dialogue.end()
    }

    @Test func aClientThatVanishesLeavesItsTaskAndNothingElse() throws {
        let dialogue = try Dialogue(timeScale: 0.02)
        let client = try dialogue.connect()
        try client.send(run("revers", "ab") + status(1))
        client.expect(#"{"task_id":1}"#)
        client.close()
        let other = try dialogue.connect()
        try other.send(run("echo", "after") + status(2) + result(1))
        other.expect(#"{"task_id":2}"#, #"{"status":"success"}"#, #"{"status":"success","data":"ba"}"#)
        #expect(dialogue.server.sessions.count == 1)
        dialogue.end()
    }

    @Test(arguments: [
        "hello\n", "x", "{\"type\":\n", "{}\n", "[]\n", "{\"type\":\"stop\"}\n",
        "{\"type\":\"status\",\"task_id\":\"1\"}",
        "{\"type\":\"status\",\"task_id\":7}", "{\"type\":\"get_result\",\"task_id\":7}\n",
        "POST / HTTP/1.1\r\n\r\n{\"type\":\"run\",\"task_name\":\"echo\",\"data\":\"\"}\n",
    ]) func whatIsWrongEndsTheConnectionAfterEarlierAnswers(text: String) throws {
        let dialogue = try Dialogue(timeScale: 100)
        let client = try dialogue.connect()
        try client.send(run("too_long_echo", "x") + text + run("echo", "never"))
        client.expect(#"{"task_id":1}"#)
        client.expectClosed()
        #expect(client.error == nil, "an orderly end, not a reset")
        let other = try dialogue.connect()
        try other.send(run("echo", "second"))
        other.expect(#"{"task_id":2}"#)
        dialogue.end()
    }

    @Test func answersThatAClientIsSlowToReadArePausedForNotPiledUp() throws {
        let dialogue = try Dialogue()
        let data = String(repeating: "x", count: 500_000)
        let slow = try dialogue.connect()
        try slow.send(run("echo", data) + status(1))
        slow.expect(#"{"task_id":1}"#, #"{"status":"success"}"#)
        slow.stopReading()
        try slow.send(String(repeating: result(1), count: 100))
        let other = try dialogue.connect()
        for _ in 1...50 {
            try other.send(result(1))
            #expect(other.line()?.utf8.count == 500_000 + 30)
        }
        try slow.startReading()
        for _ in 1...100 { #expect(slow.line()?.utf8.count == 500_000 + 30) }
        dialogue.end()
    }

    /// Some number of unread replies fills the socket so far that the last one, before the garbage, is stuck.
    @Test func whatARefusedClientGoesOnSendingIsNotReadBeforeItTakesItsReplies() throws {
        let dialogue = try Dialogue()
        let other = try dialogue.connect()
        try other.send(run("echo", String(repeating: "x", count: 60_000)) + status(1))
        other.expect(#"{"task_id":1}"#, #"{"status":"success"}"#)
        try other.send(run("echo", String(repeating: "x", count: 5000)) + status(2))
        other.expect(#"{"task_id":2}"#, #"{"status":"success"}"#)
        let garbage = String(repeating: "y", count: 20_000_000)
        var unread = 0
        for _ in 0..<400 {
            let client = try dialogue.connect()
            other.roundTrip(status(1))
            let session = try #require(dialogue.server.sessions.values.max { $0.id < $1.id })
            client.stopReading()
            // How much a socket takes differs from one to the next: hence replies of two sizes, and chance.
            let fill = Array(repeating: 1, count: unread) + Array(repeating: 2, count: Int.random(in: 0..<12))
            for id in fill where session.stream.isDrained {
                try client.send(result(id))
                other.roundTrip(status(1))
            }
            guard session.stream.isDrained else {
                unread = max(unread - 1, 0)
                client.close()
                continue
            }
            try client.send(result(1) + "garbage")
            dialogue.wait("the refusal") { session.phase != .open || !session.stream.isDrained }
            guard session.phase == .ending, !session.stream.isDrained else {
                unread += 1
                client.close()
                continue
            }
            try client.send(garbage)
            for _ in 1...100 { other.roundTrip(status(1)) }
            #expect(!client.hasSentAll, "the garbage stays with the client")
            dialogue.end()
            return
        }
        Issue.record("no reply was stuck")
        dialogue.end()
    }

    /// Swift compares strings in normal form, which takes quadratic time for these marks.
    @Test func namesThatAreHardToNormaliseCostNothing() throws {
        let dialogue = try Dialogue()
        let client = try dialogue.connect()
        let name = "e" + String(repeating: "\u{301}\u{316}", count: 200_000)
        let clock = ContinuousClock()
        let time = try clock.measure {
            try client.send(run(name, "x"))
            client.expect(#"{"task_id":1}"#)
            try client.send(#"{"type":"\#(name)"}"#)
            client.expectClosed()
        }
        #expect(time < .seconds(5))
        dialogue.end()
    }

    @Test func theLimitOfAMessage() throws {
        let dialogue = try Dialogue { $0.maximumMessage = 60 }
        let fits = #"{"type":"run","task_name":"echo","data":"1234567890123456"}"#
        #expect(fits.utf8.count == 59)
        let client = try dialogue.connect()
        try client.send(fits)
        client.expect(#"{"task_id":1}"#)
        try client.send(#"{"type":"run","task_name":"echo","data":"1234567890123456789"#)
        client.expectClosed()
        dialogue.end()
    }

    @Test func anEndInsideAMessageIsNoRequest() throws {
        let dialogue = try Dialogue()
        let client = try dialogue.connect()
        try client.send(#"{"type":"run","task_name":"echo","data":""#)
        try client.shutDownWriting()
        client.expectClosed()
        let other = try dialogue.connect()
        try other.send(result(1))
        other.expectClosed()
        dialogue.end()
    }
}

struct IdleWatchTests {
    @Test func aSilentConnectionIsClosed() throws {
        let dialogue = try Dialogue { $0.idleTimeout = 30 }
        let silent = try dialogue.connect()
        let half = try dialogue.connect()
        try half.send("{")
        silent.expectClosed()
        half.expectClosed()
        dialogue.end()
    }

    @Test func oneThatWaitsForAnAnswerIsNotIdle() throws {
        let dialogue = try Dialogue(timeScale: 0.1) { $0.idleTimeout = 30 }
        let client = try dialogue.connect()
        try client.send(run("revers", "ab") + status(1))
        client.expect(#"{"task_id":1}"#, #"{"status":"success"}"#)
        client.expectClosed()
        dialogue.end()
    }
}
