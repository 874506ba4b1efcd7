import Foundation
import Libuv
import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import TaskClient

struct TaskClientTests {
    @Test func repliesMayComeInAnyOrder() throws {
        let server = FakeServer([.silence, .answer(status(2, .error) + status(1, .success))])
        let client = try taskClient(of: server)
        var answers: [String] = []
        client.send(.status(.first)) { answers.append("1 \($0.text ?? "")") }
        client.send(.status(.first.next), for: life) { answers.append("2 \($0.text ?? "")") }
        try client.run { answers.count == 2 }
        client.close()
        #expect(answers == [#"2 {"seq":2,"status":"error"}"#, #"1 {"seq":1,"status":"success"}"#])
        #expect(
            server.received == """
                {"seq":1,"type":"status","task_id":1}
                {"seq":2,"type":"status","task_id":2,"instance":"\(life)"}

                """)
    }

    @Test func textsAreNotKeptForNobody() throws {
        let client = try taskClient(of: FakeServer([.answer(status(1, .success))]), keepsTexts: false)
        let answer = try client.ask(.status(.first))
        client.close()
        #expect(answer.text == nil && answer.reply == .status(TaskReport(state: .success)))
    }

    @Test func theLifeOfTheServerIsKnownBeforeAnythingIsSubmitted() throws {
        let server = FakeServer([.answer(info(1)), .answer(submitted(2, task: 4) + submitted(3, task: 5))])
        let client = try taskClient(of: server)
        var tasks: [Int?] = []
        client.send(.run(taskName: "echo", data: "a")) { tasks.append(task($0)) }
        client.send(.run(taskName: "echo", data: "b", key: "mine")) { tasks.append(task($0)) }
        try client.run { tasks.count == 2 }
        client.close()
        #expect(tasks == [4, 5])
        #expect(client.instance == life)
        let info = #"{"seq":1,"type":"info"}"# + "\n"
        #expect(server.received == info + run(2, "a", key: firstKey) + run(3, "b", key: "mine"))
    }

    @Test func aServerThatIsOnlyAskedIsNotAskedWhoItIs() throws {
        let server = FakeServer([.answer(status(1, .waiting))])
        let client = try taskClient(of: server)
        let answer = try client.ask(.status(.first))
        client.close()
        guard case .status(let report, timedOut: false) = answer.reply else {
            Issue.record("\(answer)")
            return
        }
        #expect(report.state == .waiting)
    }

    @Test func aRefusalOfTheQuestionWhoItIsRefusesTheSubmits() throws {
        let server = FakeServer([.answer(refused(1, .draining))])
        let client = try taskClient(of: server)
        #expect(code(try client.ask(.run(taskName: "echo", data: ""))) == .draining)
        client.close()
    }

    // MARK: Refusals without a number

    @Test func aMessageThatCouldNotBeReadWasTheOldestSubmit() throws {
        let server = FakeServer([
            .answer(info(1)), .silence, .silence, .answer(refused(nil, .tooLarge) + submitted(3, task: 2)),
        ])
        let client = try taskClient(of: server)
        var answers: [String] = []
        client.send(.run(taskName: "echo", data: "a")) { answers.append("a \(code($0)?.rawValue ?? "")") }
        client.send(.run(taskName: "echo", data: "b")) { answers.append("b \(task($0) ?? 0)") }
        client.send(.status(.first)) { _ in answers.append("status") }
        try client.run { answers.count == 2 }
        client.close()
        #expect(answers == ["a too_large", "b 2"])
    }

    @Test(arguments: [
        "{\"seq\":2,\"status\":\"success\"}\n", "{}\n", "{\"status\":\"success\"}\n",
        "{\"seq\":7,\"error\":{\"code\":\"draining\",\"message\":\"\"}}\n",
    ]) func anAnswerToNothing(text: String) throws {
        let server = FakeServer([.answer(text)])
        let client = try taskClient(of: server)
        let reason = "an answer to nothing that was asked"
        #expect(throws: ClientError.foreignAnswer(host: "127.0.0.1", port: server.port, reason)) {
            try client.ask(.status(.first))
        }
        client.close()
    }

    @Test func aSecondAnswerIsOneToNothing() throws {
        let server = FakeServer([.answer(status(1, .waiting) + status(1, .success))])
        let client = try taskClient(of: server)
        _ = try client.ask(.status(.first))
        let error = #expect(throws: ClientError.self) { try client.ask(.status(.first)) }
        client.close()
        #expect(error?.description.contains("an answer to nothing that was asked") == true)
    }

    // MARK: Deadlines and foreign answers

    @Test func noAnswerIsATimeOut() throws {
        let server = FakeServer([.silence])
        let client = try taskClient(of: server, timeout: patience)
        #expect(
            throws: ClientError.timedOut(
                host: "127.0.0.1", port: server.port, milliseconds: patience, .waitingForAnswer)
        ) { try client.ask(.stats) }
        client.close()
    }

    @Test func aSubmitWithoutAnAnswerMayHaveBeenQueued() throws {
        let server = FakeServer([.answer(info(1)), .silence])
        let client = try taskClient(of: server, timeout: patience)
        let error = #expect(throws: ClientError.self) { try client.ask(.run(taskName: "echo", data: "")) }
        client.close()
        guard case .submitUnanswered(.timedOut)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [nil, 5000]) func aWaitOutlastsTheDeadline(timeout: Int?) throws {
        let server = FakeServer([.answerAfter(milliseconds: 1000, status(1, .success))])
        let client = try taskClient(of: server, timeout: patience)
        let answer = try client.ask(.status(.first, Request.Wait(timeout: timeout)))
        client.close()
        #expect(answer.text == #"{"seq":1,"status":"success"}"#)
    }

    @Test func aWaitWithATimeOutIsBoundedAllTheSame() throws {
        let server = FakeServer([.silence])
        let client = try taskClient(of: server, timeout: patience)
        #expect(
            throws: ClientError.timedOut(
                host: "127.0.0.1", port: server.port, milliseconds: patience + 30, .waitingForAnswer)
        ) { try client.ask(.result(.first, Request.Wait(timeout: 30))) }
        client.close()
    }

    @Test func whatCameInWhileTheProgramWasHeldUpIsNoTimeOut() throws {
        let server = FakeServer((1...3).map { .answer(status($0, .success)) })
        let client = try taskClient(of: server, timeout: patience)
        _ = try client.ask(.status(.first))
        var isAnswered = false
        client.send(.status(.first)) { _ in isAnswered = true }
        // Sends, and reads nothing yet.
        try client.run { true }
        let end = client.loop.preciseNow + patience + 100
        // The server answers within milliseconds, however late it gets to it.
        var answered: UInt64?
        while client.loop.preciseNow < max(end, (answered ?? .max - 100) + 100) {
            if answered == nil, server.received.contains("\"seq\":2,") { answered = client.loop.preciseNow }
            Thread.sleep(forTimeInterval: 0.01)
        }
        try client.run { isAnswered }
        // A time-out would stay.
        _ = try client.ask(.status(.first))
        client.close()
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\n\r\n", "{\"seq\":1}\n", "{\"seq\":1,\"status\":\"done\"}\n",
        "{\"seq\":2,\"status\":\"success\"}\n", "{\"seq\":\"1\",\"status\":\"success\"}\n", "+PONG\r\n",
    ]) func aForeignAnswer(text: String) throws {
        let client = try taskClient(of: FakeServer([.answer(text)]))
        let error = #expect(throws: ClientError.self) { try client.ask(.status(.first)) }
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
            _ = try TaskClient(configuration, keepsTexts: false) { 0 }
        }
    }
}
