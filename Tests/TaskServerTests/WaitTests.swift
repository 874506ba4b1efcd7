import Libuv
import TaskCore
import TaskQueue
import Testing

@testable import TaskServer

/// Requests with a `seq` that wait for a task.
struct WaitTests {
    @Test func aWaitDelaysNoOtherReply() throws {
        let gate = Gate()
        let dialogue = try Dialogue(timeScale: 0.05, types: gate.types)
        let client = try dialogue.connect()
        try client.send(
            Requests.run(1, "revers", "abc") + Requests.result(2, 1, Requests.wait) + Requests.run(3, "echo")
                + Requests.result(4, 2, Requests.wait) + Requests.status(5, 1))
        let first = client.object()
        #expect(first["task_id"] as? Int == 1 && first["position"] as? Int == 0 && first["eta_ms"] as? Int == 100)
        #expect(first["instance"] as? String == dialogue.server.instance.description)
        let second = client.object()
        #expect(second["seq"] as? Int == 3 && second["status"] as? String == "waiting")
        #expect(second["position"] as? Int == 1)
        #expect(client.object()["status"] as? String == "execute")
        gate.open()
        client.expect(
            #"{"seq":2,"status":"success","data":"cba"}"#, #"{"seq":4,"status":"success","data":"x"}"#)
        dialogue.end()
    }

    @Test func waitsOnOneTaskAreAnsweredInTheirOrderAndThoseForTheLogFirst() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let client = try dialogue.connect()
        client.roundTrip(Requests.run(0, "revers", "ab"))
        try client.send(
            Requests.result(1, 1, Requests.wait) + Requests.log(2, 1, Requests.wait)
                + Requests.result(3, 1, Requests.wait) + Requests.log(4, 1, Requests.wait))
        dialogue.wait(forWaiters: 4)
        gate.open()
        client.expect(
            #"{"seq":2,"text":"","offset":0,"ended":true}"#, #"{"seq":4,"text":"","offset":0,"ended":true}"#,
            #"{"seq":1,"status":"success","data":"ba"}"#, #"{"seq":3,"status":"success","data":"ba"}"#)
        dialogue.end()
    }

    @Test func manyWaitersOfOneTaskAreAllAnswered() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let submitter = try dialogue.connect()
        submitter.roundTrip(Requests.run(0, "permutation", "ab"))
        let clients = try (0..<100).map { _ in try dialogue.connect() }
        for client in clients { try client.send((1...90).map { Requests.result($0, 1, Requests.wait) }.joined()) }
        dialogue.wait(forWaiters: 9000)
        gate.open()
        dialogue.wait("the end of the task") { dialogue.server.queue.running == nil }
        #expect(!dialogue.server.deferred.isEmpty, "they are notified in several loop iterations")
        for client in clients {
            for seq in 1...90 { client.expect(#"{"seq":\#(seq),"status":"success","data":"ba"}"#) }
        }
        dialogue.wait("the memory of the waits") { dialogue.server.connections.heldBytes == 0 }
        #expect(dialogue.server.waiters.count == 0 && dialogue.server.deferred.isEmpty)
        dialogue.end()
    }

    @Test func aClientThatVanishesLeavesNoWaiter() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let client = try dialogue.connect()
        client.roundTrip(Requests.run(0, "permutation", "ab"))
        for _ in 1...20 {
            let waiting = try dialogue.connect()
            try waiting.send(
                Requests.status(1, 1, Requests.wait)
                    + Requests.result(2, 1, Requests.wait + #","timeout_ms":60000"#))
            dialogue.wait(forWaiters: 2)
            // Something unread makes the close a reset.
            try waiting.send(Requests.other(3, "info"))
            waiting.stopReading()
            client.roundTrip(Requests.status(4, 1))
            waiting.close()
            dialogue.wait(forWaiters: 0)
        }
        gate.open()
        try client.send(Requests.result(5, 1, Requests.wait))
        client.expect(#"{"seq":5,"status":"success","data":"ba"}"#)
        dialogue.end()
    }

    @Test func aTimeoutReportsTheStateOfTheTask() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let client = try dialogue.connect()
        client.roundTrip(Requests.run(0, "too_long_echo"))
        try client.send(
            Requests.result(1, 1, Requests.wait + #","timeout_ms":40"#)
                + Requests.status(2, 1, Requests.wait + #","timeout_ms":0"#)
                + Requests.status(3, 1, #","timeout_ms":5"#))
        let immediate = client.object()
        #expect(immediate["seq"] as? Int == 2 && immediate["timed_out"] as? Bool == true)
        let withoutWait = client.object()
        #expect(withoutWait["seq"] as? Int == 3 && withoutWait["timed_out"] == nil)
        client.expect(#"{"seq":1,"status":"execute","data":null,"timed_out":true}"#)
        #expect(dialogue.server.waiters.count == 0)
        gate.open()
        dialogue.end()
    }

    @Test func timeoutsPassInTheirOrder() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let client = try dialogue.connect()
        client.roundTrip(Requests.run(0, "echo"))
        let timeouts = [90, 30, 60]
        try client.send(
            timeouts.enumerated().map { Requests.result($0, 1, Requests.wait + #","timeout_ms":\#($1)"#) }.joined())
        for seq in [1, 2, 0] {
            client.expect(#"{"seq":\#(seq),"status":"execute","data":null,"timed_out":true}"#)
        }
        gate.open()
        dialogue.end()
    }

    @Test func aClientThatClosesItsSideReceivesTheResult() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let client = try dialogue.connect()
        try client.send(Requests.run(1, "revers", "ab") + Requests.result(2, 1, Requests.wait))
        try client.shutDownWriting()
        #expect(client.object()["task_id"] as? Int == 1)
        gate.open()
        client.expect(#"{"seq":2,"status":"success","data":"ba"}"#)
        client.expectClosed()
        dialogue.end()
    }

    // MARK: Pausing

    @Test func tooManyWaitsPauseTheConnection() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types) { $0.limits.unanswered = 3 }
        let client = try dialogue.connect()
        client.roundTrip(Requests.run(0, "revers", "ab"))
        try client.send(
            (1...3).map { Requests.result($0, 1, Requests.wait) }.joined() + Requests.other(4, "list")
                + Requests.status(5, 1) + Requests.run(6, "echo"))
        let other = try dialogue.connect()
        other.roundTrip(Requests.other(0, "stats"))
        #expect(dialogue.server.waiters.count == 3 && client.hasReceivedNothing)
        #expect(dialogue.server.queue.counts.submitted == 1)
        gate.open()
        for seq in 1...3 { client.expect(#"{"seq":\#(seq),"status":"success","data":"ba"}"#) }
        for seq in 4...6 { #expect(client.object()["seq"] as? Int == seq) }
        dialogue.end()
    }

    @Test func aTimeoutResumesAConnectionWithTooManyWaits() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types) { $0.limits.unanswered = 1 }
        let client = try dialogue.connect()
        client.roundTrip(Requests.run(0, "revers", "ab"))
        try client.send(Requests.result(1, 1, Requests.wait + #","timeout_ms":10"#) + Requests.other(2, "list"))
        client.expect(#"{"seq":1,"status":"execute","data":null,"timed_out":true}"#)
        #expect(client.object()["seq"] as? Int == 2)
        gate.open()
        dialogue.end()
    }

    /// One reply is in memory, not all of them.
    @Test func repliesAreWrittenWhenTheClientTakesThem() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let (slow, connection) = try dialogue.connectKnown()
        let data = String(repeating: "x", count: 1_000_000)
        slow.roundTrip(Requests.run(0, "revers", data))
        slow.stopReading()
        for seq in 1...30 { try slow.send(Requests.result(seq, 1, Requests.wait)) }
        let other = try dialogue.connect()
        other.roundTrip(Requests.status(0, 1))
        dialogue.wait(forWaiters: 30)
        gate.open()
        try other.send(Requests.status(1, 1, Requests.wait))
        #expect(other.object()["status"] as? String == "success")
        dialogue.wait("a full socket") { !connection.stream.isDrained }
        #expect(connection.stream.unsentBytes < 2_000_000 && connection.hasPendingWork)
        try slow.startReading()
        for _ in 1...30 { #expect(slow.line()?.utf8.count ?? 0 > 1_000_000) }
        dialogue.wait("the end of all waits") { !connection.hasPendingWork }
        dialogue.end()
    }

    /// The queue has evicted the task when the client takes its replies.
    @Test func aSlowClientReceivesTheResultOfAnEvictedTask() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types) { $0.limits.keptResults = 1 }
        let (slow, connection) = try dialogue.connectKnown()
        let data = String(repeating: "x", count: 1_000_000)
        slow.roundTrip(Requests.run(0, "echo", data))
        slow.stopReading()
        let waits = (1...20).map { Requests.result($0, 1, Requests.wait) }.joined()
        try slow.send(waits + Requests.status(21, 1, Requests.wait))
        dialogue.wait(forWaiters: 21)
        gate.open()
        dialogue.wait("a full socket") { !connection.stream.isDrained }
        let other = try dialogue.connect()
        try other.send(Requests.run(1, "echo") + Requests.result(2, 2, Requests.wait))
        _ = (other.line(), other.line())
        try other.send(Requests.result(3, 1))
        #expect(other.refusal() == (3, "expired"))
        // The evicted result is counted once, however many requests wait for it.
        #expect((1_000_000..<3_000_000).contains(connection.heldBytes))
        try slow.startReading()
        for seq in 1...20 { slow.expect(#"{"seq":\#(seq),"status":"success","data":"\#(data)"}"#) }
        #expect(slow.object()["status"] as? String == "success")
        dialogue.wait("the memory of the result") { connection.heldBytes == 0 }
        dialogue.end()
    }

    /// Each list examines ten thousand records for a short reply.
    @Test func expensiveRequestsGiveOthersTheirTurn() throws {
        let dialogue = try Dialogue(timeScale: 1000)
        let client = try dialogue.connect()
        try client.send(String(repeating: Requests.run(1, "too_long_echo"), count: 10_000))
        for _ in 1...10_000 { _ = client.line() }
        try client.send(String(repeating: Requests.other(2, "list", #","status":"error""#), count: 500))
        let other = try dialogue.connect()
        other.roundTrip(Requests.status(1, 1))
        other.roundTrip(Requests.status(1, 1))
        #expect(client.lineCount < 250)
        for _ in 1...500 { client.expect(#"{"seq":2,"tasks":[]}"#) }
        dialogue.end()
    }

    // MARK: Draining

    /// Every request with a `seq` is answered, also if a legacy request closes the connection.
    @Test func waitsAreAnsweredBeforeTheConnectionCloses() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let (client, connection) = try dialogue.connectKnown()
        try client.send(
            Requests.run(1, "revers", "ab") + Requests.result(2, 1, Requests.wait) + LegacyRequests.status(99)
                + Requests.run(3, "echo") + "garbage")
        #expect(client.object()["seq"] as? Int == 1)
        dialogue.wait(forWaiters: 1)
        try client.send(Requests.run(4, "echo"))
        gate.open()
        client.expect(#"{"seq":2,"status":"success","data":"ba"}"#)
        client.expectClosed()
        #expect(dialogue.server.queue.counts.submitted == 1)
        #expect(dialogue.refused(.unknownTask) == 1 && dialogue.refused(.badRequest) == 0)
        client.close()
        dialogue.wait("the end of the connection") { connection.isClosed }
        dialogue.end()
    }

    @Test(arguments: [false, true]) func aDrainingConnectionEndsIfItsClientIsGone(afterEndOfInput: Bool) throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let (client, connection) = try dialogue.connectKnown()
        client.roundTrip(Requests.run(1, "revers", "ab"))
        try client.send(Requests.result(2, 1, Requests.wait) + LegacyRequests.status(99))
        dialogue.wait(forWaiters: 1)
        if afterEndOfInput {
            try client.shutDownWriting()
            dialogue.wait("the end of input") { !connection.stream.isReading }
        }
        client.reset()
        dialogue.wait("the end of the connection") { dialogue.server.connections.isEmpty }
        #expect(dialogue.server.waiters.count == 0)
        gate.open()
        dialogue.end()
    }

    // MARK: Legacy requests on the same connection

    @Test func legacyRequestsStayLegacy() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let client = try dialogue.connect()
        try client.send(Requests.run(1, "revers", "ab"))
        #expect(client.object()["task_id"] as? Int == 1)
        // The task was submitted with a seq, so its legacy status does not wait.
        try client.send(LegacyRequests.status(1))
        client.expect(#"{"status":"execute"}"#)
        gate.open()
        try client.send(#"{"type":"run","task_name":"no such","data":"","key":7,"wait":"x"}"#)
        client.expect(#"{"task_id":2}"#)
        try client.send(LegacyRequests.result(99))
        client.expectClosed()
        dialogue.end()
    }

    /// Further requests wait for the reply to the legacy status.
    @Test func aLegacyStatusIsAnsweredBeforeOtherWaits() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let client = try dialogue.connect()
        try client.send(LegacyRequests.run("revers", "ab") + Requests.result(1, 1, Requests.wait))
        try client.send(Requests.log(2, 1, Requests.wait) + LegacyRequests.status(1) + Requests.result(3, 1))
        client.expect(#"{"task_id":1}"#)
        dialogue.wait(forWaiters: 3)
        gate.open()
        client.expect(
            #"{"status":"success"}"#, #"{"seq":2,"text":"","offset":0,"ended":true}"#,
            #"{"seq":1,"status":"success","data":"ba"}"#, #"{"seq":3,"status":"success","data":"ba"}"#)
        dialogue.end()
    }
}
