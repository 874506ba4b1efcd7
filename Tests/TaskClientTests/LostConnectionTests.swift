import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import TaskClient

struct LostConnectionTests {
    @Test(arguments: FakeServer.Transport.allCases)
    func unansweredSubmitsAreRepeatedWithTheirKeysInOrder(transport: FakeServer.Transport) throws {
        let server = FakeServer(
            connections: [
                [.answer(info(1)), .answer(submitted(2, task: 4)), .silence, .close],
                [.silence, .answer(submitted(3, task: 5) + submitted(4, task: 6))],
            ], over: transport)
        var tasks: [Int?] = []
        try server.withClient { client in
            _ = try client.ask(InfoRequest())
            for data in ["a", "b", "c"] {
                client.send(RunRequest(taskName: "echo", data: TaskData(data))) { tasks.append(task($0)) }
            }
            try client.run { tasks.count == 3 }
        }
        #expect(tasks == [4, 5, 6])
        let again = run(3, "b", key: secondKey) + run(4, "c", key: "00000000000000050000000000000006")
        #expect(server.received.hasSuffix(again))
        #expect(server.received(on: 1) == again)
    }

    private func submit(to server: FakeServer, for chosen: InstanceID? = nil) throws -> Answer<RunReply> {
        try server.withClient { client in
            _ = try client.ask(InfoRequest())
            return try client.ask(RunRequest(taskName: "echo", data: "a"), for: chosen)
        }
    }

    @Test func aSubmitIsRepeatedAtMostThreeTimes() throws {
        let broken: [FakeServer.Step] = [.silence, .close]
        let server = FakeServer(connections: [[.answer(info(1)), .silence, .close], broken, broken, broken, broken])
        let error = #expect(throws: ClientError.self) { try submit(to: server) }
        #expect(error?.isSubmitUnanswered == true && error?.requestMayHaveArrived == true)
        #expect(server.connectionCount == 4)
        for connection in 1...3 { #expect(server.received(on: connection) == run(2, "a", key: firstKey)) }
    }

    @Test func anAnsweredSubmitAllowsThreeMoreRepetitions() throws {
        let server = FakeServer(
            connections: [[.answer(info(1)), .silence, .close]]
                + (2..<6).map { [.answer(submitted($0, task: $0)), .silence, .close] }
                + [[.answer(submitted(6, task: 6))]])
        try server.withClient { client in
            _ = try client.ask(InfoRequest())
            for number in 2...6 {
                #expect(try task(client.ask(RunRequest(taskName: "echo", data: "a"))) == number)
            }
        }
        #expect(server.connectionCount == 6)
    }

    @Test func otherRequestsAreRepeatedWithASubmitForTheSameInstance() throws {
        let server = FakeServer(connections: [
            [.answer(info(1)), .silence, .silence, .close],
            [.answer(status(2, .success)), .answer(submitted(3, task: 5))],
        ])
        var answers = 0
        try server.withClient { client in
            _ = try client.ask(InfoRequest())
            client.send(StatusRequest(.first)) { _ in answers += 1 }
            client.send(RunRequest(taskName: "echo", data: "a")) { _ in answers += 1 }
            try client.run { answers == 2 }
        }
        #expect(
            server.received(on: 1)
                == #"{"seq":2,"type":"status","task_id":1,"instance":"\#(instance)"}"# + "\n"
                + run(3, "a", key: firstKey))
    }

    @Test func aRestartedServerEndsTheRepetition() throws {
        let server = FakeServer(connections: [
            [.answer(info(1)), .silence, .close], [.answer(refusal(2, .restarted))], [],
        ])
        #expect(throws: ClientError.restarted(address(of: server))) { try submit(to: server) }
        #expect(server.connectionCount == 2)
    }

    @Test func aRefusalForTheCallersInstanceIsAnAnswer() throws {
        let server = FakeServer([.answer(info(1)), .answer(refusal(2, .restarted))])
        #expect(code(try submit(to: server, for: InstanceID(rawValue: 1))) == .restarted)
        #expect(server.received.contains(#""instance":"0000000000000001""#))
    }

    @Test(arguments: [[FakeServer.Step.close], [.silence, .close], [.answer("{\"seq\":1,"), .close]])
    func otherRequestsAreNotRepeated(steps: [FakeServer.Step]) throws {
        let server = FakeServer(connections: [steps, []])
        try server.withClient { client in
            let error = #expect(throws: ClientError.self) { try client.ask(StatusRequest(.first)) }
            #expect(error?.mayBeRetried == true)
            #expect(#expect(throws: ClientError.self) { try client.ask(StatusRequest(.first)) } == error)
        }
        #expect(server.connectionCount == 1)
    }
}
