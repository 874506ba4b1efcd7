import TaskCore
import Testing

@testable import TaskServer

struct TaskTypeWarningsTests {
    private func missing(_ program: String, directory: String? = nil, path: String? = nil) -> [String] {
        var command = Command([CommandArgument(program), CommandArgument("{data}")])
        command.directory = directory
        if let path { command.environment = ["PATH": path] }
        return TaskType(name: "a", work: .command(command)).missing
    }

    @Test func existingProgramsCauseNoWarning() {
        #expect(missing("sh") == [])
        #expect(missing("/bin/sh") == [])
        #expect(missing("bin/sh", directory: "/") == [])
        #expect(missing("sh", directory: "/", path: "none:bin") == [])
        #expect(TaskType.builtIn.flatMap(\.missing) == [])
    }

    @Test func missingProgramsAreReported() {
        #expect(
            missing("no-such-program") == [
                "task type a: there is no program no-such-program in the PATH; until there is, its tasks fail"
            ])
        #expect(missing("sh", path: "/none").count == 1)
        #expect(
            missing("/no/such/program") == [
                "task type a: there is no program /no/such/program; until there is, its tasks fail"
            ])
        #expect(
            missing("./tool", directory: "/") == [
                "task type a: there is no program ./tool in /; until there is, its tasks fail"
            ])
    }

    @Test func shellSyntaxIsExplained() {
        #expect(missing("sh -c x").first?.contains("(write each argument as a string of its own)") == true)
        #expect(missing("~/tool").first?.contains("(no shell reads this: write the whole path)") == true)
    }

    @Test func aFileThatIsNotExecutableIsReported() {
        #expect(
            missing("etc/passwd", directory: "/") == [
                "task type a: etc/passwd is not an executable file (chmod +x makes a script executable); until it is, its tasks fail"
            ])
    }

    @Test func aMissingDirectoryIsReportedOnce() {
        let line = "task type a: there is no directory /no/such/one; until there is, its tasks fail"
        #expect(missing("sh", directory: "/no/such/one") == [line])
        #expect(missing("bin/tool", directory: "/no/such/one") == [line])
        #expect(missing("/no/program", directory: "/no/such/one").count == 2)
    }

    @Test func resultsThatExceedTheServersMemoryAreReported() {
        var command = Command([CommandArgument([.literal("sh")])])
        command.maximumOutput = 10
        let type = TaskType(name: "a", work: .command(command))
        #expect(type.excess(over: 10) == nil)
        #expect(
            type.excess(over: 9)
                == "task type a: max_output is more than --max-memory, 9 bytes; a client that waits for a larger result may be disconnected"
        )
        #expect(TaskType.builtIn.allSatisfy { $0.excess(over: 1) == nil })
    }
}
