import ArgumentParser
import TaskCore
import TaskProtocol
import Testing

@testable import uv_task

struct ProgramExitTests {
    @Test func theCodes() {
        #expect(ProgramExit.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 6, 64, 74, 130])
    }

    @Test func theHelpListsEveryCode() {
        let help = TaskCommand.helpMessage()
        for exit in ProgramExit.allCases { #expect(help.contains("\n  \(exit.rawValue) ")) }
    }

    @Test func refusals() {
        let unknown: [Refusal.Code] = [.unknownTask, .expired, .restarted]
        #expect(unknown.map { ProgramExit($0) } == [.unknownTask, .unknownTask, .unknownTask])
        for code in Refusal.Code.all where !unknown.contains(code) { #expect(ProgramExit(code) == .refused) }
        #expect(ProgramExit(Refusal.Code(rawValue: "of a later version")) == .refused)
    }

    @Test func outcomes() {
        #expect(TaskState.allCases.map { ProgramExit(forOutcome: $0).rawValue } == [2, 2, 0, 1])
    }

    @Test func codesAreOrdered() {
        #expect([ProgramExit.success, .unknownTask, .taskFailed].max() == .unknownTask)
    }
}
