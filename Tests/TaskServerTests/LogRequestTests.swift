import Libuv
import TaskCore
import TaskQueue
import Testing

@testable import TaskServer

/// A server with a task that runs until the test ends it. The test writes its log in place of a command.
private struct Story {
    let dialogue: Dialogue
    let client: TestClient
    private let gate = Gate()

    init(_ configure: (inout ServerConfiguration) -> Void = { _ in }) throws {
        let stuck = gate.holding(TaskType(name: "stuck", delay: .zero) { $0 })
        dialogue = try Dialogue(types: TaskType.builtIn + [stuck], configure)
        client = try dialogue.connect()
    }

    func start(_ data: String = "x") { client.roundTrip(Requests.run(0, "stuck", data)) }
    func write(_ text: String) { dialogue.server.scheduler.appendLog(Array(text.utf8)) }
    /// Writes the first byte of a character.
    func writePartOfACharacter() { dialogue.server.scheduler.appendLog([0xD1]) }
    func letEnd() { gate.open() }
    func end() {
        letEnd()
        dialogue.end()
    }
}

struct LogRequestTests {
    @Test func aLogIsReadInParts() throws {
        let story = try Story()
        let client = story.client
        story.start()
        try client.send(Requests.log(1, 1) + #"{"type":"log","seq":2,"task_id":1}"#)
        client.expect(
            #"{"seq":1,"text":"","offset":0,"ended":false}"#, #"{"seq":2,"text":"","offset":0,"ended":false}"#)
        story.write("one\n")
        story.write("two \"я\"\n")
        try client.send(
            Requests.log(3, 1) + Requests.log(4, 1, offset: 4, Requests.wait) + Requests.log(5, 1, offset: 99))
        client.expect(
            #"{"seq":3,"text":"one\ntwo \"я\"\n","offset":13,"ended":false}"#,
            #"{"seq":4,"text":"two \"я\"\n","offset":13,"ended":false}"#,
            #"{"seq":5,"text":"","offset":13,"ended":false}"#)
        story.letEnd()
        try client.send(Requests.result(6, 1, Requests.wait))
        client.expect(#"{"seq":6,"status":"success","data":"x"}"#)
        try client.send(Requests.log(7, 1, offset: 4, Requests.wait) + Requests.log(8, 1, offset: 13, Requests.wait))
        client.expect(
            #"{"seq":7,"text":"two \"я\"\n","offset":13,"ended":true}"#,
            #"{"seq":8,"text":"","offset":13,"ended":true}"#)
        story.end()
    }

    /// What is written in one loop iteration is reported together.
    @Test func aWaitEndsWhenTheLogGrows() throws {
        let story = try Story()
        let client = story.client
        story.start()
        try client.send(Requests.log(1, 1, Requests.wait) + Requests.status(2, 1, Requests.wait))
        story.dialogue.wait(forWaiters: 2)
        for _ in 1...3 { story.write("я") }
        client.expect(#"{"seq":1,"text":"яяя","offset":6,"ended":false}"#)
        try client.send(Requests.log(3, 1, offset: 6, Requests.wait + #","timeout_ms":20"#))
        client.expect(#"{"seq":3,"text":"","offset":6,"ended":false,"timed_out":true}"#)
        try client.send(Requests.log(4, 1, offset: 6, Requests.wait + #","timeout_ms":0"#))
        client.expect(#"{"seq":4,"text":"","offset":6,"ended":false,"timed_out":true}"#)
        try client.send(Requests.log(5, 1, Requests.wait + #","timeout_ms":0"#))
        client.expect(#"{"seq":5,"text":"яяя","offset":6,"ended":false}"#)
        try client.send(Requests.log(6, 1, offset: 99, Requests.wait))
        story.dialogue.wait(forWaiters: 2)
        // A part of a character is reported only if the task ends.
        story.writePartOfACharacter()
        try client.send(Requests.log(7, 1, offset: 6))
        client.expect(#"{"seq":7,"text":"","offset":6,"ended":false}"#)
        story.letEnd()
        client.expect(#"{"seq":6,"text":"�","offset":7,"ended":true}"#)
        #expect(client.object()["seq"] as? Int == 2)
        story.end()
    }

    @Test func onlyTheEndOfALogIsKept() throws {
        let story = try Story()
        story.start()
        for _ in 1...3 { story.write(String(repeating: "x", count: 30_000)) }
        try story.client.send(Requests.log(1, 1) + Requests.log(2, 1, offset: 80_000))
        let first = story.client.object()
        #expect((first["text"] as? String)?.utf8.count == 65_536 && first["skipped"] as? Int == 24_464)
        #expect(first["offset"] as? Int == 90_000)
        let second = story.client.object()
        #expect((second["text"] as? String)?.utf8.count == 10_000 && second["skipped"] == nil)
        story.end()
    }

    @Test func aTaskWithoutACommandHasAnEmptyLog() throws {
        let story = try Story { $0.limits.keptResults = 1 }
        let client = story.client
        try client.send(Requests.run(1, "echo") + Requests.log(2, 1, Requests.wait))
        _ = client.line()
        client.expect(#"{"seq":2,"text":"","offset":0,"ended":true}"#)
        story.start()
        client.roundTrip(Requests.run(3, "echo"))
        try client.send(Requests.log(4, 3, offset: 5) + Requests.log(5, 3, Requests.wait) + Requests.log(6, 99))
        client.expect(#"{"seq":4,"text":"","offset":0,"ended":false}"#)
        #expect(client.refusal() == (6, "unknown_task"))
        try client.send(Requests.cancel(7, 3))
        #expect(client.object()["seq"] as? Int == 7)
        client.expect(#"{"seq":5,"text":"","offset":0,"ended":true}"#)
        try client.send(Requests.log(8, 1, Requests.wait) + Requests.log(9, 2, #","instance":"0000000000000000""#))
        #expect(client.refusal() == (8, "expired"))
        #expect(client.refusal() == (9, "restarted"))
        try client.send(#"{"type":"log","task_id":2}"#)
        #expect(client.refusal() == (nil, "unknown_request"))
        story.end()
    }

    @Test func aSlowClientReceivesTheLastPartOfAnEvictedTask() throws {
        let story = try Story {
            $0.limits.keptResults = 1
            $0.limits.message = 2 << 20
        }
        let (slow, connection) = try story.dialogue.connectKnown()
        slow.roundTrip(Requests.run(0, "echo", String(repeating: "x", count: 2_000_000)))
        slow.roundTrip(Requests.status(1, 1, Requests.wait))
        story.start()
        story.writePartOfACharacter()
        try slow.send(Requests.log(7, 2, Requests.wait))
        story.dialogue.wait(forWaiters: 1)
        slow.stopReading()
        for _ in 1...10 { try slow.send(Requests.result(8, 1)) }
        story.dialogue.wait("a full socket") { !connection.stream.isDrained }
        story.letEnd()
        story.dialogue.wait(forWaiters: 0)
        try story.client.send(Requests.run(1, "echo") + Requests.result(2, 3, Requests.wait))
        _ = story.client.line()
        story.client.expect(#"{"seq":2,"status":"success","data":"x"}"#)
        let isEvicted = story.dialogue.server.queue.isEvicted(TaskID.first.next)
        #expect(isEvicted)
        try slow.startReading()
        var line = slow.line()
        while line?.hasPrefix(#"{"seq":8"#) == true { line = slow.line() }
        #expect(line == #"{"seq":7,"text":"�","offset":1,"ended":true}"#)
        story.end()
    }

    @Test func manyFollowersOfALogReceiveEveryPart() throws {
        let story = try Story()
        story.start()
        let followers = try (0..<100).map { _ in try story.dialogue.connect() }
        for part in 0..<3 {
            for follower in followers {
                try follower.send((1...10).map { Requests.log($0, 1, offset: part * 2, Requests.wait) }.joined())
            }
            story.dialogue.wait(forWaiters: 1000)
            story.write("я")
            for follower in followers {
                for seq in 1...10 {
                    follower.expect(#"{"seq":\#(seq),"text":"я","offset":\#(part * 2 + 2),"ended":false}"#)
                }
            }
        }
        try followers[0].send(Requests.log(1, 1, offset: 6, Requests.wait))
        story.dialogue.wait(forWaiters: 1)
        followers[0].reset()
        story.dialogue.wait(forWaiters: 0)
        story.end()
    }

    /// A follower that was told of the end may still ask for the result.
    @Test func aShutdownAnswersFollowers() throws {
        let story = try Story()
        let client = story.client
        story.start("data")
        try client.send(Requests.run(1, "echo") + Requests.log(2, 1, Requests.wait) + Requests.log(3, 2, Requests.wait))
        _ = client.line()
        story.dialogue.wait(forWaiters: 2)
        story.dialogue.server.stop(.terminate)
        client.expect(#"{"seq":3,"text":"","offset":0,"ended":true}"#)
        story.write("on my way\n")
        client.expect(#"{"seq":2,"text":"on my way\n","offset":10,"ended":false}"#)
        try client.send(Requests.log(4, 1, offset: 10, Requests.wait))
        story.dialogue.wait(forWaiters: 1)
        story.letEnd()
        client.expect(#"{"seq":4,"text":"","offset":10,"ended":true}"#)
        try client.send(Requests.result(5, 1))
        client.expect(#"{"seq":5,"status":"success","data":"data"}"#)
        client.expectClosed()
        story.end()
    }
}
