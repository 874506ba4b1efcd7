import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import TaskClient

struct LostConnectionTests {
    @Test func unansweredSubmitsAreSentAgainWithTheSameKeysInOrder() throws {
        let server = FakeServer(connections: [
            [.answer(info(1)), .answer(submitted(2, task: 4)), .silence, .close],
            [.silence, .answer(submitted(3, task: 5) + submitted(4, task: 6))],
        ])
        let client = try taskClient(of: server)
        var tasks: [Int?] = []
        for data in ["a", "b", "c"] {
            client.send(.run(taskName: "echo", data: TaskData(data))) { tasks.append(task($0)) }
        }
        try client.run { tasks.count == 3 }
        client.close()
        #expect(tasks == [4, 5, 6])
        let again = run(3, "b", key: secondKey) + run(4, "c", key: "00000000000000050000000000000006")
        #expect(server.received.hasSuffix(again))
        #expect(server.received(on: 1) == again)
    }

    @Test func aSubmitIsSentAgainThreeTimesAtMost() throws {
        let broken: [FakeServer.Step] = [.silence, .close]
        let server = FakeServer(connections: [[.answer(info(1)), .silence, .close], broken, broken, broken, broken])
        let client = try taskClient(of: server)
        let error = #expect(throws: ClientError.self) { try client.ask(.run(taskName: "echo", data: "a")) }
        client.close()
        #expect(error?.requestMayHaveArrived == true)
        guard case .submitUnanswered? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(server.connectionCount == 4)
        for connection in 1...3 { #expect(server.received(on: connection) == run(2, "a", key: firstKey)) }
    }

    @Test func aRestartedServerIsNotAskedAgain() throws {
        let server = FakeServer(connections: [
            [.answer(info(1)), .silence, .close], [.answer(refused(2, .restarted))], [],
        ])
        let client = try taskClient(of: server)
        #expect(throws: ClientError.restarted(host: "127.0.0.1", port: server.port)) {
            try client.ask(.run(taskName: "echo", data: "a"))
        }
        client.close()
        #expect(server.connectionCount == 2)
    }

    @Test func aRefusalForTheCallersInstanceIsAnAnswer() throws {
        let server = FakeServer([.answer(info(1)), .answer(refused(2, .restarted))])
        let client = try taskClient(of: server)
        #expect(code(try client.ask(.run(taskName: "echo", data: ""), for: InstanceID(rawValue: 1))) == .restarted)
        client.close()
        #expect(server.received.contains(#""instance":"0000000000000001""#))
    }

    @Test func aServerThatIsGoneLeavesASubmitOpen() throws {
        let server = FakeServer([.answer(info(1)), .silence, .close])
        let client = try taskClient(of: server)
        let error = #expect(throws: ClientError.self) { try client.ask(.run(taskName: "echo", data: "")) }
        client.close()
        guard case .submitUnanswered? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func whatWasNotSentIsNotSentAgain() throws {
        let server = FakeServer(connections: [[.silence, .close], []])
        let client = try taskClient(of: server)
        #expect(throws: ClientError.closed) { try client.ask(.run(taskName: "echo", data: "")) }
        client.close()
        #expect(server.connectionCount == 1)
    }

    @Test(arguments: [[FakeServer.Step.close], [.silence, .close], [.answer("{\"seq\":1,"), .close]])
    func aQuestionIsNotSentAgain(steps: [FakeServer.Step]) throws {
        let server = FakeServer(connections: [steps, []])
        let client = try taskClient(of: server)
        let error = #expect(throws: ClientError.self) { try client.ask(.status(.first)) }
        #expect(error?.mayBeRetried == true)
        #expect(#expect(throws: ClientError.self) { try client.ask(.status(.first)) } == error)
        client.close()
        #expect(server.connectionCount == 1)
    }
}
