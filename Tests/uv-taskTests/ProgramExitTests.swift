import TaskCore
import TaskProtocol
import Testing

@testable import uv_task

struct ProgramExitTests {
    @Test func theNumbers() {
        #expect(ProgramExit.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 6, 64, 74, 130])
    }

    @Test func ofRefusals() {
        let unknown: [RequestError.Code] = [.unknownTask, .expired, .restarted]
        #expect(unknown.map { ProgramExit($0) } == [.unknownTask, .unknownTask, .unknownTask])
        for code in RequestError.Code.all where !unknown.contains(code) { #expect(ProgramExit(code) == .refused) }
        #expect(ProgramExit(RequestError.Code(rawValue: "of a later version")) == .refused)
    }

    @Test func ofOutcomes() {
        #expect(TaskState.allCases.map { ProgramExit(forOutcome: $0).rawValue } == [2, 2, 0, 1])
    }

    @Test func theHighestWins() {
        #expect([ProgramExit.success, .unknownTask, .taskFailed].max() == .unknownTask)
    }
}
