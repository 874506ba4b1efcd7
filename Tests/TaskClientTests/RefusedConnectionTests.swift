import Foundation
import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import TaskClient

/// Errors without a `seq`, which refuse the connection.
struct RefusedConnectionTests {
    private let line = refused(nil, .tooManyConnections)
    private let refusal = ClientError.refused(
        Refusal(.tooManyConnections, "no"),
        text: #"{"error":{"code":"too_many_connections","message":"no"}}"#)

    @Test(arguments: [Refusal.Code.tooManyConnections, .badRequest, .tooLarge])
    func everyRequestFails(code: Refusal.Code) throws {
        let server = FakeServer([.silence, .answer(refused(nil, code))])
        let client = try makeClient(of: server, keepsTexts: false)
        var answers = 0
        for _ in 1...2 { client.send(StatusRequest(.first)) { _ in answers += 1 } }
        let refusal = ClientError.refused(Refusal(code, "no"), text: nil)
        #expect(throws: refusal) { try client.run { answers > 0 } }
        #expect(throws: refusal) { try client.ask(StatsRequest()) }
        client.close()
        #expect(answers == 0 && server.connectionCount == 1)
    }

    @Test func theRefusalMayArriveBeforeTheFirstRequest() throws {
        let server = FakeServer([.greet(line), .close])
        let client = try makeClient(of: server)
        #expect(throws: refusal) { try client.ask(InfoRequest()) }
        client.close()
        #expect(server.connectionCount == 1)
    }

    @Test func theRefusalIsReadAfterAFailedWrite() throws {
        let server = FakeServer([.greet(line), .close])
        let client = try makeClient(of: server)
        client.send(StatusRequest(.first)) { _ in }
        // Sends without reading. The server's system resets the connection.
        try client.run { true }
        Thread.sleep(forTimeInterval: 0.05)
        #expect(throws: refusal) { try client.ask(StatusRequest(.first)) }
        client.close()
    }

    @Test func aConnectionClosedWithoutARefusalIsLostOrClosed() throws {
        let client = try makeClient(of: FakeServer([.greet(""), .close]))
        client.send(StatusRequest(.first)) { _ in }
        try client.run { true }
        Thread.sleep(forTimeInterval: 0.05)
        let error = #expect(throws: ClientError.self) { try client.ask(StatusRequest(.first)) }
        #expect(error?.mayBeRetried == true)
        client.close()
    }

    @Test func aSubmitOnAnEarlierConnectionMayBeQueued() throws {
        let server = FakeServer(connections: [[.answer(info(1)), .silence, .close], [.greet(line), .close], []])
        let client = try makeClient(of: server)
        _ = try client.ask(InfoRequest())
        #expect(throws: ClientError.submitUnanswered(refusal)) {
            try client.ask(RunRequest(taskName: "echo", data: ""))
        }
        client.close()
        #expect(server.connectionCount == 2)
    }

    // MARK: Legacy requests

    @Test(arguments: [true, false]) func legacyRequests(isGreeting: Bool) throws {
        let server = FakeServer(isGreeting ? [.greet(line), .close] : [.answer(line), .close])
        let client = try LegacyClient(configuration(of: server))
        let refusal = ClientError.refused(Refusal(.tooManyConnections, "no"), text: nil)
        #expect(throws: refusal) { try client.submit("echo", "") }
        #expect(throws: refusal) { try client.status(of: .first) }
        client.close()
    }

    @Test func anErrorWithASeqIsNoAnswerToALegacyRequest() throws {
        let client = try LegacyClient(configuration(of: FakeServer([.answer(refused(1, .draining))])))
        let error = #expect(throws: ClientError.self) { try client.status(of: .first) }
        guard case .foreignAnswer = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        client.close()
    }
}
