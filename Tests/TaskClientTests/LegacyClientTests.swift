import Libuv
import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import TaskClient

private func legacyClient(of server: FakeServer, timeout: UInt64 = 5000, readSize: Int = 65536) throws -> LegacyClient {
    var configuration = configuration(of: server, timeout: timeout)
    configuration.readSize = readSize
    return try LegacyClient(configuration)
}

struct LegacyClientTests {
    @Test(arguments: [1, 7, 65536]) func aTaskIsSubmittedAndItsResultReturned(readSize: Int) throws {
        let server = FakeServer([
            .answer("{\"task_id\":4}\n"),
            .answer("{\"status\":\"success\"}\n{\"status\":\"success\",\"data\":\"olleh\"}\n"),
        ])
        let client = try legacyClient(of: server, readSize: readSize)
        let id = try client.submit("revers", "hello")
        #expect(id.rawValue == 4)
        let (state, data) = try client.waitForResult(of: id)
        #expect(state == .success && data == "olleh")
        client.close()
        #expect(
            server.received == """
                {"type":"run","task_name":"revers","data":"hello"}
                {"type":"status","task_id":4}
                {"type":"get_result","task_id":4}

                """)
    }

    @Test func repliesMayComeInOnePieceOrWithoutNewline() throws {
        let client = try legacyClient(of: FakeServer([.answer("{\"status\":\"waiting\",\"extra\":[]}")]))
        #expect(try client.status(of: .first) == .waiting)
        client.close()
    }

    @Test func aWaitHasNoDeadline() throws {
        let end = "{\"status\":\"success\"}{\"status\":\"success\",\"data\":\"x\"}"
        let server = FakeServer([.answer("{\"task_id\":1}"), .answerAfter(milliseconds: 1000, end)])
        let client = try legacyClient(of: server, timeout: patience)
        let id = try client.submit("revers", "")
        let (state, data) = try client.waitForResult(of: id)
        #expect(state == .success && data == "x")
        client.close()
    }

    @Test func aMissingAnswerIsATimeout() throws {
        let server = FakeServer([.silence])
        let client = try legacyClient(of: server, timeout: patience)
        #expect(
            throws: ClientError.timedOut(
                host: "127.0.0.1", port: server.port, milliseconds: patience, .waitingForAnswer)
        ) { try client.status(of: .first) }
        client.close()
    }

    @Test func aConnectionClosedInsteadOfAnAnswer() throws {
        let client = try legacyClient(of: FakeServer([.silence, .close]))
        #expect(throws: ClientError.closed) {
            _ = try client.status(of: .first)
        }
        client.close()
    }

    @Test func aConnectionThatEndsInsideAnAnswer() throws {
        let client = try legacyClient(of: FakeServer([.answer("{\"status\":\"suc"), .close]))
        #expect(throws: ClientError.cutOff) { try client.status(of: .first) }
        client.close()
    }

    @Test func theResultAfterTheEndHasADeadlineAgain() throws {
        let server = FakeServer([.answer("{\"task_id\":1}"), .answer("{\"status\":\"success\"}")])
        let client = try legacyClient(of: server, timeout: patience)
        let id = try client.submit("revers", "")
        let error = #expect(throws: ClientError.self) { _ = try client.waitForResult(of: id) }
        guard case .timedOut(_, _, _, .waitingForAnswer) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        client.close()
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\n\r\n", "{}\n", "{\"status\":\"done\"}\n", "{\"task_id\":1}\n",
        "{\"status\":\"wai\n",
        "+PONG\r\n",
    ]) func aForeignAnswer(text: String) throws {
        let client = try legacyClient(of: FakeServer([.answer(text)]))
        let error = #expect(throws: ClientError.self) { try client.status(of: .first) }
        guard case .foreignAnswer = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        client.close()
    }

    @Test func nothingListens() throws {
        var configuration = ClientConfiguration()
        configuration.port = 1
        let error = #expect(throws: ClientError.self) { _ = try LegacyClient(configuration) }
        #expect(error == .nothingListens(host: "localhost", port: 1))
        #expect(error?.description == "nothing listens on localhost:1. Start it with: uv-taskd --port 1")
    }

    @Test func anUnknownHost() throws {
        var configuration = ClientConfiguration()
        configuration.host = "no-such-host.invalid"
        let error = #expect(throws: ClientError.self) { _ = try LegacyClient(configuration) }
        #expect(error?.description.hasPrefix("the host \"no-such-host.invalid\" was not found: ") == true)
    }

    @Test func everyErrorIsOneLine() {
        let cause = UVError(code: .connectionRefused, call: "x")
        let errors: [ClientError] = [
            .cannotResolve(host: "h", cause), .nothingListens(host: "h", port: 1),
            .cannotConnect(host: "h", port: 1, cause), .closed, .lost(cause),
            .timedOut(host: "h", port: 1, milliseconds: 1500, .connecting),
            .timedOut(host: "h", port: 1, milliseconds: 5000, .waitingForAnswer),
            .foreignAnswer(host: "h", port: 1, "r"), .cutOff,
            .submitUnanswered(.closed), .restarted(host: "h", port: 1),
            .refused(Refusal(.tooManyConnections, "two\nlines"), text: nil),
            .submitUnanswered(.refused(Refusal(.badRequest, "two\nlines"), text: nil)),
        ]
        for error in errors { #expect(!error.description.contains("\n") && !error.description.isEmpty) }
        #expect(
            errors.map(\.requestMayHaveArrived) == [
                false, false, false, true, true, false, true, false, true, true, true, false, true,
            ])
        #expect(ClientError.nothingListens(host: "::1", port: 1).description.hasPrefix("nothing listens on [::1]:1."))
        // A server on this machine would not help.
        #expect(
            ClientError.nothingListens(host: "gpu.lan", port: 1).description
                == "nothing listens on gpu.lan:1. Start it there with: uv-taskd --host gpu.lan --port 1, or reach its loopback "
                + "port with: ssh -L 1:localhost:1 gpu.lan")
        #expect(errors[5].description == "no connection to h:1 within 1.5 s; --connect-timeout sets the time")
    }
}
