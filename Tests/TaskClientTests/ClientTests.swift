import Libuv
import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import TaskClient

struct ClientTests {
    @Test func repliesMayComeInAnyOrder() throws {
        let server = FakeServer([.silence, .answer(status(2, .error) + status(1, .success))])
        var answers: [String] = []
        try server.withClient { client in
            client.send(StatusRequest(.first)) { answers.append("1 \($0.text ?? "")") }
            client.send(StatusRequest(.first.next), for: instance) { answers.append("2 \($0.text ?? "")") }
            try client.run { answers.count == 2 }
        }
        #expect(answers == [#"2 {"seq":2,"status":"error"}"#, #"1 {"seq":1,"status":"success"}"#])
        #expect(
            server.received == """
                {"seq":1,"type":"status","task_id":1}
                {"seq":2,"type":"status","task_id":2,"instance":"\(instance)"}

                """)
    }

    @Test func textsAreKeptOnlyOnRequest() throws {
        let server = FakeServer([.answer(status(1, .success))])
        let answer = try server.withClient(keepsTexts: false) { try $0.ask(StatusRequest(.first)) }
        #expect(answer.text == nil && answer.result == .success(StatusReply(TaskReport(state: .success))))
    }

    @Test func submitsAreForTheInstanceOfTheServer() throws {
        let server = FakeServer([.answer(info(1)), .answer(submitted(2, task: 4) + submitted(3, task: 5))])
        var tasks: [Int?] = []
        try server.withClient { client in
            _ = try client.ask(InfoRequest())
            client.send(RunRequest(taskName: "echo", data: "a")) { tasks.append(task($0)) }
            client.send(RunRequest(taskName: "echo", data: "b", key: "mine")) { tasks.append(task($0)) }
            try client.run { tasks.count == 2 }
            #expect(client.instance == instance)
        }
        #expect(tasks == [4, 5])
        let info = #"{"seq":1,"type":"info"}"# + "\n"
        #expect(server.received == info + run(2, "a", key: firstKey) + run(3, "b", key: "mine"))
    }

    @Test func tooLargeWithoutASeqRefusesTheOldestSubmit() throws {
        let server = FakeServer([
            .answer(info(1)), .silence, .silence, .answer(refusal(nil, .tooLarge) + submitted(3, task: 2)),
        ])
        var answers: [String] = []
        try server.withClient { client in
            _ = try client.ask(InfoRequest())
            client.send(RunRequest(taskName: "echo", data: "a")) { answers.append("a \(code($0)?.rawValue ?? "")") }
            client.send(RunRequest(taskName: "echo", data: "b")) { answers.append("b \(task($0) ?? 0)") }
            client.send(StatusRequest(.first)) { _ in answers.append("status") }
            try client.run { answers.count == 2 }
        }
        #expect(answers == ["a too_large", "b 2"])
    }

    // MARK: Foreign answers

    @Test(arguments: [
        "{\"seq\":2,\"status\":\"success\"}\n", "{}\n", "{\"status\":\"success\"}\n",
        "{\"seq\":7,\"error\":{\"code\":\"draining\",\"message\":\"\"}}\n",
    ]) func anAnswerWithoutARequestIsForeign(text: String) throws {
        let server = FakeServer([.answer(text)])
        let error = ClientError.foreignAnswer(address(of: server), "an answer to nothing that was asked")
        #expect(throws: error) { try server.withClient { try $0.ask(StatusRequest(.first)) } }
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\n\r\n", "{\"seq\":1}\n", "{\"seq\":1,\"status\":\"done\"}\n",
        "{\"seq\":\"1\",\"status\":\"success\"}\n", "+PONG\r\n",
        // The second answer to the same request.
        status(1, .waiting) + status(1, .success),
    ]) func anythingButTheReplyIsForeign(text: String) throws {
        let error = #expect(throws: ClientError.self) {
            try FakeServer([.answer(text)]).withClient { client in
                for _ in 1...2 { _ = try client.ask(StatusRequest(.first)) }
            }
        }
        #expect(error?.isForeignAnswer == true)
    }

    // MARK: Time limits

    @Test func aLaterRequestDoesNotExtendTheLimitOfAnEarlierOne() throws {
        let server = FakeServer([.answer(info(1)), .silence, .silence])
        try server.withClient(timeout: shortLimit) { client in
            _ = try client.ask(InfoRequest())
            client.send(StatusRequest(.first)) { _ in }
            client.send(StatusRequest(.first, wait: Wait(timeout: 60_000))) { _ in }
            // Ends the loop if the limit passes unnoticed. If both times have passed at once, the limit comes first: it is
            // noticed two loop iterations later.
            let timer = try Timer(on: client.loop)
            let idle = try IdleHandle(on: client.loop)
            defer {
                timer.close()
                idle.close()
            }
            var lateIterations = 0
            func countIteration() {
                lateIterations += 1
                idle.start(countIteration)
            }
            timer.start(after: 20_000, countIteration)
            #expect(throws: ClientError.self) { try client.run { lateIterations > 10 } }
        }
    }

    @Test(arguments: [nil, 30]) func aMissingAnswerIsATimeoutAndAWaitHasLonger(wait: Int?) throws {
        let server = FakeServer([.answer(status(1, .waiting)), .silence])
        let limit = shortLimit + UInt64(wait ?? 0)
        try server.withClient(timeout: shortLimit) { client in
            _ = try client.ask(StatusRequest(.first))
            #expect(throws: ClientError.timedOut(address(of: server), milliseconds: limit, .waitingForAnswer)) {
                try client.ask(ResultRequest(.first, wait: wait.map { Wait(timeout: $0) }))
            }
        }
    }

    @Test func aSubmitWithoutAnAnswerMayHaveBeenQueued() throws {
        try FakeServer([.answer(info(1)), .silence]).withClient(timeout: shortLimit) { client in
            _ = try client.ask(InfoRequest())
            let error = #expect(throws: ClientError.self) { try client.ask(RunRequest(taskName: "echo", data: "")) }
            #expect(error?.isSubmitUnanswered == true)
        }
    }

    @Test(arguments: [nil, 300_000]) func aWaitOutlastsTheLimit(timeout: Int?) throws {
        let late = FakeServer.Step.answerAfter(milliseconds: 2 * shortLimit, status(2, .success))
        try FakeServer([.answer(status(1, .waiting)), late]).withClient(timeout: shortLimit) { client in
            _ = try client.ask(StatusRequest(.first))
            let answer = try client.ask(StatusRequest(.first, wait: Wait(timeout: timeout)))
            #expect(answer.text == #"{"seq":2,"status":"success"}"#)
        }
    }

    @Test func anAnswerThatArrivesWhileTheProgramIsBlockedIsInTime() throws {
        let server = FakeServer([.answer(status(1, .success)), .answer(status(2, .success)), .close])
        try server.withClient(timeout: shortLimit) { client in
            _ = try client.ask(StatusRequest(.first))
            var isAnswered = false
            client.send(StatusRequest(.first)) { _ in isAnswered = true }
            // Sends without reading.
            try client.run { true }
            let end = client.loop.preciseNow + shortLimit
            server.waitForEnd()
            while client.loop.preciseNow <= end {}
            try client.run { isAnswered }
        }
    }
}
