import ArgumentParser
import Libuv

/// A command that talks to the server.
protocol ClientCommand {
    var connection: ConnectionOptions { get }

    /// Whether the command prints the server's replies themselves, for `--json`.
    var printsReplies: Bool { get }

    var search: ServerSearch { get }

    /// - Throws: `CommandEnd` if its sentence is still to be printed.
    func perform(_ context: ClientContext) throws(CommandEnd) -> ProgramExit
}

extension ClientCommand {
    var search: ServerSearch { .everywhere }

    /// Performs the command, reports a failure on stderr, and returns the exit code.
    func run(on console: Console) -> Int32 {
        do throws(CommandEnd) {
            return try perform(ClientContext(connection, search, console, printsReplies: printsReplies)).rawValue
        } catch {
            // If stdout cannot be written, stderr and the exit code still report the refusal.
            if printsReplies, let reply = error.reply { try? console.write(reply) }
            if let sentence = error.sentence { console.say(sentence) }
            return error.code
        }
    }

    /// Performs the command with the streams and signals of this process, and exits.
    func runProcess() -> Never {
        prepareProcess()
        let code = run(on: .ofProcess())
        // On a terminal, ^C must also end the loop or script around the program.
        if code == ProgramExit.interrupted.rawValue, Terminal(.error) != nil { exitProcess(by: .interrupt) }
        exitProcess(code)
    }
}

/// A command that is given by its name.
protocol NamedCommand: ParsableCommand, ClientCommand {
    var root: TaskCommand { get }

    /// - Throws: `ValidationError` if the options contradict each other.
    func check() throws
}

/// A command that sends requests and can print their replies.
protocol Subcommand: NamedCommand {
    var json: JSONOption { get }
}

extension Subcommand {
    var printsReplies: Bool { json.isOn }
}

extension NamedCommand {
    func check() throws {}

    func validate() throws {
        // The parser accepts the options of the root command after a command, too.
        if let option = root.legacy.given {
            let name = Self.configuration.commandName ?? ""
            let hint = self is RunCommand ? "; \(TaskCommand.dataAfterDashes)" : ""
            throw ValidationError("\(option) is a legacy option, which \(name) does not take\(hint)")
        }
        try check()
    }

    func run() { runProcess() }
}

/// Why a command ends early.
struct CommandEnd: Error {
    let code: Int32
    /// For stderr; nil if there is nothing to say.
    let sentence: String?
    /// The refusal as `--json` prints it; nil without a refusal.
    let reply: String?

    init(_ exit: ProgramExit, _ sentence: String?, reply: String? = nil) {
        code = exit.rawValue
        self.sentence = sentence
        self.reply = reply
    }

    /// The code by which shells report a signal: 128 plus its number.
    init(_ signal: Signal, _ sentence: String?) {
        code = 128 + signal.number
        self.sentence = sentence
        reply = nil
    }
}
