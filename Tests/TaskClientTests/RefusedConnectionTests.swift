import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import TaskClient

/// Errors without a `seq`, which refuse the connection.
struct RefusedConnectionTests {
    private let line = refusal(nil, .tooManyConnections)
    private let refused = ClientError.refused(Refusal(.tooManyConnections, ""), text: nil)

    @Test(arguments: [Refusal.Code.tooManyConnections, .badRequest, .tooLarge])
    func everyRequestFails(code: Refusal.Code) throws {
        let server = FakeServer([.silence, .answer(refusal(nil, code))])
        try server.withClient { client in
            for _ in 1...2 { client.send(StatusRequest(.first)) { _ in Issue.record("it was answered") } }
            let text = #"{"error":{"code":"\#(code.rawValue)","message":""}}"#
            let refused = ClientError.refused(Refusal(code, ""), text: text)
            #expect(throws: refused) { try client.run { false } }
            #expect(throws: refused) { try client.ask(StatsRequest()) }
        }
        #expect(server.connectionCount == 1)
    }

    /// The server's system resets the connection if something is sent.
    @Test(arguments: FakeServer.Transport.allCases)
    func theRefusalIsReadAfterAFailedWrite(transport: FakeServer.Transport) throws {
        let server = FakeServer([.greet(line), .close], over: transport)
        try server.withClient(keepsTexts: false) { client in
            server.waitForEnd()
            client.send(StatusRequest(.first)) { _ in }
            // Sends without reading.
            try client.run { true }
            #expect(throws: refused) { try client.ask(StatusRequest(.first)) }
        }
    }

    @Test func aSubmitOnAnEarlierConnectionMayBeQueued() throws {
        let server = FakeServer(connections: [[.answer(info()), .silence, .close], [.greet(line), .close], []])
        try server.withClient(keepsTexts: false) { client in
            _ = try client.ask(InfoRequest())
            #expect(throws: ClientError.submitUnanswered(refused)) {
                try client.ask(RunRequest(taskName: "echo", data: ""))
            }
        }
        #expect(server.connectionCount == 2)
    }

    @Test func aRefusalIsReadWhileMoreIsSentThanASocketHolds() throws {
        let client = try LegacyClient(configuration(of: FakeServer([.greet(line), .silence])))
        defer { client.close() }
        #expect(throws: refused) { try client.submit("echo", String(repeating: "x", count: 8_000_000)) }
    }

    @Test(arguments: [true, false]) func everyLegacyRequestFails(isGreeting: Bool) throws {
        let client = try LegacyClient(
            configuration(of: FakeServer([isGreeting ? .greet(line) : .answer(line), .close])))
        defer { client.close() }
        #expect(throws: refused) { try client.submit("echo", "") }
        #expect(throws: refused) { try client.status(of: .first) }
    }
}
