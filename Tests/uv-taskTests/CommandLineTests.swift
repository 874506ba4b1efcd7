import ArgumentParser
import Testing

@testable import uv_task

private func parse<Command: ParsableCommand>(_ command: Command.Type, _ line: String) throws -> Command {
    try #require(try TaskCommand.parseAsRoot(line.split(separator: " ").map(String.init)) as? Command)
}

struct CommandLineTests {
    @Test func connectionOptionsStandBeforeOrAfterTheCommandAndTheLaterOnesWin() throws {
        let options = try parse(StatusCommand.self, "--port 1 --host a status 7 --port 2 --connect-timeout 2s")
            .connection
        #expect(options.host == "a" && options.port == 2 && options.connectTimeout == 2000)
    }

    @Test func valuesOfOptionsMayBeginWithADash() throws {
        let run = try parse(RunCommand.self, "run --wait echo --timeout 1.5s x --key -k --output -f")
        #expect(run.waits && run.timeout.milliseconds == 1500 && run.key == "-k" && run.data == "x")
        #expect(run.output.file == "-f")
    }

    @Test(arguments: ["", "-", "-5", "--data"]) func dataAfterDashesIsTakenUnchanged(data: String) throws {
        let command = try TaskCommand.parseAsRoot(["run", "echo", "--", data])
        #expect((command as? RunCommand)?.data == data)
    }

    /// In the line, `''` is an empty word.
    @Test(arguments: [
        ("run echo x y", "DATA is one argument; quote it"), ("run echo --timeout 3", "--timeout needs --wait"),
        ("run echo x --exact", "--exact needs data from stdin"),
        ("run echo --each-line --key k", "--key and --each-line"),
        ("run echo --each-line --exact", "--exact and --each-line"),
        ("run echo --each-line x", "--each-line reads stdin"),
        ("run echo x --key ''", "--key takes a text of 1 to 128 bytes"),
        ("run echo x --key \(String(repeating: "ы", count: 65))", "--key takes a text of 1 to 128 bytes"),
        ("run echo x --wait --timeout 0", "it takes a time of at least 1ms"),
        ("run echo x --output f", "--output needs --wait"),
        ("run echo x --wait --output ''", "--output takes the name of"),
        ("run echo x --wait --json --output f", "--output and --json exclude each other"),
        ("run echo --wait --each-line --output f", "--output and --each-line exclude each other"),
        ("result 7 8 --output f", "--output takes the result of one task"),
        ("result 7 --timeout 1", "--timeout needs --wait"), ("status 0", "a task id is a whole number of at least 1"),
        ("status 9007199254740992", "a task id is a whole number"), ("log 7 --offset -1", "a whole number from 0"),
        ("status 1 --instance x", "16 lower-case hexadecimal digits"),
        ("list --last 0", "it takes a whole number from 1 to 1073741824"),
        ("list --status done", "it takes one of waiting, execute, success, error"),
        ("info --socket /s --host h", "--socket excludes --host"), ("info --socket /s --port 1", "--socket excludes"),
        ("proxy --ssh gpu", "takes no --ssh"),
        ("run echo -dx", "--data is a legacy option, which run does not take; \(TaskCommand.dataAfterDashes)"),
        ("status 1 -r 5", "--receiving_buffer_size is a legacy option, which status does not take"),
    ]) func aUsageErrorIsExplained(line: String, sentence: String) throws {
        let words = line.split(separator: " ").map { $0 == "''" ? "" : String($0) }
        let error = try #require(throws: (any Error).self) { try TaskCommand.parseAsRoot(words) }
        #expect(TaskCommand.exitCode(for: error) == .validationFailure)
        #expect(TaskCommand.message(for: error).contains(sentence))
    }

    @Test(
        arguments: [
            ("run echo -5", TaskCommand.dataAfterDashes), ("run echo -- -5", nil), ("run echo --wait", nil),
            ("status -5", nil), ("-a rnu", nil),
            ("rnu", "did you mean the command 'run'?"), ("stat 1", "did you mean the command 'stats'?"),
            ("frobnicate", "the commands are run, result, wait, status, log, cancel, list, watch, stats, info, proxy"),
        ] as [(String, String?)])
    func anUnknownCommandAndANegativeNumberGetAdvice(line: String, hint: String?) {
        #expect(TaskCommand.hint(line.split(separator: " ").map(String.init)) == hint)
    }
}
