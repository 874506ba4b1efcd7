import ArgumentParser
import TaskCore
import TaskProtocol
import Testing

@testable import uv_task

private func parse<Command: Subcommand>(_ command: Command.Type, _ arguments: String...) throws -> Command {
    try #require(try TaskCommand.parseAsRoot(arguments) as? Command)
}

private func command<Command: ClientCommand>(_ type: Command.Type, _ arguments: String...) throws -> Command {
    let parsed = try #require(try TaskCommand.parseAsRoot(arguments) as? any Subcommand)
    return try #require(parsed.command() as? Command)
}

/// The message of a usage error.
private func misuse(_ arguments: String...) throws -> String {
    let error = try #require(throws: (any Error).self) { _ = try TaskCommand.parseAsRoot(arguments) }
    #expect(TaskCommand.exitCode(for: error) == .validationFailure)
    let message = TaskCommand.message(for: error)
    let help = TaskCommand.fullMessage(for: error)
    let name = ["run", "result", "status", "list"].first { help.contains("See 'uv-task \($0) --help'") }
    return Misuse.explain(message, name.map { "uv-task \($0)" } ?? "uv-task", arguments) ?? message
}

struct SubcommandTests {
    @Test func connectionOptionsBeforeAndAfterTheCommandTheLaterOnesWinning() throws {
        let before = try parse(TaskCommand.Info.self, "--host", "a", "--port", "1", "info")
        #expect(before.connection.choice == ConnectionChoice(host: "a", port: 1))
        let after = try parse(TaskCommand.Info.self, "info", "--host", "a", "--connect-timeout", "2s")
        #expect(after.connection.choice == ConnectionChoice(host: "a", connectTimeout: 2000))
        let both = try parse(TaskCommand.Status.self, "--port", "1", "--host", "a", "status", "7", "--port", "2")
        #expect(both.connection.choice == ConnectionChoice(host: "a", port: 2))
        let neither = try parse(TaskCommand.Stats.self, "stats")
        #expect(neither.connection.choice == ConnectionChoice())
    }

    @Test func runWithData() throws {
        let plain = try command(RunCommand.self, "run", "echo", "x")
        #expect(plain.taskName == "echo" && plain.data == .given("x") && plain.key == nil)
        #expect(!plain.waits && plain.timeout == nil && !plain.isJSON)
        #expect(try command(RunCommand.self, "run", "echo", "").data == .given(""))
        #expect(try command(RunCommand.self, "run", "echo", "--", "-5").data == .given("-5"))
        #expect(try command(RunCommand.self, "run", "echo", "--", "--data").data == .given("--data"))
        let full = try command(
            RunCommand.self, "run", "--wait", "echo", "--timeout", "1.5s", "x", "--key", "-k", "--json")
        #expect(full.waits && full.timeout == 1500 && full.key == "-k" && full.isJSON && full.data == .given("x"))
    }

    @Test func runWithDataFromTheInput() throws {
        #expect(try command(RunCommand.self, "run", "echo").data == .input(isExact: false))
        #expect(try command(RunCommand.self, "run", "echo", "-").data == .input(isExact: false))
        #expect(try command(RunCommand.self, "run", "echo", "--exact").data == .input(isExact: true))
        let lines = try command(EachLineCommand.self, "run", "echo", "--each-line", "--wait", "--timeout", "2")
        #expect(lines.taskName == "echo" && lines.waits && lines.timeout == 2000 && !lines.isJSON)
    }

    @Test(arguments: [
        ["echo", "--timeout", "3"], ["echo", "x", "--exact"], ["echo", "--each-line", "--key", "k"],
        ["echo", "--each-line", "--exact"], ["echo", "--each-line", "x"], ["echo", "x", "--key", ""],
        ["echo", "x", "y"], [], ["echo", "x", "--timeout", "0"], ["echo", "x", "--output", "f"],
        ["echo", "x", "--wait", "--output", ""], ["echo", "x", "--wait", "--json", "--output", "f"],
        ["echo", "--wait", "--each-line", "--output", "f"],
    ]) func optionsThatDoNotGoTogether(arguments: [String]) throws {
        let error = try #require(throws: (any Error).self) { _ = try TaskCommand.parseAsRoot(["run"] + arguments) }
        #expect(TaskCommand.exitCode(for: error) == .validationFailure)
    }

    @Test func questionsAboutTasks() throws {
        let instance = "0123456789abcdef"
        let status = try command(StatusCommand.self, "status", "3", "4", "--instance", instance)
        #expect(
            status.tasks.ids.map(\.rawValue) == [3, 4] && status.tasks.instance == InstanceID(instance)
                && !status.isJSON)
        let result = try command(ResultCommand.self, "result", "--wait", "3", "--timeout", "1", "--instance", instance)
        #expect(result.tasks.ids.map(\.rawValue) == [3] && result.waits && result.timeout == 1000)
        #expect(result.tasks.instance == InstanceID(instance))
        let wait = try command(WaitCommand.self, "wait", "3", "--json", "--timeout", "500ms", "--instance", instance)
        #expect(wait.isJSON && wait.timeout == 500 && wait.tasks.instance == InstanceID(instance))
        #expect(try command(CancelCommand.self, "cancel", "3", "--instance", instance).tasks.instance != nil)
    }

    @Test func resultsForFiles() throws {
        let run = try command(RunCommand.self, "run", "echo", "x", "--wait", "--output", "-f")
        #expect(run.file == "-f" && run.waits)
        #expect(try command(ResultCommand.self, "result", "7", "--output", "-").file == "-")
        #expect(try command(ResultCommand.self, "result", "7").file == nil)
        #expect(try misuse("result", "7", "8", "--output", "f") == "--output is for the result of one task.")
        #expect(
            try misuse("result", "7", "--json", "--output", "f") == "--output and --json do not go together.")
        #expect(try misuse("result", "7", "--output", "").hasPrefix("--output takes the name of a file"))
    }

    @Test func logs() throws {
        let log = try command(LogCommand.self, "log", "7")
        #expect(log.id == TaskID(rawValue: 7) && log.instance == nil && log.offset == 0 && !log.follows && !log.isJSON)
        let more = try command(
            LogCommand.self, "log", "--follow", "7", "--offset", "12", "--instance", "0123456789abcdef", "--json")
        #expect(more.follows && more.offset == 12 && more.instance == InstanceID("0123456789abcdef") && more.isJSON)
        for wrong in [["log"], ["log", "7", "8"], ["log", "0"], ["log", "7", "--offset", "-1"]] {
            let error = try #require(throws: (any Error).self) { _ = try TaskCommand.parseAsRoot(wrong) }
            #expect(TaskCommand.exitCode(for: error) == .validationFailure)
        }
    }

    @Test func questionsAboutTheServer() throws {
        let list = try command(ListCommand.self, "list")
        #expect(list.state == nil && list.last == 20 && !list.isJSON)
        let other = try command(ListCommand.self, "list", "--status", "error", "--last", "5000", "--json")
        #expect(other.state == .error && other.last == 5000 && other.isJSON)
        #expect(try command(WatchCommand.self, "watch", "--json").isJSON)
        #expect(try command(ServerCommand.self, "stats").question == .stats)
        #expect(try command(ServerCommand.self, "info").question == .info)
    }

    @Test func everyCommandTakesJSONAndTheConnection() {
        for command in TaskCommand.configuration.subcommands {
            let help = TaskCommand.helpMessage(for: command)
            for option in ["--json", "--host", "--port", "--connect-timeout"] { #expect(help.contains(option)) }
            #expect(help.contains("Exit codes: ") && !help.contains("--action"))
        }
    }

    @Test func whatIsNoID() throws {
        for text in ["0", "x", "9007199254740992"] {
            #expect(try misuse("status", text).contains("a task id is a whole number from 1 up"))
        }
        #expect(try misuse("status", "1", "--instance", "x").contains("16 hexadecimal digits"))
        #expect(try misuse("list", "--status", "done").contains("'waiting'"))
    }

    @Test func dataThatLooksLikeAnOption() throws {
        for data in ["-5", "--hello"] {
            #expect(try misuse("run", "echo", data) == "Unknown option '\(data)' \(Misuse.dataWithDash).")
        }
        #expect(try misuse("run", "echo", "-d", "x") == Misuse.noOption("-d", of: "run"))
        #expect(try misuse("run", "-d", "x") == Misuse.noOption("-d", of: "run"))
        #expect(try misuse("run", "echo", "-w") == Misuse.noOption("-w", of: "run"))
        #expect(try misuse("run", "echo", "-dx").contains(Misuse.dataWithDash))
        #expect(try misuse("status", "1", "-r", "5") == "'-r' is no option of status.")
    }

    @Test func commandsThatThereAreNot() throws {
        #expect(try misuse("rnu") == "There is no command 'rnu'. Did you mean 'run'?")
        #expect(try misuse("stat", "1") == "There is no command 'stat'. Did you mean 'stats'?")
        #expect(try misuse("--host", "h", "frobnicate").hasPrefix("There is no command 'frobnicate'; there are run, "))
    }
}
