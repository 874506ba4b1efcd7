import Foundation
import Libuv
import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import TaskClient

struct ClientTests {
    @Test func repliesMayComeInAnyOrder() throws {
        let server = FakeServer([.silence, .answer(status(2, .error) + status(1, .success))])
        let client = try makeClient(of: server)
        var answers: [String] = []
        client.send(StatusRequest(.first)) { answers.append("1 \($0.text ?? "")") }
        client.send(StatusRequest(.first.next), for: instance) { answers.append("2 \($0.text ?? "")") }
        try client.run { answers.count == 2 }
        client.close()
        #expect(answers == [#"2 {"seq":2,"status":"error"}"#, #"1 {"seq":1,"status":"success"}"#])
        #expect(
            server.received == """
                {"seq":1,"type":"status","task_id":1}
                {"seq":2,"type":"status","task_id":2,"instance":"\(instance)"}

                """)
    }

    @Test func textsAreKeptOnlyOnRequest() throws {
        let client = try makeClient(of: FakeServer([.answer(status(1, .success))]), keepsTexts: false)
        let answer = try client.ask(StatusRequest(.first))
        client.close()
        #expect(answer.text == nil && answer.result == .success(StatusReply(TaskReport(state: .success))))
    }

    @Test func submitsAreForTheInstanceOfTheServer() throws {
        let server = FakeServer([.answer(info(1)), .answer(submitted(2, task: 4) + submitted(3, task: 5))])
        let client = try makeClient(of: server)
        _ = try client.ask(InfoRequest())
        var tasks: [Int?] = []
        client.send(RunRequest(taskName: "echo", data: "a")) { tasks.append(task($0)) }
        client.send(RunRequest(taskName: "echo", data: "b", key: "mine")) { tasks.append(task($0)) }
        try client.run { tasks.count == 2 }
        client.close()
        #expect(tasks == [4, 5])
        #expect(client.instance == instance)
        let info = #"{"seq":1,"type":"info"}"# + "\n"
        #expect(server.received == info + run(2, "a", key: firstKey) + run(3, "b", key: "mine"))
    }

    // MARK: Refusals without a seq

    @Test func tooLargeWithoutASeqRefusesTheOldestSubmit() throws {
        let server = FakeServer([
            .answer(info(1)), .silence, .silence, .answer(refused(nil, .tooLarge) + submitted(3, task: 2)),
        ])
        let client = try makeClient(of: server)
        _ = try client.ask(InfoRequest())
        var answers: [String] = []
        client.send(RunRequest(taskName: "echo", data: "a")) { answers.append("a \(code($0)?.rawValue ?? "")") }
        client.send(RunRequest(taskName: "echo", data: "b")) { answers.append("b \(task($0) ?? 0)") }
        client.send(StatusRequest(.first)) { _ in answers.append("status") }
        try client.run { answers.count == 2 }
        client.close()
        #expect(answers == ["a too_large", "b 2"])
    }

    @Test(arguments: [
        "{\"seq\":2,\"status\":\"success\"}\n", "{}\n", "{\"status\":\"success\"}\n",
        "{\"seq\":7,\"error\":{\"code\":\"draining\",\"message\":\"\"}}\n",
    ]) func anAnswerWithoutARequestIsForeign(text: String) throws {
        let server = FakeServer([.answer(text)])
        let client = try makeClient(of: server)
        let reason = "an answer to nothing that was asked"
        #expect(throws: ClientError.foreignAnswer(host: "127.0.0.1", port: server.port, reason)) {
            try client.ask(StatusRequest(.first))
        }
        client.close()
    }

    @Test func aSecondAnswerIsForeign() throws {
        let server = FakeServer([.answer(status(1, .waiting) + status(1, .success))])
        let client = try makeClient(of: server)
        _ = try client.ask(StatusRequest(.first))
        let error = #expect(throws: ClientError.self) { try client.ask(StatusRequest(.first)) }
        client.close()
        #expect(error?.description.contains("an answer to nothing that was asked") == true)
    }

    // MARK: Deadlines and foreign answers

    @Test func aMissingAnswerIsATimeout() throws {
        let server = FakeServer([.silence])
        let client = try makeClient(of: server, timeout: patience)
        #expect(
            throws: ClientError.timedOut(
                host: "127.0.0.1", port: server.port, milliseconds: patience, .waitingForAnswer)
        ) { try client.ask(StatsRequest()) }
        client.close()
    }

    @Test func aSubmitWithoutAnAnswerMayHaveBeenQueued() throws {
        let server = FakeServer([.answer(info(1)), .silence])
        let client = try makeClient(of: server, timeout: patience)
        _ = try client.ask(InfoRequest())
        let error = #expect(throws: ClientError.self) { try client.ask(RunRequest(taskName: "echo", data: "")) }
        client.close()
        guard case .submitUnanswered(.timedOut)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [nil, 5000]) func aWaitOutlastsTheDeadline(timeout: Int?) throws {
        let server = FakeServer([.answerAfter(milliseconds: 1000, status(1, .success))])
        let client = try makeClient(of: server, timeout: patience)
        let answer = try client.ask(StatusRequest(.first, wait: Wait(timeout: timeout)))
        client.close()
        #expect(answer.text == #"{"seq":1,"status":"success"}"#)
    }

    @Test func theTimeoutOfAWaitExtendsTheDeadline() throws {
        let server = FakeServer([.silence])
        let client = try makeClient(of: server, timeout: patience)
        #expect(
            throws: ClientError.timedOut(
                host: "127.0.0.1", port: server.port, milliseconds: patience + 30, .waitingForAnswer)
        ) { try client.ask(ResultRequest(.first, wait: Wait(timeout: 30))) }
        client.close()
    }

    @Test func anAnswerThatArrivesWhileTheProgramIsBlockedIsInTime() throws {
        let server = FakeServer((1...3).map { .answer(status($0, .success)) })
        let client = try makeClient(of: server, timeout: patience)
        _ = try client.ask(StatusRequest(.first))
        var isAnswered = false
        client.send(StatusRequest(.first)) { _ in isAnswered = true }
        // Sends without reading.
        try client.run { true }
        let end = client.loop.preciseNow + patience + 100
        // On a busy machine the server may answer late.
        var answered: UInt64?
        while client.loop.preciseNow < max(end, (answered ?? .max - 100) + 100) {
            if answered == nil, server.received.contains("\"seq\":2,") { answered = client.loop.preciseNow }
            Thread.sleep(forTimeInterval: 0.01)
        }
        try client.run { isAnswered }
        // A timeout would be reported again.
        _ = try client.ask(StatusRequest(.first))
        client.close()
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\n\r\n", "{\"seq\":1}\n", "{\"seq\":1,\"status\":\"done\"}\n",
        "{\"seq\":2,\"status\":\"success\"}\n", "{\"seq\":\"1\",\"status\":\"success\"}\n", "+PONG\r\n",
    ]) func aForeignAnswer(text: String) throws {
        let client = try makeClient(of: FakeServer([.answer(text)]))
        let error = #expect(throws: ClientError.self) { try client.ask(StatusRequest(.first)) }
        client.close()
        guard case .foreignAnswer = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func nothingListens() {
        var configuration = ClientConfiguration()
        configuration.port = 1
        #expect(throws: ClientError.nothingListens(host: "localhost", port: 1)) {
            _ = try Client(configuration, keepsTexts: false) { 0 }
        }
    }
}
