import TaskCore
import TaskQueue
import Testing

@testable import TaskServer

struct RefusalCounterTests {
    @Test func anEmptySummaryIsNoLine() {
        #expect(RefusalCounter.Summary().line == nil)
    }

    @Test(arguments: [
        (["bad_request": 1], [:], [:], "closed 1 connection: 1 × bad_request"),
        (
            ["unknown_task": 2, "bad_request": 3, "over --write-timeout": 1], [:], [:],
            "closed 6 connections: 3 × bad_request, 1 × over --write-timeout, 2 × unknown_task"
        ),
        ([:], ["unknown_task": 1], [:], "refused 1 request: 1 × unknown_task"),
        (
            ["draining": 2], ["key_conflict": 1, "draining": 4], ["too many open files": 2],
            "closed 2 connections: 2 × draining; refused 5 requests: 4 × draining, 1 × key_conflict; "
                + "accepted no connections 2 times: 2 × too many open files"
        ),
    ]) func refusalsAreSummedUpInOneLine(
        closed: [String: Int], refused: [String: Int], pauses: [String: Int], line: String
    ) {
        #expect(RefusalCounter.Summary(closed: closed, refused: refused, pauses: pauses).line == line)
    }

    /// Whether a refusal closes the connection, closes nothing or rejects the connection.
    @Test func everyRefusalIsCountedOnce() throws {
        let dialogue = try Dialogue { $0.limits.connections = 1 }
        let legacy = try dialogue.connect()
        try legacy.send(LegacyRequests.status(7))
        legacy.expectClosed()
        legacy.close()
        dialogue.wait("the end of the connection") { dialogue.server.connections.isEmpty }
        let client = try dialogue.connect()
        client.roundTrip(Requests.status(1, 7))
        let rejected = try dialogue.connect()
        #expect(rejected.refusal() == (nil, "too_many_connections"))
        #expect(dialogue.refused(.unknownTask) == 2 && dialogue.refused(.tooManyConnections) == 1)
        #expect(dialogue.server.refusals.closedForErrors == 1)
        dialogue.end()
    }
}
