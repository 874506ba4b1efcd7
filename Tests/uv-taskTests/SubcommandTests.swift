import ArgumentParser
import TaskCore
import TaskProtocol
import Testing

@testable import uv_task

private func parse<Command: Subcommand>(_ command: Command.Type, _ arguments: String...) throws -> Command {
    try #require(try TaskCommand.parseAsRoot(arguments) as? Command)
}

/// The message of a usage error.
private func misuse(_ arguments: String...) throws -> String { try misuse(arguments) }

private func misuse(_ arguments: [String]) throws -> String {
    let error = try #require(throws: (any Error).self) { _ = try TaskCommand.parseAsRoot(arguments) }
    #expect(TaskCommand.exitCode(for: error) == .validationFailure)
    return TaskCommand.message(for: error)
}

struct SubcommandTests {
    @Test func connectionOptionsStandBeforeOrAfterTheCommandAndTheLaterOnesWin() throws {
        let before = try parse(InfoCommand.self, "--host", "a", "--port", "1", "info").connection
        #expect(before.host == "a" && before.port == 1 && before.connectTimeout == nil)
        let after = try parse(InfoCommand.self, "info", "--host", "a", "--connect-timeout", "2s").connection
        #expect(after.host == "a" && after.port == nil && after.connectTimeout == 2000)
        let both = try parse(StatusCommand.self, "--port", "1", "--host", "a", "status", "7", "--port", "2").connection
        #expect(both.host == "a" && both.port == 2)
        let neither = try parse(StatsCommand.self, "stats").connection
        #expect(neither.host == nil && neither.port == nil && neither.connectTimeout == nil)
    }

    @Test func runTakesItsOptions() throws {
        let plain = try parse(RunCommand.self, "run", "echo", "x")
        #expect(plain.taskName == "echo" && plain.data == "x" && plain.key == nil && !plain.eachLine && !plain.exact)
        #expect(!plain.waits && plain.timeout.milliseconds == nil && !plain.json.isOn && plain.output.file == nil)
        let full = try parse(
            RunCommand.self, "run", "--wait", "echo", "--timeout", "1.5s", "x", "--key", "-k", "--json")
        #expect(full.waits && full.timeout.milliseconds == 1500 && full.key == "-k" && full.json.isOn)
        #expect(full.data == "x")
        let lines = try parse(RunCommand.self, "run", "echo", "--each-line", "--wait", "--timeout", "2")
        #expect(lines.eachLine && lines.waits && lines.timeout.milliseconds == 2000 && lines.data == nil)
        #expect(try parse(RunCommand.self, "run", "echo", "--exact").exact)
    }

    @Test(arguments: ["", "-", "-5", "--data"]) func dataAfterDashesIsTakenUnchanged(data: String) throws {
        #expect(try parse(RunCommand.self, "run", "echo", "--", data).data == data)
    }

    @Test(arguments: [
        ["echo", "--timeout", "3"], ["echo", "x", "--exact"], ["echo", "--each-line", "--key", "k"],
        ["echo", "--each-line", "--exact"], ["echo", "--each-line", "x"], ["echo", "x", "--key", ""],
        ["echo", "x", "y"], [], ["echo", "x", "--timeout", "0"], ["echo", "x", "--output", "f"],
        ["echo", "x", "--wait", "--output", ""], ["echo", "x", "--wait", "--json", "--output", "f"],
        ["echo", "--wait", "--each-line", "--output", "f"],
    ]) func contradictoryOptionsOfRunAreUsageErrors(arguments: [String]) throws {
        let error = try #require(throws: (any Error).self) { _ = try TaskCommand.parseAsRoot(["run"] + arguments) }
        #expect(TaskCommand.exitCode(for: error) == .validationFailure)
    }

    @Test func taskCommandsTakeIDsAndAnInstance() throws {
        let instance = "0123456789abcdef"
        let status = try parse(StatusCommand.self, "status", "3", "4", "--instance", instance)
        #expect(status.tasks.ids == [3, 4] && status.tasks.instance == InstanceID(instance) && !status.json.isOn)
        let result = try parse(ResultCommand.self, "result", "--wait", "3", "--timeout", "1", "--instance", instance)
        #expect(result.tasks.ids == [3] && result.waits && result.timeout.milliseconds == 1000)
        #expect(result.tasks.instance == InstanceID(instance))
        let wait = try parse(WaitCommand.self, "wait", "3", "--json", "--timeout", "500ms", "--instance", instance)
        #expect(wait.json.isOn && wait.timeout.milliseconds == 500 && wait.tasks.instance == InstanceID(instance))
        #expect(try parse(CancelCommand.self, "cancel", "3", "--instance", instance).tasks.instance != nil)
    }

    @Test func aResultMayGoToAFile() throws {
        let run = try parse(RunCommand.self, "run", "echo", "x", "--wait", "--output", "-f")
        #expect(run.output.file == "-f" && run.waits)
        #expect(try parse(ResultCommand.self, "result", "7", "--output", "-").output.file == "-")
        #expect(try parse(ResultCommand.self, "result", "7").output.file == nil)
        #expect(try misuse("result", "7", "8", "--output", "f") == "--output takes the result of one task")
        #expect(
            try misuse("result", "7", "--json", "--output", "f") == "--output and --json exclude each other")
        #expect(try misuse("result", "7", "--output", "").hasPrefix("--output takes the name of a file"))
    }

    @Test func logTakesOneTask() throws {
        let log = try parse(LogCommand.self, "log", "7")
        #expect(log.id == 7 && log.instance.value == nil && log.offset == 0 && !log.follow && !log.json.isOn)
        let more = try parse(
            LogCommand.self, "log", "--follow", "7", "--offset", "12", "--instance", "0123456789abcdef", "--json")
        #expect(more.follow && more.offset == 12 && more.json.isOn)
        #expect(more.instance.value == InstanceID("0123456789abcdef"))
        for wrong in [["log"], ["log", "7", "8"], ["log", "0"], ["log", "7", "--offset", "-1"]] {
            let error = try #require(throws: (any Error).self) { _ = try TaskCommand.parseAsRoot(wrong) }
            #expect(TaskCommand.exitCode(for: error) == .validationFailure)
        }
    }

    @Test func listTakesAStateAndANumber() throws {
        let list = try parse(ListCommand.self, "list")
        #expect(list.status == nil && list.last == 20 && !list.json.isOn)
        let other = try parse(ListCommand.self, "list", "--status", "error", "--last", "5000", "--json")
        #expect(other.status == .error && other.last == 5000 && other.json.isOn)
    }

    @Test func everyCommandTakesJSONAndTheConnection() {
        for command in TaskCommand.configuration.subcommands {
            let help = TaskCommand.helpMessage(for: command)
            for option in ["--json", "--host", "--port", "--connect-timeout"] { #expect(help.contains(option)) }
            #expect(help.contains("Exit codes: ") && !help.contains("--action"))
        }
    }

    @Test func aBadIDInstanceOrStateIsExplained() throws {
        for text in ["0", "x", "9007199254740992"] {
            #expect(try misuse("status", text).contains("a task id is a whole number of at least 1"))
        }
        #expect(try misuse("status", "1", "--instance", "x").contains("16 lower-case hexadecimal digits"))
        #expect(try misuse("list", "--status", "done").contains("it takes one of waiting, execute, success, error"))
    }

    @Test func aNegativeNumberAsDataGetsAHint() {
        #expect(TaskCommand.hint(["run", "echo", "-5"]) == TaskCommand.dataAfterDashes)
        #expect(TaskCommand.hint(["run", "echo", "--", "-5"]) == nil)
        #expect(TaskCommand.hint(["run", "echo", "--wait"]) == nil)
        #expect(TaskCommand.hint(["status", "-5"]) == nil)
    }

    @Test func dataIsOneArgument() throws {
        #expect(try misuse("run", "echo", "two", "words").hasPrefix("DATA is one argument"))
    }

    @Test func aCommandTakesNoLegacyOption() throws {
        for arguments in [["-d", "x"], ["-dx"]] {
            #expect(
                try misuse(["run", "echo"] + arguments)
                    == "--data is a legacy option, which run does not take; \(TaskCommand.dataAfterDashes)")
        }
        #expect(
            try misuse("status", "1", "-r", "5")
                == "--receiving_buffer_size is a legacy option, which status does not take")
    }

    @Test func anUnknownCommandGetsAHint() {
        #expect(TaskCommand.hint(["rnu"]) == "did you mean the command 'run'?")
        #expect(TaskCommand.hint(["stat", "1"]) == "did you mean the command 'stats'?")
        #expect(TaskCommand.hint(["frobnicate"])?.hasPrefix("the commands are run, result, ") == true)
        #expect(TaskCommand.hint(["-a", "rnu"]) == nil)
        #expect(TaskCommand.hint([]) == nil)
    }
}
