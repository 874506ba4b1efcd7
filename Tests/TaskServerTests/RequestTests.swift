import Libuv
import TaskCore
import TaskQueue
import Testing

@testable import TaskServer

/// Requests with a `seq`, except those that wait.
struct RequestTests {
    @Test func refusalsAreAnsweredOnceASequenceNumberWasReceived() throws {
        let dialogue = try Dialogue { $0.limits.message = 200 }
        let client = try dialogue.connect()
        try client.send(
            Requests.other(1, "status") + Requests.other(2, "stop") + Requests.run(3, "revrs") + Requests.status(4, 9)
                + Requests.result(5, 9) + Requests.cancel(6, 9) + Requests.other(7, "list", #","limit":1001"#)
                + Requests.status(8, 1, #","instance":"0000000000000000""#)
                + Requests.run(9, "echo", "", #","instance":"0000000000000000""#))
        for expected in [
            (1, "bad_request"), (2, "unknown_request"), (3, "unknown_task_name"), (4, "unknown_task"),
            (5, "unknown_task"), (6, "unknown_task"), (7, "bad_request"), (8, "restarted"), (9, "restarted"),
        ] { #expect(client.refusal() == expected) }
        try client.send(
            "garbage\n" + #"{"seq":"9"}"# + "{\n" + "[]\n" + Requests.run(1, "echo", String(repeating: "x", count: 200))
                + #"{"type":"list"}"# + "\n" + #"{"type":"status"}"# + Requests.run(10, "echo"))
        for expected in [
            "bad_request", "bad_request", "bad_request", "bad_request", "too_large", "unknown_request", "bad_request",
        ] { #expect(client.refusal() == (nil, expected)) }
        #expect(client.object()["task_id"] as? Int == 1)
        try client.send(Requests.other(11, "stats"))
        let refused = client.object()["refused"] as? [String: Int]
        #expect(refused?.count == 13 && refused?["bad_request"] == 7 && refused?["too_large"] == 1)
        #expect(refused?["restarted"] == 2 && refused?["unknown_task"] == 3)
        dialogue.end()
    }

    @Test func beforeThatARefusalClosesTheConnection() throws {
        let dialogue = try Dialogue()
        for text in [#"{"seq":"1","type":"info"}"#, #"{"seq":-1,"type":"info"}"#, #"{"type":"info"}"#] {
            let client = try dialogue.connect()
            try client.send(text)
            client.expectClosed()
        }
        dialogue.end()
    }

    @Test func oneKeyMakesOneTask() throws {
        let dialogue = try Dialogue()
        let client = try dialogue.connect()
        let key = #","key":"k1""#
        try client.send(Requests.run(1, "echo", "a", key) + Requests.result(2, 1, Requests.wait))
        #expect(client.object()["existing"] == nil)
        client.expect(#"{"seq":2,"status":"success","data":"a"}"#)
        let other = try dialogue.connect()
        try other.send(
            Requests.run(1, "echo", "a", key) + Requests.run(2, "echo", "b", key) + Requests.run(3, "revers", "a", key))
        let again = other.object()
        #expect(again["task_id"] as? Int == 1 && again["existing"] as? Bool == true)
        #expect(again["status"] as? String == "success" && again["position"] == nil)
        #expect(other.refusal() == (2, "key_conflict"))
        #expect(other.refusal() == (3, "key_conflict"))
        dialogue.end()
    }

    @Test func aCancelledTaskEndsAtOnceAndTheNextOneStarts() throws {
        let dialogue = try Dialogue(timeScale: 100)
        let client = try dialogue.connect()
        try client.send((1...4).map { Requests.run($0, "too_long_echo") }.joined())
        for id in 1...4 { #expect(client.object()["task_id"] as? Int == id) }
        let waiter = try dialogue.connect()
        try waiter.send(Requests.status(1, 1, Requests.wait) + Requests.status(3, 3, Requests.wait))
        dialogue.wait(forWaiters: 2)

        try client.send(Requests.cancel(10, 3))
        let waiting = client.object()
        #expect(waiting["seq"] as? Int == 10 && waiting["status"] as? String == "error")
        #expect(waiting["started_at"] == nil && waiting["finished_at"] != nil)
        #expect((waiting["failure"] as? [String: String])?["code"] == "cancelled")
        #expect(waiter.object()["seq"] as? Int == 3)

        try client.send(Requests.cancel(11, 1) + Requests.cancel(12, 1))
        for seq in 11...12 {
            let running = client.object()
            #expect(running["seq"] as? Int == seq && running["status"] as? String == "error")
            #expect((running["failure"] as? [String: String])?["code"] == "cancelled")
        }
        #expect(waiter.object()["seq"] as? Int == 1)
        try client.send(Requests.status(13, 2) + Requests.status(14, 4) + Requests.cancel(15, 3))
        #expect(client.object()["status"] as? String == "execute")
        #expect(client.object()["position"] as? Int == 1)
        #expect(client.object()["status"] as? String == "error")
        dialogue.end()
    }

    /// A function that was called runs to its end, and the reply to the cancel reports how it ended.
    @Test func aCancelThatIsTooLateReportsSuccess() throws {
        let isRunning = CancellationFlag()
        let mayEnd = CancellationFlag()
        let type = TaskType(name: "stuck", delay: .zero) { data in
            isRunning.cancel()
            _ = mayEnd.wait(.seconds(60))
            return data
        }
        let dialogue = try Dialogue(types: [type])
        let client = try dialogue.connect()
        client.roundTrip(Requests.run(1, "stuck"))
        #expect(!isRunning.wait(.seconds(60)))
        try client.send(Requests.cancel(2, 1))
        let other = try dialogue.connect()
        other.roundTrip(Requests.status(1, 1))
        #expect(client.hasReceivedNothing)
        mayEnd.cancel()
        #expect(client.object()["status"] as? String == "success")
        dialogue.end()
    }

    @Test func listsAndCountersReportTheTasks() throws {
        let dialogue = try Dialogue(timeScale: 100)
        let client = try dialogue.connect()
        try client.send(Requests.run(1, "echo", "abc") + Requests.result(2, 1, Requests.wait))
        _ = (client.line(), client.line())
        try client.send((1...3).map { Requests.run($0, "revers", "12345") }.joined() + Requests.cancel(4, 4))
        for _ in 1...4 { _ = client.line() }
        try client.send(
            Requests.other(1, "list", #","limit":2"#) + Requests.other(2, "list", #","before":3"#)
                + Requests.other(3, "list", #","status":"waiting""#) + Requests.other(4, "stats"))
        func ids(_ object: [String: Any]) -> [Int] {
            (object["tasks"] as? [[String: Any]] ?? []).compactMap { $0["task_id"] as? Int }
        }
        let first = client.object()
        #expect(ids(first) == [4, 3] && first["next"] as? Int == 3)
        let second = client.object()
        #expect(ids(second) == [2, 1] && second["next"] == nil)
        #expect((second["tasks"] as? [[String: Any]])?.allSatisfy { $0["data"] == nil } == true)
        #expect(ids(client.object()) == [3])
        let statistics = client.object()
        let expected = [
            "submitted": 4, "succeeded": 1, "failed": 0, "cancelled": 1, "waiting": 1, "running": 1, "held_bytes": 13,
            "connections": 1, "accepted": 1, "waits": 0,
        ]
        for (name, value) in expected { #expect(statistics[name] as? Int == value, "\(name)") }
        #expect(statistics["oldest_waiting_ms"] is Int)
        dialogue.end()
    }

    @Test func aShutdownAnswersEveryWaitAndRefusesNewTasks() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let client = try dialogue.connect()
        try client.send(
            Requests.run(1, "too_long_echo", "ab") + Requests.run(2, "echo") + Requests.result(3, 1, Requests.wait)
                + Requests.status(4, 2, Requests.wait))
        _ = (client.line(), client.line())
        dialogue.wait(forWaiters: 2)
        dialogue.server.stop(.interrupt)
        let dropped = client.object()
        #expect(dropped["seq"] as? Int == 4 && dropped["status"] as? String == "error")
        #expect((dropped["failure"] as? [String: String])?["code"] == "shut_down")
        try client.send(Requests.run(5, "echo") + Requests.run(6, "no such"))
        #expect(client.refusal() == (5, "draining"))
        #expect(client.refusal() == (6, "unknown_task_name"))
        gate.open()
        client.expect(#"{"seq":3,"status":"success","data":"ab"}"#)
        client.expectClosed()
        dialogue.end()
    }
}
