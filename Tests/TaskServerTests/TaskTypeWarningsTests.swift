import TaskCore
import Testing

@testable import TaskServer

struct TaskTypeWarningsTests {
    private func missing(_ program: String, in directory: String? = nil, path: String? = nil) -> [String] {
        var command = Command([CommandArgument(program), CommandArgument("{data}")])
        command.directory = directory
        if let path { command.environment = ["PATH": path] }
        return TaskType(name: "a", work: .command(command)).missing
    }

    @Test func existingProgramsCauseNoWarning() {
        #expect(missing("sh") + missing("/bin/sh") + missing("bin/sh", in: "/") == [])
        #expect(missing("sh", in: "/", path: "none:bin") == [])
        #expect(TaskType.builtIn.flatMap(\.missing) == [])
    }

    @Test(arguments: [
        ("no-such-program", nil, "there is no program no-such-program in the PATH; until there is, its tasks fail"),
        ("/no/such/program", nil, "there is no program /no/such/program; until there is, its tasks fail"),
        ("./tool", "/", "there is no program ./tool in /; until there is, its tasks fail"),
        (
            "etc/passwd", "/",
            "etc/passwd is not an executable file (chmod +x makes a script executable); until it is, its tasks fail"
        ),
        ("sh", "/no/such/one", "there is no directory /no/such/one; until there is, its tasks fail"),
        ("bin/tool", "/no/such/one", "there is no directory /no/such/one; until there is, its tasks fail"),
    ]) func whatIsMissingIsReportedOnce(program: String, directory: String?, warning: String) {
        #expect(missing(program, in: directory) == ["task type a: \(warning)"])
    }

    @Test func programAndDirectoryMayBothBeMissing() {
        #expect(missing("/no/program", in: "/no/such/one").count == 2)
        #expect(missing("sh", path: "/none").count == 1, "the PATH is that of the command")
    }

    @Test(arguments: [
        ("sh -c x", "(write each argument as a string of its own)"),
        ("~/tool", "(no shell reads this: write the whole path)"),
    ]) func shellSyntaxIsExplained(program: String, advice: String) {
        #expect(missing(program).first?.contains(advice) == true)
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
