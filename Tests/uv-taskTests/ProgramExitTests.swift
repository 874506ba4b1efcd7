import TaskCore
import TaskProtocol
import Testing

@testable import TaskClient
@testable import uv_task

struct ProgramExitTests {
    @Test func eachExitHasItsCode() {
        #expect(ProgramExit.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 6, 64, 74, 130])
        // The codes of the proxy that a client knows.
        let codes = [RemoteExit.denied, RemoteExit.noDaemon, RemoteExit.usage]
        #expect(codes == [ProgramExit.refused, .noConnection, .usage].map { Int($0.rawValue) })
        #expect([ProgramExit.success, .unknownTask, .taskFailed].max() == .unknownTask)
    }

    @Test func refusalsAndOutcomesHaveTheirExits() {
        let unknown: [Refusal.Code] = [.unknownTask, .expired, .restarted]
        for code in Refusal.Code.all + [Refusal.Code(rawValue: "of a later version")] {
            #expect(ProgramExit(code) == (unknown.contains(code) ? .unknownTask : .refused))
        }
        #expect(TaskState.allCases.map { ProgramExit(forOutcome: $0).rawValue } == [2, 2, 0, 1])
    }
}
