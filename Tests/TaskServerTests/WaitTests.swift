import Libuv
import TaskCore
import TaskQueue
import TestServers
import Testing

@testable import TaskServer

/// Requests with a `seq` that wait for a task.
struct WaitTests {
    private let servers = Servers()
    private let wait = Requests.wait

    private func timeout(_ milliseconds: Int) -> String { #","wait":true,"timeout_ms":\#(milliseconds)"# }

    @Test func manyWaitersOfOneTaskAreAnsweredInSeveralLoopIterations() throws {
        let (gate, dialogue, submitter) = try servers.gated()
        dialogue.server.iterationTime = 0
        submitter.roundTrip(Requests.run(0, "permutation", "ab"))
        let clients = try (0..<50).map { _ in try dialogue.connect() }
        for client in clients { try client.send((1...20).map { Requests.result($0, 1, wait) }.joined()) }
        dialogue.wait(forWaiters: 1000)
        gate.open()
        dialogue.wait("the end of the task") { dialogue.server.queue.running == nil }
        #expect(!dialogue.server.deferred.isEmpty)
        for client in clients { #expect(client.replies(20) == (1...20).map { "\($0) success ba" }) }
        dialogue.wait("the memory of the waits") { dialogue.server.connections.heldBytes == 0 }
        #expect(dialogue.server.waiters.count == 0 && dialogue.server.deferred.isEmpty)
    }

    // MARK: Clients that vanish

    /// Also after its end of input: nothing is read any more, so the system does not report the reset by itself.
    @Test(arguments: Transport.allCases, [(false, false), (false, true), (true, false), (true, true)])
    func aClientThatVanishesLeavesNoWaiter(over transport: Transport, after: (refusal: Bool, endOfInput: Bool)) throws {
        let (_, dialogue, client) = try servers.gated(over: transport)
        let connection = try dialogue.connection(of: client)
        dialogue.server.vanishedCheckTime = 10
        client.roundTrip(Requests.run(1, "revers"))
        try client.send(Requests.result(2, 1, wait) + Requests.status(3, 1, timeout(1 << 40)))
        dialogue.wait(forWaiters: 2)
        if after.refusal { try client.send(Legacy.status(99)) }
        if after.endOfInput {
            try client.shutDownWriting()
            dialogue.wait("the end of input") { !connection.stream.isReading }
        }
        if transport == .tcp { client.reset() } else { client.close() }
        dialogue.wait("the end of the connection") { dialogue.server.connections.isEmpty }
        #expect(dialogue.server.waiters.count == 0)
        #expect(dialogue.server.queue.running != nil, "no answer ended the connection")
    }

    /// Before that it looks like a client that has shut down its sending side.
    @Test func aCloseLeavesNoWaiterOnceAReplyCannotBeSent() throws {
        let (dialogue, client) = try servers.withClient(timeScale: 1000)
        for _ in 1...3 { client.roundTrip(Requests.run(0, "revers")) }
        let vanishing = try dialogue.connect()
        try vanishing.send((1...3).map { Requests.status($0, $0, wait) }.joined())
        dialogue.wait(forWaiters: 3)
        vanishing.close()
        // The first reply is answered with a reset.
        for id in 1...2 { client.roundTrip(Requests.cancel(0, id)) }
        dialogue.wait(forWaiters: 0)
        #expect(dialogue.server.queue.running != nil && dialogue.server.connections.count == 1)
    }

    // MARK: Timeouts

    @Test func aTimeoutEndsOnlyItsOwnWait() throws {
        let (gate, dialogue, client) = try servers.gated()
        client.roundTrip(Requests.run(0, "revers", "ab"))
        try client.send(
            Requests.result(1, 1, timeout((1 << 53) - 1)) + Requests.result(2, 1, wait)
                + (3...300).map { Requests.result($0, 1, timeout($0 % 50)) }.joined())
        #expect(Set(client.replies(298)) == Set((3...300).map { "\($0) execute timed out" }))
        #expect(dialogue.server.waiters.count == 2)
        gate.open()
        #expect(client.replies(2) == ["1 success ba", "2 success ba"])
    }

    // MARK: Pausing

    @Test func aConnectionWithTooManyWaitsPausesUntilOneEnds() throws {
        let (_, _, client) = try servers.gated { $0.limits.unanswered = 3 }
        client.roundTrip(Requests.run(0, "revers"))
        try client.send(
            Requests.result(1, 1, timeout(1)) + Requests.result(2, 1, wait) + Requests.result(3, 1, wait)
                + Requests.other(4, "list"))
        #expect(client.replies(2) == ["1 execute timed out", "4 answered"])
    }

    /// One reply at a time is in memory. The queue has evicted the task when the client takes the others.
    @Test func repliesAreWrittenWhenTheClientTakesThem() throws {
        let (gate, dialogue, slow) = try servers.gated { $0.limits.keptResults = 1 }
        let connection = try dialogue.connection(of: slow)
        let data = String(repeating: "x", count: 1_000_000)
        slow.roundTrip(Requests.run(0, "echo", data))
        slow.stopReading()
        try slow.send((1...20).map { Requests.result($0, 1, wait) }.joined() + Requests.status(21, 1, wait))
        dialogue.wait(forWaiters: 21)
        gate.open()
        dialogue.wait("a full socket") { !connection.stream.isDrained }
        let other = try dialogue.connect()
        try other.send(Requests.run(1, "echo") + Requests.result(2, 2, wait))
        _ = other.replies(2)
        try other.send(Requests.result(3, 1))
        #expect(other.replies(1) == ["3 expired"])
        // The evicted result is counted once, however many requests wait for it.
        #expect((1_000_000..<3_000_000).contains(connection.heldBytes))
        #expect(connection.stream.unsentBytes < 2_000_000 && connection.hasPendingWork)
        try slow.startReading()
        for seq in 1...20 { slow.expect(#"{"seq":\#(seq),"status":"success","data":"\#(data)"}"#) }
        #expect(slow.replies(1) == ["21 success"])
        dialogue.wait("the end of all waits") { connection.heldBytes == 0 && !connection.hasPendingWork }
    }

    /// Each list examines ten thousand records for a short reply.
    @Test func expensiveRequestsGiveOthersTheirTurn() throws {
        let (dialogue, client) = try servers.withClient(timeScale: 1000)
        try client.send(String(repeating: Requests.run(1, "too_long_echo"), count: 10_000))
        for _ in 1...10_000 { _ = client.line() }
        try client.send(String(repeating: Requests.other(2, "list", #","status":"error""#), count: 100))
        let other = try dialogue.connect()
        other.roundTrip(Requests.status(1, 1))
        other.roundTrip(Requests.status(1, 1))
        #expect(client.lineCount < 50)
        for _ in 1...100 { client.expect(#"{"seq":2,"tasks":[]}"#) }
    }

    /// None of them is expensive by itself.
    @Test func manyRepliesGiveOthersTheirTurn() throws {
        let (dialogue, client) = try servers.withClient()
        let data = String(repeating: "x", count: 4000)
        client.roundTrip(Requests.run(1, "echo", data))
        client.roundTrip(Requests.result(2, 1, wait))
        try client.send(String(repeating: Requests.result(3, 1), count: 100))
        dialogue.wait("a turn of others") { !dialogue.server.deferred.isEmpty }
        for _ in 1...100 { client.expect(#"{"seq":3,"status":"success","data":"\#(data)"}"#) }
    }
}
