import Libuv
import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import TaskClient

private func withLegacyClient<Result>(
    _ server: FakeServer, timeout: UInt64 = 300_000, readSize: Int = 65536, _ body: (LegacyClient) throws -> Result
) throws -> Result {
    var configuration = configuration(of: server, timeout: timeout)
    configuration.readSize = readSize
    let client = try LegacyClient(configuration)
    defer { client.close() }
    return try body(client)
}

struct LegacyClientTests {
    @Test(arguments: [1, 7, 65536]) func aTaskIsSubmittedAndItsResultReturned(readSize: Int) throws {
        let server = FakeServer([
            .answer("{\"task_id\":4}\n"),
            .answer("{\"status\":\"success\"}\n{\"status\":\"success\",\"data\":\"olleh\"}\n"),
        ])
        try withLegacyClient(server, readSize: readSize) { client in
            let id = try client.submit("revers", "hello")
            #expect(id.rawValue == 4)
            #expect(try client.waitForResult(of: id) == (.success, "olleh"))
        }
        #expect(
            server.received == """
                {"type":"run","task_name":"revers","data":"hello"}
                {"type":"status","task_id":4}
                {"type":"get_result","task_id":4}

                """)
    }

    @Test func aReplyNeedsNoNewline() throws {
        let server = FakeServer([.answer("{\"status\":\"waiting\",\"extra\":[]}")])
        #expect(try withLegacyClient(server) { try $0.status(of: .first) } == .waiting)
    }

    // MARK: Time limits. Connecting to a unix socket takes no time.

    @Test func aWaitHasNoLimit() throws {
        let end = "{\"status\":\"success\"}{\"status\":\"success\",\"data\":\"x\"}"
        let server = FakeServer([.silence, .answerAfter(milliseconds: 2 * shortLimit, end)], over: .unix)
        let result = try withLegacyClient(server, timeout: shortLimit) { try $0.waitForResult(of: .first) }
        #expect(result == (.success, "x"))
    }

    @Test func aMissingAnswerIsATimeout() throws {
        let server = FakeServer([.silence], over: .unix)
        #expect(throws: ClientError.timedOut(address(of: server), milliseconds: shortLimit, .waitingForAnswer)) {
            try withLegacyClient(server, timeout: shortLimit) { try $0.status(of: .first) }
        }
    }

    @Test func theResultAfterTheEndHasALimitAgain() throws {
        let server = FakeServer([.answer("{\"status\":\"success\"}")], over: .unix)
        #expect(throws: ClientError.timedOut(address(of: server), milliseconds: shortLimit, .waitingForAnswer)) {
            try withLegacyClient(server, timeout: shortLimit) { _ = try $0.waitForResult(of: .first) }
        }
    }

    // MARK: Failures

    @Test(
        arguments: [
            ([.silence, .close], .closed), ([.answer("{\"status\":\"suc"), .close], .cutOff),
        ] as [([FakeServer.Step], ClientError)])
    func anEndBeforeTheReplyIsAnError(steps: [FakeServer.Step], error: ClientError) throws {
        #expect(throws: error) { try withLegacyClient(FakeServer(steps)) { try $0.status(of: .first) } }
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\n\r\n", "{}\n", "{\"status\":\"done\"}\n", "{\"task_id\":1}\n",
        "{\"status\":\"wai\n", "+PONG\r\n", refusal(1, .draining),
    ]) func anythingButTheReplyIsForeign(text: String) throws {
        let error = #expect(throws: ClientError.self) {
            try withLegacyClient(FakeServer([.answer(text)])) { try $0.status(of: .first) }
        }
        #expect(error?.isForeignAnswer == true)
    }

    @Test(arguments: [
        ("localhost", "nothing listens on localhost:1. Start it with: uv-taskd --port 1"),
        ("no-such-host.invalid", "the host \"no-such-host.invalid\" was not found: "),
    ]) func aServerThatIsNotFoundIsNamed(host: String, sentence: String) throws {
        let error = #expect(throws: ClientError.self) {
            _ = try LegacyClient(configuration(of: .tcp(host: host, port: 1)))
        }
        #expect(error?.description.hasPrefix(sentence) == true)
    }
}

struct ClientErrorTests {
    private static let there = ServerAddress.tcp(host: "h", port: 1)
    private static let cause = UVError(code: .connectionRefused, call: "x")

    @Test func aRequestMayHaveArrivedIfItWasSentToADaemon() {
        let sent: [ClientError] = [
            .closed, .cutOff, .lost(Self.cause), .timedOut(Self.there, milliseconds: 5000, .waitingForAnswer),
            .submitUnanswered(.closed), .restarted(Self.there),
        ]
        let unsent: [ClientError] = [
            .cannotResolve(host: "h", Self.cause), .nothingListens(Self.there), .cannotConnect(Self.there, Self.cause),
            .timedOut(Self.there, milliseconds: 1500, .connecting), .foreignAnswer(Self.there, "r"),
            .refused(Refusal(.tooManyConnections, ""), text: nil),
        ]
        for error in sent { #expect(error.requestMayHaveArrived) }
        for error in unsent { #expect(!error.requestMayHaveArrived) }
    }

    @Test func sentencesSayWhatToDo() {
        #expect(
            ClientError.timedOut(Self.there, milliseconds: 1500, .connecting).description
                == "no connection to h:1 within 1.5 s; --connect-timeout sets the time")
        #expect(
            ClientError.restarted(Self.there).description
                == "the daemon on h:1 was restarted before it answered, and it is not known whether the task ran. "
                + "Submit it again if it may run twice")
        // The server's sentence may have control characters.
        let refused = ClientError.refused(Refusal(.badRequest, "two\nlines"), text: nil)
        #expect(refused.description == "the daemon refused the connection")
        // A server that is started on this machine would have another address.
        #expect(
            ClientError.nothingListens(.tcp(host: "gpu.lan", port: 1)).description
                == "nothing listens on gpu.lan:1. Start it there with: uv-taskd --port 1, and reach it with: "
                + "uv-task --ssh gpu.lan --port 1")
    }
}
