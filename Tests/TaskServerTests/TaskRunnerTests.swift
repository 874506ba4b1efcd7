import TaskCore
import Testing

@testable import TaskServer

private struct TestError: Error, CustomStringConvertible {
    let description: String
}

/// Tasks that are functions. `CommandRunTests` and `CommandEndTests` are about commands.
struct TaskRunnerTests {
    @Test(arguments: ["it broke", String(repeating: "x", count: 5000)])
    func aFunctionThatThrowsFailsItsTask(message: String) throws {
        let type = TaskType(name: "t", delay: .milliseconds(1)) { _ in throw TestError(description: message) }
        #expect(try TaskTrial.failure(of: type) == TaskFailure(.failed, String(message.prefix(4096))))
    }

    /// The first interrupt names the failure.
    @Test func anInterruptEndsTheDelay() throws {
        let type = TaskType(name: "t", delay: .seconds(3600)) { $0 }
        let outcome = try TaskTrial.outcome(of: type) {
            $0.run?.interrupt(.shutDownWhileRunning)
            $0.run?.interrupt(.cancelledWhileRunning)
        }
        #expect(outcome == .failure(.shutDownWhileRunning))
    }
}
