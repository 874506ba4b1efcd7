import Libuv
import QueueModel
import TaskCore
import TaskProtocol
import TaskQueue
import TestServers
import Testing

@testable import TaskServer

extension Dialogue {
    /// Writes in place of the running command.
    fileprivate func writeLog(_ bytes: some Sequence<UInt8>) { server.scheduler.appendLog(Array(bytes)) }
}

struct LogRequestTests {
    private let servers = Servers()
    private let wait = Requests.wait
    /// The first byte of a character.
    private let partOfACharacter: [UInt8] = [0xD1]

    /// A server whose task 1 runs until the gate opens, and the client that submitted it.
    private func running() throws -> (gate: Gate, dialogue: Dialogue, client: TestClient) {
        let (gate, dialogue, client) = try servers.gated()
        client.roundTrip(Requests.run(0, "revers", "ab"))
        return (gate, dialogue, client)
    }

    /// What is written in one loop iteration is reported together.
    @Test func aWaitEndsWhenTheLogGrows() throws {
        let (gate, dialogue, client) = try running()
        try client.send(Requests.log(1, 1, wait) + Requests.status(2, 1, wait))
        dialogue.wait(forWaiters: 2)
        for _ in 1...3 { dialogue.writeLog("я".utf8) }
        client.expect(#"{"seq":1,"text":"яяя","offset":6,"ended":false}"#)
        let atOnce = wait + #","timeout_ms":0"#
        try client.send(Requests.log(3, 1, offset: 6, atOnce) + Requests.log(4, 1, atOnce))
        client.expect(
            #"{"seq":3,"text":"","offset":6,"ended":false,"timed_out":true}"#,
            #"{"seq":4,"text":"яяя","offset":6,"ended":false}"#)
        try client.send(Requests.log(5, 1, offset: 99, wait))
        dialogue.wait(forWaiters: 2)
        // It is reported only if the task ends.
        dialogue.writeLog(partOfACharacter)
        try client.send(Requests.log(6, 1, offset: 6))
        client.expect(#"{"seq":6,"text":"","offset":6,"ended":false}"#)
        gate.open()
        client.expect(#"{"seq":5,"text":"�","offset":7,"ended":true}"#)
        #expect(client.replies(1) == ["2 success"])
    }

    /// A log may grow between the timeout and the reply.
    @Test func aReplyWithTextHasNotTimedOut() {
        var log = TaskLog()
        log.append([65])
        #expect([0, 1].map { LogReply(log, from: $0, timedOut: true).timedOut } == [false, true])
    }

    @Test func onlyTheEndOfALogIsKept() throws {
        let (_, dialogue, client) = try running()
        dialogue.writeLog(String(repeating: "x", count: 90_000).utf8)
        try client.send(Requests.log(1, 1) + Requests.log(2, 1, offset: 80_000))
        for (length, skipped) in [(65_536, 24_464), (10_000, nil)] {
            let reply = client.object()
            #expect((reply["text"] as? String)?.utf8.count == length && reply["skipped"] as? Int == skipped)
        }
    }

    @Test func aSlowClientReceivesTheLastPartOfAnEvictedTask() throws {
        let (gate, dialogue, client, slow) = try servers.withSlowClient()
        let connection = try dialogue.connection(of: slow)
        dialogue.writeLog(partOfACharacter)
        try slow.send(Requests.log(7, 2, wait) + String(repeating: Requests.result(8, 1), count: 20))
        dialogue.wait("a full socket") { !connection.stream.isDrained }
        gate.open()
        dialogue.wait(forWaiters: 0)
        client.roundTrip(Requests.run(1, "echo"))
        client.roundTrip(Requests.result(2, 3, wait))
        let isEvicted = dialogue.server.queue.isEvicted(2)
        #expect(isEvicted)
        try slow.startReading()
        var line = slow.line()
        while line?.hasPrefix(#"{"seq":8"#) == true { line = slow.line() }
        #expect(line == #"{"seq":7,"text":"�","offset":1,"ended":true}"#)
    }

    @Test func everyFollowerReceivesEveryPart() throws {
        let (_, dialogue, _) = try running()
        let followers = try (1...10).map { _ in try dialogue.connect() }
        for offset in [0, 2] {
            for follower in followers {
                try follower.send((1...10).map { Requests.log($0, 1, offset: offset, wait) }.joined())
            }
            dialogue.wait(forWaiters: 100)
            dialogue.writeLog("я".utf8)
            for follower in followers {
                for seq in 1...10 {
                    follower.expect(#"{"seq":\#(seq),"text":"я","offset":\#(offset + 2),"ended":false}"#)
                }
            }
        }
        try followers[0].send(Requests.log(1, 1, offset: 4, wait))
        dialogue.wait(forWaiters: 1)
        followers[0].reset()
        dialogue.wait(forWaiters: 0)
    }

    /// A follower that was told of the end may still ask for the result.
    @Test func aShutdownAnswersFollowers() throws {
        let (gate, dialogue, client) = try running()
        dialogue.server.shutdown.leavingTime.orderly = .max
        try client.send(Requests.run(1, "echo") + Requests.log(2, 1, wait) + Requests.log(3, 2, wait))
        _ = client.line()
        dialogue.wait(forWaiters: 2)
        dialogue.server.stop(.terminate)
        client.expect(#"{"seq":3,"text":"","offset":0,"ended":true}"#)
        dialogue.writeLog("on my way\n".utf8)
        client.expect(#"{"seq":2,"text":"on my way\n","offset":10,"ended":false}"#)
        try client.send(Requests.log(4, 1, offset: 10, wait))
        dialogue.wait(forWaiters: 1)
        gate.open()
        client.expect(#"{"seq":4,"text":"","offset":10,"ended":true}"#)
        try client.send(Requests.result(5, 1))
        #expect(client.replies(2) == ["5 success ba", "closed"])
        #expect(dialogue.server.interruptedBy == nil)
    }
}
