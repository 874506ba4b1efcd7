import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import TaskClient

struct LostConnectionTests {
    @Test func unansweredSubmitsAreRepeatedWithTheirKeysInOrder() throws {
        let server = FakeServer(connections: [
            [.answer(info(1)), .answer(submitted(2, task: 4)), .silence, .close],
            [.silence, .answer(submitted(3, task: 5) + submitted(4, task: 6))],
        ])
        let client = try makeClient(of: server)
        _ = try client.ask(InfoRequest())
        var tasks: [Int?] = []
        for data in ["a", "b", "c"] {
            client.send(RunRequest(taskName: "echo", data: TaskData(data))) { tasks.append(task($0)) }
        }
        try client.run { tasks.count == 3 }
        client.close()
        #expect(tasks == [4, 5, 6])
        let again = run(3, "b", key: secondKey) + run(4, "c", key: "00000000000000050000000000000006")
        #expect(server.received.hasSuffix(again))
        #expect(server.received(on: 1) == again)
    }

    @Test func aSubmitIsRepeatedAtMostThreeTimes() throws {
        let broken: [FakeServer.Step] = [.silence, .close]
        let server = FakeServer(connections: [[.answer(info(1)), .silence, .close], broken, broken, broken, broken])
        let client = try makeClient(of: server)
        _ = try client.ask(InfoRequest())
        let error = #expect(throws: ClientError.self) { try client.ask(RunRequest(taskName: "echo", data: "a")) }
        client.close()
        #expect(error?.requestMayHaveArrived == true)
        guard case .submitUnanswered? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(server.connectionCount == 4)
        for connection in 1...3 { #expect(server.received(on: connection) == run(2, "a", key: firstKey)) }
    }

    @Test func aRestartedServerEndsTheRepetition() throws {
        let server = FakeServer(connections: [
            [.answer(info(1)), .silence, .close], [.answer(refused(2, .restarted))], [],
        ])
        let client = try makeClient(of: server)
        _ = try client.ask(InfoRequest())
        #expect(throws: ClientError.restarted(host: "127.0.0.1", port: server.port)) {
            try client.ask(RunRequest(taskName: "echo", data: "a"))
        }
        client.close()
        #expect(server.connectionCount == 2)
    }

    @Test func aRefusalForTheCallersInstanceIsAnAnswer() throws {
        let server = FakeServer([.answer(info(1)), .answer(refused(2, .restarted))])
        let client = try makeClient(of: server)
        _ = try client.ask(InfoRequest())
        #expect(
            code(try client.ask(RunRequest(taskName: "echo", data: ""), for: InstanceID(rawValue: 1))) == .restarted)
        client.close()
        #expect(server.received.contains(#""instance":"0000000000000001""#))
    }

    @Test func aLostServerLeavesTheSubmitUnanswered() throws {
        let server = FakeServer([.answer(info(1)), .silence, .close])
        let client = try makeClient(of: server)
        _ = try client.ask(InfoRequest())
        let error = #expect(throws: ClientError.self) { try client.ask(RunRequest(taskName: "echo", data: "")) }
        client.close()
        guard case .submitUnanswered? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [[FakeServer.Step.close], [.silence, .close], [.answer("{\"seq\":1,"), .close]])
    func otherRequestsAreNotRepeated(steps: [FakeServer.Step]) throws {
        let server = FakeServer(connections: [steps, []])
        let client = try makeClient(of: server)
        let error = #expect(throws: ClientError.self) { try client.ask(StatusRequest(.first)) }
        #expect(error?.mayBeRetried == true)
        #expect(#expect(throws: ClientError.self) { try client.ask(StatusRequest(.first)) } == error)
        client.close()
        #expect(server.connectionCount == 1)
    }
}
