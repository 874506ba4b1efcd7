import Libuv
import TaskCore
import TaskProtocol
import TaskQueue
import Testing

@testable import TaskServer

extension Numbered {
    static func log(_ seq: Int, _ id: Int, offset: Int = 0, _ more: String = "") -> String {
        #"{"seq":\#(seq),"type":"log","task_id":\#(id),"offset":\#(offset)\#(more)}"# + "\n"
    }
}

/// A server with a task that runs until the test lets it end; what its command would write, the test does.
private struct Story {
    let dialogue: Dialogue
    let client: Client
    private let gate = Gate()

    init(_ configure: (inout ServerConfiguration) -> Void = { _ in }) throws {
        let stuck = gate.holding(TaskType(name: "stuck", delay: .zero) { $0 })
        dialogue = try Dialogue(types: TaskType.builtIn + [stuck], configure)
        client = try dialogue.connect()
    }

    func start(_ data: String = "x") { client.roundTrip(Numbered.run(0, "stuck", data)) }
    func write(_ text: String) { dialogue.server.taskDidWriteLog(Array(text.utf8)) }
    func letEnd() { gate.open() }
    func wait(forWaits count: Int) { dialogue.wait("\(count) waits") { dialogue.server.queue.waiterCount == count } }
    func end() {
        letEnd()
        dialogue.end()
    }
}

struct LogRequestTests {
    @Test func aLogIsReadPartByPart() throws {
        let story = try Story()
        let client = story.client
        story.start()
        try client.send(Numbered.log(1, 1) + #"{"type":"log","seq":2,"task_id":1}"#)
        client.expect(
            #"{"seq":1,"text":"","offset":0,"ended":false}"#, #"{"seq":2,"text":"","offset":0,"ended":false}"#)
        story.write("one\n")
        story.write("two \"я\"\n")
        try client.send(
            Numbered.log(3, 1) + Numbered.log(4, 1, offset: 4, Numbered.wait) + Numbered.log(5, 1, offset: 99))
        client.expect(
            #"{"seq":3,"text":"one\ntwo \"я\"\n","offset":13,"ended":false}"#,
            #"{"seq":4,"text":"two \"я\"\n","offset":13,"ended":false}"#,
            #"{"seq":5,"text":"","offset":13,"ended":false}"#)
        story.letEnd()
        try client.send(Numbered.result(6, 1, Numbered.wait))
        client.expect(#"{"seq":6,"status":"success","data":"x"}"#)
        try client.send(Numbered.log(7, 1, offset: 4, Numbered.wait) + Numbered.log(8, 1, offset: 13, Numbered.wait))
        client.expect(
            #"{"seq":7,"text":"two \"я\"\n","offset":13,"ended":true}"#,
            #"{"seq":8,"text":"","offset":13,"ended":true}"#)
        story.end()
    }

    /// Whoever waits is told of what comes, all of one round at once, and of the end.
    @Test func whoWaitsIsToldOfWhatComes() throws {
        let story = try Story()
        let client = story.client
        story.start()
        try client.send(Numbered.log(1, 1, Numbered.wait) + Numbered.status(2, 1, Numbered.wait))
        story.wait(forWaits: 2)
        for _ in 1...3 { story.write("я") }
        client.expect(#"{"seq":1,"text":"яяя","offset":6,"ended":false}"#)
        try client.send(Numbered.log(3, 1, offset: 6, Numbered.wait + #","timeout_ms":20"#))
        client.expect(#"{"seq":3,"text":"","offset":6,"ended":false,"timed_out":true}"#)
        try client.send(Numbered.log(4, 1, offset: 6, Numbered.wait + #","timeout_ms":0"#))
        client.expect(#"{"seq":4,"text":"","offset":6,"ended":false,"timed_out":true}"#)
        try client.send(Numbered.log(5, 1, Numbered.wait + #","timeout_ms":0"#))
        client.expect(#"{"seq":5,"text":"яяя","offset":6,"ended":false}"#)
        try client.send(Numbered.log(6, 1, offset: 99, Numbered.wait))
        story.wait(forWaits: 2)
        // Less than a character is nothing to be told, until nothing more comes.
        story.dialogue.server.taskDidWriteLog([0xD1])
        try client.send(Numbered.log(7, 1, offset: 6))
        client.expect(#"{"seq":7,"text":"","offset":6,"ended":false}"#)
        story.letEnd()
        client.expect(#"{"seq":6,"text":"�","offset":7,"ended":true}"#)
        #expect(client.object()["seq"] as? Int == 2)
        story.end()
    }

    @Test func onlyTheEndIsKept() throws {
        let story = try Story()
        story.start()
        for _ in 1...3 { story.write(String(repeating: "x", count: 30_000)) }
        try story.client.send(Numbered.log(1, 1) + Numbered.log(2, 1, offset: 80_000))
        let first = story.client.object()
        #expect((first["text"] as? String)?.utf8.count == 65_536 && first["skipped"] as? Int == 24_464)
        #expect(first["offset"] as? Int == 90_000)
        let second = story.client.object()
        #expect((second["text"] as? String)?.utf8.count == 10_000 && second["skipped"] == nil)
        story.end()
    }

    @Test func tasksWithoutALog() throws {
        let story = try Story { $0.keptResults = 1 }
        let client = story.client
        try client.send(Numbered.run(1, "echo") + Numbered.log(2, 1, Numbered.wait))
        _ = client.line()
        client.expect(#"{"seq":2,"text":"","offset":0,"ended":true}"#)
        story.start()
        client.roundTrip(Numbered.run(3, "echo"))
        try client.send(Numbered.log(4, 3, offset: 5) + Numbered.log(5, 3, Numbered.wait) + Numbered.log(6, 99))
        client.expect(#"{"seq":4,"text":"","offset":0,"ended":false}"#)
        #expect(client.errorCode() == (6, "unknown_task"))
        try client.send(Numbered.cancel(7, 3))
        #expect(client.object()["seq"] as? Int == 7)
        client.expect(#"{"seq":5,"text":"","offset":0,"ended":true}"#)
        try client.send(Numbered.log(8, 1, Numbered.wait) + Numbered.log(9, 2, #","instance":"0000000000000000""#))
        #expect(client.errorCode() == (8, "expired"))
        #expect(client.errorCode() == (9, "restarted"))
        try client.send(#"{"type":"log","task_id":2}"#)
        #expect(client.errorCode() == (nil, "unknown_request"))
        story.end()
    }

    /// A client that is slow to take its answers hears of the end, and of the last part, though the task is forgotten by then.
    @Test func theLastPartOutlivesItsTask() throws {
        let story = try Story {
            $0.keptResults = 1
            $0.maximumMessage = 2 << 20
        }
        let slow = try story.dialogue.connect()
        slow.roundTrip(Numbered.run(0, "echo", String(repeating: "x", count: 2_000_000)))
        slow.roundTrip(Numbered.status(1, 1, Numbered.wait))
        story.start()
        story.dialogue.server.taskDidWriteLog([0xD1])
        try slow.send(Numbered.log(7, 2, Numbered.wait))
        story.wait(forWaits: 1)
        slow.stopReading()
        for _ in 1...10 { try slow.send(Numbered.result(8, 1)) }
        let session = try #require(story.dialogue.server.sessions.values.max { $0.id < $1.id })
        story.dialogue.wait("a full socket") { !session.stream.isDrained }
        story.letEnd()
        story.wait(forWaits: 0)
        try story.client.send(Numbered.run(1, "echo") + Numbered.result(2, 3, Numbered.wait))
        _ = story.client.line()
        story.client.expect(#"{"seq":2,"status":"success","data":"x"}"#)
        let isForgotten = story.dialogue.server.queue.isForgotten(TaskID.first.next)
        #expect(isForgotten)
        #expect(session.waits?.heldBytes == SessionWaits.bytesPerWait + 2, "its result and its log")
        try slow.startReading()
        var line = slow.line()
        while line?.hasPrefix(#"{"seq":8"#) == true { line = slow.line() }
        #expect(line == #"{"seq":7,"text":"�","offset":1,"ended":true}"#)
        story.end()
    }

    /// All hear of all, however many they are.
    @Test func aThousandFollowers() throws {
        let story = try Story()
        story.start()
        let followers = try (0..<100).map { _ in try story.dialogue.connect() }
        for part in 0..<3 {
            for follower in followers {
                try follower.send((1...10).map { Numbered.log($0, 1, offset: part * 2, Numbered.wait) }.joined())
            }
            story.wait(forWaits: 1000)
            story.write("я")
            for follower in followers {
                for seq in 1...10 {
                    follower.expect(#"{"seq":\#(seq),"text":"я","offset":\#(part * 2 + 2),"ended":false}"#)
                }
            }
        }
        try followers[0].send(Numbered.log(1, 1, offset: 6, Numbered.wait))
        story.wait(forWaits: 1)
        followers[0].reset()
        story.wait(forWaits: 0)
        story.end()
    }

    /// Who was told of the end may still ask for the result.
    @Test func aStopIsToldToFollowers() throws {
        let story = try Story()
        let client = story.client
        story.start("data")
        try client.send(Numbered.run(1, "echo") + Numbered.log(2, 1, Numbered.wait) + Numbered.log(3, 2, Numbered.wait))
        _ = client.line()
        story.wait(forWaits: 2)
        story.dialogue.server.stop(.terminate)
        client.expect(#"{"seq":3,"text":"","offset":0,"ended":true}"#)
        story.write("on my way\n")
        client.expect(#"{"seq":2,"text":"on my way\n","offset":10,"ended":false}"#)
        try client.send(Numbered.log(4, 1, offset: 10, Numbered.wait))
        story.wait(forWaits: 1)
        story.letEnd()
        client.expect(#"{"seq":4,"text":"","offset":10,"ended":true}"#)
        try client.send(Numbered.result(5, 1))
        client.expect(#"{"seq":5,"status":"success","data":"data"}"#)
        client.expectClosed()
        story.end()
    }
}
