import Foundation
import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import TaskClient

/// Errors without a `seq`, which are about no request but the connection.
struct RefusedConnectionTests {
    private let line = refused(nil, .tooManyConnections)
    private let refusal = ClientError.refused(
        RequestError(.tooManyConnections, "no"),
        text: #"{"error":{"code":"too_many_connections","message":"no"}}"#)

    @Test(arguments: [RequestError.Code.tooManyConnections, .badRequest, .tooLarge])
    func nothingIsAskedAnyMore(code: RequestError.Code) throws {
        let server = FakeServer([.silence, .answer(refused(nil, code))])
        let client = try taskClient(of: server, keepsTexts: false)
        var answers = 0
        for _ in 1...2 { client.send(.status(.first)) { _ in answers += 1 } }
        let refusal = ClientError.refused(RequestError(code, "no"), text: nil)
        #expect(throws: refusal) { try client.run { answers > 0 } }
        #expect(throws: refusal) { try client.ask(.stats) }
        client.close()
        #expect(answers == 0 && server.connectionCount == 1)
    }

    @Test func theLineMayComeBeforeTheFirstRequest() throws {
        let server = FakeServer([.greet(line), .close])
        let client = try taskClient(of: server)
        #expect(throws: refusal) { try client.ask(.run(taskName: "echo", data: "")) }
        client.close()
        #expect(server.connectionCount == 1)
    }

    @Test func theLineIsReadWhereNothingCanBeSentAnyMore() throws {
        let server = FakeServer([.greet(line), .close])
        let client = try taskClient(of: server)
        client.send(.status(.first)) { _ in }
        // Sends, and reads nothing yet: the server's system answers that the connection is closed.
        try client.run { true }
        Thread.sleep(forTimeInterval: 0.05)
        #expect(throws: refusal) { try client.ask(.status(.first)) }
        client.close()
    }

    @Test func aConnectionThatIsClosedWithoutALineIsLostOrClosed() throws {
        let client = try taskClient(of: FakeServer([.greet(""), .close]))
        client.send(.status(.first)) { _ in }
        try client.run { true }
        Thread.sleep(forTimeInterval: 0.05)
        let error = #expect(throws: ClientError.self) { try client.ask(.status(.first)) }
        #expect(error?.mayBeRetried == true)
        client.close()
    }

    @Test func whatWasSubmittedBeforeOnAnotherConnectionMayBeQueued() throws {
        let server = FakeServer(connections: [[.answer(info(1)), .silence, .close], [.greet(line), .close], []])
        let client = try taskClient(of: server)
        #expect(throws: ClientError.submitUnanswered(refusal)) { try client.ask(.run(taskName: "echo", data: "")) }
        client.close()
        #expect(server.connectionCount == 2)
    }

    // MARK: Classic requests

    @Test(arguments: [true, false]) func classicRequests(isGreeting: Bool) throws {
        let server = FakeServer(isGreeting ? [.greet(line), .close] : [.answer(line), .close])
        let client = try ClassicClient(configuration(of: server))
        let refusal = ClientError.refused(RequestError(.tooManyConnections, "no"), text: nil)
        #expect(throws: refusal) { try client.submit("echo", "") }
        #expect(throws: refusal) { try client.status(of: .first) }
        client.close()
    }

    @Test func anErrorWithANumberIsNoAnswerToAClassicRequest() throws {
        let client = try ClassicClient(configuration(of: FakeServer([.answer(refused(1, .draining))])))
        let error = #expect(throws: ClientError.self) { try client.status(of: .first) }
        guard case .foreignAnswer = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        client.close()
    }
}
