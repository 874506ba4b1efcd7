import Foundation
import Libuv
import Synchronization
import TaskCore
import TaskProtocol
import TaskQueue
import Testing

@testable import TaskServer

private struct TestError: Error, CustomStringConvertible { let description = "it broke" }

/// Counts calls, and how many of them overlap.
private final class Overlap: Sendable {
    private let counts = Mutex((now: 0, most: 0, total: 0))

    func measure(_ body: () -> Void) {
        counts.withLock {
            $0.now += 1
            $0.total += 1
            $0.most = max($0.most, $0.now)
        }
        body()
        counts.withLock { $0.now -= 1 }
    }

    var most: Int { counts.withLock(\.most) }
    var total: Int { counts.withLock(\.total) }
}

struct TaskRunnerTests {
    private func outcome(of type: TaskType, _ data: String = "data") throws -> Result<String, TaskFailure> {
        let loop = try EventLoop()
        defer { loop.close() }
        let runner = try TaskRunner(on: loop)
        defer { runner.close() }
        var outcome: Result<String, TaskFailure>?
        runner.start(type, for: .first, data: data) { outcome = $0 }
        loop.run { outcome != nil }
        return try #require(outcome)
    }

    @Test func aFunctionRunsAfterItsDelay() throws {
        let start = ContinuousClock.now
        let type = TaskType(name: "t", delay: .milliseconds(30)) {
            #expect(ContinuousClock.now - start >= .milliseconds(30))
            return "\($0)!"
        }
        #expect(try outcome(of: type) == .success("data!"))
    }

    @Test func aFunctionThatThrowsFailsItsTask() throws {
        let type = TaskType(name: "t", delay: .zero) { _ in throw TestError() }
        #expect(try outcome(of: type) == .failure(TaskFailure(.failed, "it broke")))
    }

    @Test func anInterruptEndsTheDelay() throws {
        let loop = try EventLoop()
        let runner = try TaskRunner(on: loop)
        runner.run?.interrupt(.testShutDown)
        var outcome: Result<String, TaskFailure>?
        runner.start(TaskType(name: "t", delay: .seconds(600)) { $0 }, for: .first, data: "") { outcome = $0 }
        runner.run?.interrupt(.testShutDown)
        loop.run { outcome != nil }
        runner.close()
        #expect(throws: TaskFailure.testShutDown) { try outcome?.get() }
        loop.close()
    }

    @Test func aServerContinuesAfterFailedTasks() throws {
        let types = [
            TaskType(name: "bad", delay: .zero) { _ in throw TestError() }, TaskType(name: "good", delay: .zero) { $0 },
        ]
        let dialogue = try Dialogue(types: types)
        let client = try dialogue.connect()
        for name in ["bad", "bad", "good"] {
            try client.send(#"{"type":"run","task_name":"\#(name)","data":"x"}"#)
        }
        client.expect(#"{"task_id":1}"#, #"{"task_id":2}"#, #"{"task_id":3}"#)
        for id in [1, 2, 3] { try client.send(#"{"type":"status","task_id":\#(id)}"#) }
        client.expect(#"{"status":"error"}"#, #"{"status":"error"}"#, #"{"status":"success"}"#)
        try client.send(#"{"type":"get_result","task_id":1}"#)
        client.expect(#"{"status":"error","data":null}"#)
        dialogue.end()
    }

    @Test func functionsNeverOverlap() throws {
        let overlap = Overlap()
        let type = TaskType(name: "t", delay: .microseconds(100)) { data in
            overlap.measure { usleep(200) }
            return data
        }
        let dialogue = try Dialogue(timeScale: 1, types: [type])
        let clients = try (1...4).map { _ in try dialogue.connect() }
        for client in clients {
            try client.send(String(repeating: #"{"type":"run","task_name":"t","data":""}"#, count: 50))
        }
        dialogue.wait("all tasks") { dialogue.server.queue.running == nil && overlap.total == 200 }
        #expect(overlap.most == 1)
        dialogue.end()
    }
}
