import Libuv
import TaskCore
import TaskProtocol
import TaskQueue
import Testing

@testable import TaskServer

private let request = #"{"type":"run","task_name":"echo","data":"x"}"# + "\n"

/// A dialogue with some clients that are known to the server, and their sessions.
private struct Conversation {
    let dialogue: Dialogue
    let clients: [Client]
    let sessions: [Session]

    init(clients count: Int) throws {
        let dialogue = try Dialogue()
        clients = try (1...count).map { number in
            let client = try dialogue.connect()
            dialogue.wait("the session") { dialogue.server.sessions.count == number }
            return client
        }
        sessions = dialogue.server.sessions.values.sorted { $0.id.rawValue < $1.id.rawValue }
        self.dialogue = dialogue
    }

    var server: TaskServer { dialogue.server }
    var gatheredBytes: Int { server.outbox.count }
    var mustSend: Bool { server.outbox.isFull }
}

struct OutboxTests {
    @Test func repliesGoOutInTheirOrder() throws {
        let all = try Conversation(clients: 2)
        all.sessions[0].reply(.status(.waiting))
        all.sessions[1].reply(.status(.execute))
        all.sessions[0].reply(.status(.success))
        all.sessions[0].reply(.status(.error))
        #expect(all.gatheredBytes > 0)
        all.clients[0].expect(#"{"status":"waiting"}"#, #"{"status":"success"}"#, #"{"status":"error"}"#)
        all.clients[1].expect(#"{"status":"execute"}"#)
        #expect(all.gatheredBytes == 0)
        all.dialogue.end()
    }

    @Test func theyGoOutEarlierWhereTheyAreThoseOfMany() throws {
        let all = try Conversation(clients: 100)
        var most = 0
        for (number, session) in all.sessions.enumerated() {
            session.reply(.submitted(TaskID(rawValue: number + 1)!))
            session.settle()
            most = max(most, all.gatheredBytes)
        }
        #expect(most < 64 * #"{"task_id":100}"#.utf8.count)
        for (number, client) in all.clients.enumerated() { client.expect(#"{"task_id":\#(number + 1)}"#) }
        all.dialogue.end()
    }

    @Test func theyGoOutEarlierWhereTheyAreMany() throws {
        let all = try Conversation(clients: 1)
        let text = String(repeating: "x", count: 70_000)
        all.sessions[0].reply(.result(.success, text))
        #expect(all.mustSend)
        all.sessions[0].settle()
        #expect(all.gatheredBytes == 0)
        all.clients[0].expect(#"{"status":"success","data":"\#(text)"}"#)
        all.dialogue.end()
    }

    @Test func theRepliesOfOneThatIsClosedKeepNobodyElsesBack() throws {
        let all = try Conversation(clients: 3)
        for session in all.sessions { session.reply(.status(.waiting)) }
        all.sessions[1].close(.idle)
        all.clients[1].expectClosed()
        for client in [all.clients[0], all.clients[2]] {
            client.expect(#"{"status":"waiting"}"#)
            try client.send(request)
            #expect(client.line() != nil)
        }
        all.dialogue.end()
    }

    @Test func aServerThatStopsSendsThemBefore() throws {
        for signals in 1...3 {
            let all = try Conversation(clients: 2)
            for session in all.sessions { session.reply(.status(.waiting)) }
            for _ in 1...signals { all.server.stop(.terminate) }
            for client in all.clients {
                client.expect(#"{"status":"waiting"}"#)
                client.expectClosed()
            }
            all.dialogue.end()
        }
    }

    @Test func aServerThatLeavesAtOnceSendsThemBefore() throws {
        let all = try Conversation(clients: 1)
        all.sessions[0].makeRareState().resultOwed = TaskID(rawValue: 1)!
        all.server.stop(.terminate)
        #expect(!all.clients[0].isClosed, "it may still ask for its result")
        all.sessions[0].reply(.status(.success))
        all.server.stop(.terminate)
        all.clients[0].expect(#"{"status":"success"}"#)
        all.clients[0].expectClosed()
        all.dialogue.end()
    }

    @Test func whoEndsItsSideIsAnsweredInWholeWhereTheRepliesDoNotFitInTheSocket() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let client = try dialogue.connect()
        let text = String(repeating: "ab", count: 2000)
        let count = 4000
        try client.send(#"{"type":"run","task_name":"permutation","data":"\#(text)"}"# + "\n")
        try client.send(#"{"type":"status","task_id":1}"# + "\n")
        for _ in 0..<count { try client.send(#"{"type":"get_result","task_id":1}"# + "\n") }
        try client.shutDownWriting()
        client.expect(#"{"task_id":1}"#)
        gate.open()
        client.expect(#"{"status":"success"}"#)
        let result = String(repeating: "ba", count: 2000)
        for _ in 0..<count { client.expect(#"{"status":"success","data":"\#(result)"}"#) }
        client.expectClosed()
        dialogue.end()
    }
}
