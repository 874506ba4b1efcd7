import Libuv
import TaskCore
import TaskProtocol
import TaskQueue
import Testing

@testable import TaskServer

private func status(_ id: Int) -> String { #"{"type":"status","task_id":\#(id)}"# + "\n" }
private func result(_ id: Int) -> String { #"{"type":"get_result","task_id":\#(id)}"# + "\n" }
private func run(_ name: String) -> String { #"{"type":"run","task_name":"\#(name)","data":""}"# + "\n" }

extension TaskServer {
    /// How many connections a limit has closed.
    fileprivate func closed(by limit: String) -> Int? {
        statistics.closedForLimits.first { $0.name == limit }?.count
    }
}

struct WriteWatchTests {
    private static let size = 16 << 20
    private static let types = [
        TaskType(name: "large", delay: .zero) { _ in String(repeating: "x", count: size) },
        TaskType(name: "echo", delay: .zero) { $0 },
    ]

    /// A client that has asked for a large result, more often than its socket can hold it, and reads no further.
    private func stalled(_ dialogue: Dialogue) throws -> Client {
        let client = try dialogue.connect()
        try client.send(run("large") + status(1))
        client.expect(#"{"task_id":1}"#, #"{"status":"success"}"#)
        client.stopReading()
        try client.send(String(repeating: result(1), count: 4))
        return client
    }

    @Test func aClientThatTakesNothingIsClosedAndNobodyElse() throws {
        let dialogue = try Dialogue(types: Self.types) { $0.writeTimeout = 100 }
        let silent = try dialogue.connect()
        _ = try stalled(dialogue)
        dialogue.wait("the end of the stalled session") { dialogue.server.closed(by: "write-timeout") == 1 }
        #expect(dialogue.server.sessions.count == 1 && dialogue.server.connectionBytes == 0)
        try silent.send(status(1))
        silent.expect(#"{"status":"success"}"#)
        dialogue.end()
    }

    /// It takes a part now and then: much less than the whole within the time-out.
    @Test func aSlowClientIsNotClosedWhileItReads() throws {
        let dialogue = try Dialogue(types: Self.types) {
            $0.writeTimeout = 600
            // In small parts: for a client that takes much at once, the system makes its buffer so large that it tells the server late.
            $0.readSize = 4000
        }
        let client = try stalled(dialogue)
        dialogue.wait("a full socket") { dialogue.server.connectionBytes > 0 }
        for _ in 1...8 {
            let (start, taken) = (dialogue.loop.now, client.byteCount)
            try client.startReading()
            dialogue.wait("a part") { client.byteCount >= taken + 100_000 }
            client.stopReading()
            // The watch's own timer runs the loop.
            dialogue.wait("a while") { dialogue.loop.now - start >= 150 }
        }
        #expect(dialogue.server.sessions.count == 1)
        dialogue.wait("the end of the session") { dialogue.server.sessions.isEmpty }
        #expect(dialogue.server.closed(by: "write-timeout") == 1)
        dialogue.end()
    }
}

struct RefusedConnectionTests {
    private let line = ModelServer.error(.tooManyConnections, nil, #","limit":"max-connections","value":1"#)

    /// One that has sent something is told so too: closing at once would take the line from it.
    @Test func isToldSoWhateverItSends() throws {
        let dialogue = try Dialogue { $0.maximumConnections = 1 }
        let first = try dialogue.connect()
        first.roundTrip(Numbered.ask(1, "info"))
        let second = try dialogue.connect()
        try second.send(run("echo") + "garbage")
        #expect(second.line().map(ModelServer.masked) == line)
        second.expectClosed()
        #expect(second.error == nil, "an orderly end, not a reset")
        #expect(dialogue.server.queue.counts.submitted == 0 && dialogue.server.lastConnection == 1)
        first.close()
        dialogue.wait("a free place") { dialogue.server.sessions.isEmpty }
        let third = try dialogue.connect()
        try third.send(run("echo"))
        third.expect(#"{"task_id":1}"#)
        dialogue.end()
    }

    /// They stay for a second unless they close, and never more than a dozen.
    @Test func thoseThatStayAreFewAndNotForLong() throws {
        let dialogue = try Dialogue { $0.maximumConnections = 1 }
        let first = try dialogue.connect()
        first.roundTrip(Numbered.ask(1, "info"))
        for _ in 1...20 {
            let refused = try dialogue.connect()
            #expect(refused.line().map(ModelServer.masked) == line)
            #expect(dialogue.server.refusedConnections.count <= 12)
        }
        #expect(dialogue.server.refusals.total(of: .tooManyConnections) == 20)
        dialogue.wait("the last of them") { dialogue.server.refusedConnections.isEmpty }
        first.roundTrip(Numbered.ask(1, "info"))
        dialogue.end()
    }
}

struct HeldBytesTests {
    @Test func areThoseOfWhatAConnectionWaitsFor() throws {
        let dialogue = try Dialogue(timeScale: 100)
        let client = try dialogue.connect()
        let other = try dialogue.connect()
        func expectHeld(_ bytes: Int) {
            dialogue.wait("\(bytes) bytes") { dialogue.server.connectionBytes == bytes }
        }
        try client.send(#"{"type":"#)
        expectHeld(8)
        try client.send(#""run","task_name":"revers","data":"x"}"#)
        client.expect(#"{"task_id":1}"#)
        expectHeld(0)
        try client.send(Numbered.status(1, 1, Numbered.wait) + Numbered.status(2, 1, Numbered.wait))
        expectHeld(2 * SessionWaits.bytesPerWait)
        try client.send(status(1) + String(repeating: " ", count: 1000))
        expectHeld(2 * SessionWaits.bytesPerWait + 1000)
        try other.send("{")
        expectHeld(2 * SessionWaits.bytesPerWait + 1001)
        client.reset()
        expectHeld(1)
        try other.send("\n")
        expectHeld(0)
        dialogue.end()
    }

    /// Where all together hold too much, the one that holds most is closed, and no other.
    @Test func whoHoldsMostIsClosed() throws {
        let dialogue = try Dialogue(timeScale: 100) {
            $0.maximumMemory = 1000
            $0.maximumMessage = 1000
        }
        let clients = try (1...3).map { _ in try dialogue.connect() }
        var held = 0
        for (client, bytes) in zip(clients, [4000, 7000, 4900]) {
            client.roundTrip(run("too_long_echo"))
            let id = dialogue.server.queue.counts.submitted
            try client.send(status(id) + String(repeating: " ", count: bytes))
            held += bytes
            dialogue.wait("the backlog") { dialogue.server.connectionBytes == held }
        }
        let small = try dialogue.connect()
        try small.send("{" + String(repeating: " ", count: 199))
        clients[1].expectClosed()
        #expect(dialogue.server.sessions.count == 3 && dialogue.server.connectionBytes == 4000 + 4900 + 200)
        #expect(dialogue.server.closed(by: "max-memory") == 1)
        dialogue.end()
    }
}

struct KeepingTests {
    @Test func whatHasReachedItsAgeIsForgottenByItself() throws {
        let dialogue = try Dialogue { $0.keptTime = 50 }
        let client = try dialogue.connect()
        try client.send(run("echo") + run("no such type"))
        client.expect(#"{"task_id":1}"#, #"{"task_id":2}"#)
        dialogue.wait("the age of both") { dialogue.server.queue.counts.forgotten == 2 }
        try client.send(Numbered.result(1, 1) + Numbered.ask(2, "list"))
        #expect(client.errorCode() == (1, "expired"))
        client.expect(#"{"seq":2,"tasks":[]}"#)
        try client.send(run("echo"))
        client.expect(#"{"task_id":3}"#)
        dialogue.wait("the age of the third") { dialogue.server.queue.counts.forgotten == 3 }
        dialogue.end()
    }

    /// The first of two that are cancelled at once is forgotten for the second, before its submitter can be told.
    @Test func aHeldStatusTellsTheEndOfATaskThatIsForgotten() throws {
        let dialogue = try Dialogue(timeScale: 100) { $0.keptResults = 1 }
        let submitter = try dialogue.connect()
        try submitter.send(run("revers") + run("revers") + run("revers") + status(2))
        submitter.expect(#"{"task_id":1}"#, #"{"task_id":2}"#, #"{"task_id":3}"#)
        dialogue.wait("the held status") { dialogue.server.queue.waiterCount == 1 }
        let other = try dialogue.connect()
        try other.send(Numbered.cancel(1, 2) + Numbered.cancel(2, 3) + Numbered.status(3, 2))
        for _ in 1...2 { #expect(other.object()["status"] as? String == "error") }
        #expect(other.errorCode() == (3, "expired"))
        submitter.expect(#"{"status":"error"}"#)
        dialogue.end()
    }

    /// They are told in rounds of the loop of their own, and others are answered in between.
    @Test func manyWaitersAreAllTold() throws {
        let dialogue = try Dialogue(timeScale: 1000)
        let submitter = try dialogue.connect()
        submitter.roundTrip(Numbered.run(0, "permutation", "ab"))
        let waiters = try (1...10).map { _ in try dialogue.connect() }
        for waiter in waiters {
            for seq in 1...900 { try waiter.send(Numbered.result(seq, 1, Numbered.wait)) }
        }
        dialogue.wait("the waits") { dialogue.server.queue.waiterCount == 9000 }
        try submitter.send(Numbered.cancel(1, 1))
        dialogue.wait("the end of the task") { dialogue.server.queue.running == nil }
        #expect(!dialogue.server.news.isEmpty)
        for waiter in waiters {
            for seq in 1...900 {
                let failure = #"{"code":"cancelled","message":"cancelled while it ran"}"#
                waiter.expect(#"{"seq":\#(seq),"status":"error","data":null,"failure":\#(failure)}"#)
            }
        }
        #expect(dialogue.server.news.isEmpty && dialogue.server.connectionBytes == 0)
        dialogue.end()
    }
}
