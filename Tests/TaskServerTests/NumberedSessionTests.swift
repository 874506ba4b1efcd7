import Foundation
import Libuv
import TaskCore
import TaskProtocol
import TaskQueue
import Testing

@testable import TaskServer

/// Requests with a `seq`, as a client writes them.
enum Numbered {
    static func run(_ seq: Int, _ name: String, _ data: String = "x", _ more: String = "") -> String {
        #"{"seq":\#(seq),"type":"run","task_name":"\#(name)","data":"\#(data)"\#(more)}"# + "\n"
    }
    static func status(_ seq: Int, _ id: Int, _ more: String = "") -> String {
        #"{"seq":\#(seq),"type":"status","task_id":\#(id)\#(more)}"# + "\n"
    }
    static func result(_ seq: Int, _ id: Int, _ more: String = "") -> String {
        #"{"seq":\#(seq),"type":"get_result","task_id":\#(id)\#(more)}"# + "\n"
    }
    static func cancel(_ seq: Int, _ id: Int) -> String {
        #"{"seq":\#(seq),"type":"cancel","task_id":\#(id)}"# + "\n"
    }
    static func ask(_ seq: Int, _ type: String, _ more: String = "") -> String {
        #"{"seq":\#(seq),"type":"\#(type)"\#(more)}"# + "\n"
    }
    static let wait = #","wait":true"#
}

extension Client {
    /// The next line as an object; empty where there is none.
    func object() -> [String: Any] {
        guard let line = line(), let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) else {
            return [:]
        }
        return object as? [String: Any] ?? [:]
    }

    /// The code of the error that comes next, and the `seq` that it carries.
    func errorCode() -> (seq: Int?, code: String?) {
        let object = object()
        return (object["seq"] as? Int, (object["error"] as? [String: Any])?["code"] as? String)
    }
}

struct NumberedSessionTests {
    @Test func repliesComeInAnyOrderAndHoldNothingUp() throws {
        let gate = Gate()
        let dialogue = try Dialogue(timeScale: 0.05, types: gate.types)
        let client = try dialogue.connect()
        try client.send(
            Numbered.run(1, "revers", "abc") + Numbered.result(2, 1, Numbered.wait) + Numbered.run(3, "echo")
                + Numbered.result(4, 2, Numbered.wait) + Numbered.status(5, 1))
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

    @Test func aThousandWaitersOnOneTaskAreAllAnswered() throws {
        let dialogue = try Dialogue(timeScale: 0.1)
        let submitter = try dialogue.connect()
        submitter.roundTrip(Numbered.run(0, "revers", "ab"))
        let clients = try (0..<100).map { _ in try dialogue.connect() }
        for client in clients {
            try client.send((1...10).map { Numbered.result($0, 1, Numbered.wait) }.joined())
        }
        for client in clients {
            for seq in 1...10 { client.expect(#"{"seq":\#(seq),"status":"success","data":"ba"}"#) }
        }
        #expect(dialogue.server.queue.waiterCount == 0)
        dialogue.end()
    }

    @Test func aWaiterThatGoesAwayLeavesNothingBehind() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let client = try dialogue.connect()
        client.roundTrip(Numbered.run(0, "permutation", "ab"))
        for _ in 1...20 {
            let waiter = try dialogue.connect()
            try waiter.send(
                Numbered.status(1, 1, Numbered.wait) + Numbered.result(2, 1, Numbered.wait + #","timeout_ms":60000"#))
            dialogue.wait("the waits") { dialogue.server.queue.waiterCount == 2 }
            // With something unread, so that the close resets the connection.
            try waiter.send(Numbered.ask(3, "info"))
            waiter.stopReading()
            client.roundTrip(Numbered.status(4, 1))
            waiter.close()
            dialogue.wait("their end") { dialogue.server.queue.waiterCount == 0 }
        }
        gate.open()
        try client.send(Numbered.result(5, 1, Numbered.wait))
        client.expect(#"{"seq":5,"status":"success","data":"ba"}"#)
        dialogue.end()
    }

    @Test func aWaitIsAnsweredAtItsTimeOutAsTheTaskThenStands() throws {
        let dialogue = try Dialogue(timeScale: 0.5)
        let client = try dialogue.connect()
        client.roundTrip(Numbered.run(0, "too_long_echo"))
        try client.send(
            Numbered.result(1, 1, Numbered.wait + #","timeout_ms":40"#)
                + Numbered.status(2, 1, Numbered.wait + #","timeout_ms":0"#)
                + Numbered.status(3, 1, #","timeout_ms":5"#))
        let immediate = client.object()
        #expect(immediate["seq"] as? Int == 2 && immediate["timed_out"] as? Bool == true)
        let plain = client.object()
        #expect(plain["seq"] as? Int == 3 && plain["timed_out"] == nil)
        client.expect(#"{"seq":1,"status":"execute","data":null,"timed_out":true}"#)
        #expect(dialogue.server.queue.waiterCount == 0)
        dialogue.end()
    }

    @Test func aClientThatHasEndedItsSideGetsWhatItWaitsFor() throws {
        let dialogue = try Dialogue(timeScale: 0.02)
        let client = try dialogue.connect()
        try client.send(Numbered.run(1, "revers", "ab") + Numbered.result(2, 1, Numbered.wait))
        try client.shutDownWriting()
        #expect(client.object()["task_id"] as? Int == 1)
        client.expect(#"{"seq":2,"status":"success","data":"ba"}"#)
        client.expectClosed()
        dialogue.end()
    }

    @Test func aConnectionThatWaitsIsNotIdle() throws {
        let dialogue = try Dialogue(timeScale: 0.1) { $0.idleTimeout = 50 }
        let client = try dialogue.connect()
        try client.send(Numbered.run(1, "permutation", "ab") + Numbered.result(2, 1, Numbered.wait))
        #expect(client.object()["task_id"] as? Int == 1)
        client.expect(#"{"seq":2,"status":"success","data":"ba"}"#)
        client.expectClosed()
        dialogue.end()
    }

    /// A client that does not read has one answer on its way, not all of them in memory.
    @Test func answersToWaitsAreMadeAsTheClientTakesThem() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let slow = try dialogue.connect()
        let data = String(repeating: "x", count: 1_000_000)
        slow.roundTrip(Numbered.run(0, "revers", data))
        slow.stopReading()
        for seq in 1...100 { try slow.send(Numbered.result(seq, 1, Numbered.wait)) }
        let other = try dialogue.connect()
        other.roundTrip(Numbered.status(0, 1))
        gate.open()
        try other.send(Numbered.status(1, 1, Numbered.wait))
        #expect(other.object()["status"] as? String == "success")
        let session = try #require(dialogue.server.sessions.values.min { $0.id < $1.id })
        dialogue.wait("a full socket") { !session.stream.isDrained }
        #expect(session.waits?.isEmpty == false)
        try slow.startReading()
        for _ in 1...100 { #expect(slow.line()?.utf8.count ?? 0 > 1_000_000) }
        #expect(session.waits?.isEmpty == true)
        dialogue.end()
    }

    /// Each looks at ten thousand records for a reply of a few bytes.
    @Test func manyLongListsKeepNobodyWaiting() throws {
        let dialogue = try Dialogue(timeScale: 1000)
        let client = try dialogue.connect()
        try client.send(String(repeating: Numbered.run(1, "too_long_echo"), count: 10_000))
        for _ in 1...10_000 { _ = client.line() }
        try client.send(String(repeating: Numbered.ask(2, "list", #","status":"error""#), count: 500))
        let other = try dialogue.connect()
        other.roundTrip(Numbered.status(1, 1))
        other.roundTrip(Numbered.status(1, 1))
        #expect(client.lineCount < 250)
        for _ in 1...500 { client.expect(#"{"seq":2,"tasks":[]}"#) }
        dialogue.end()
    }

    /// Every request with a seq is answered, also where a classic one ends the connection.
    @Test func waitsAreAnsweredBeforeTheConnectionEnds() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let client = try dialogue.connect()
        try client.send(
            Numbered.run(1, "revers", "ab") + Numbered.result(2, 1, Numbered.wait)
                + #"{"type":"status","task_id":99}"# + Numbered.run(3, "echo") + "garbage")
        #expect(client.object()["seq"] as? Int == 1)
        dialogue.wait("the wait") { dialogue.server.queue.waiterCount == 1 }
        try client.send(Numbered.run(4, "echo"))
        gate.open()
        client.expect(#"{"seq":2,"status":"success","data":"ba"}"#)
        client.expectClosed()
        #expect(dialogue.server.queue.counts.submitted == 1)
        dialogue.end()
    }

    @Test func classicRequestsOnTheSameConnectionStayClassic() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let client = try dialogue.connect()
        try client.send(Numbered.run(1, "revers", "ab"))
        #expect(client.object()["task_id"] as? Int == 1)
        // Submitted with a seq: a classic status is not held.
        try client.send(#"{"type":"status","task_id":1}"#)
        client.expect(#"{"status":"execute"}"#)
        gate.open()
        try client.send(#"{"type":"run","task_name":"no such","data":"","key":7,"wait":"x"}"#)
        client.expect(#"{"task_id":2}"#)
        try client.send(#"{"type":"get_result","task_id":99}"#)
        client.expectClosed()
        dialogue.end()
    }
}
