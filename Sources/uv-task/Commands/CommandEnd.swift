import Libuv
import TaskClient

/// Why a command ends before it is done.
package struct CommandEnd: Error {
    let code: Int32
    /// What is to be said on stderr; nil where it was said.
    let sentence: String?
    /// The server's refusal of the whole connection; nil where it refused none.
    let refusal: Answer?

    init(_ exit: ProgramExit, _ sentence: String?, _ refusal: Answer? = nil) {
        code = exit.rawValue
        self.sentence = sentence
        self.refusal = refusal
    }

    /// As shells know it: 128 and the signal's number.
    init(_ signal: Signal, _ sentence: String?) {
        code = 128 + signal.number
        self.sentence = sentence
        refusal = nil
    }
}

/// One call of the program: what it asks, and what it prints.
package protocol ClientCommand {
    /// Whether the server's replies themselves are printed.
    var isJSON: Bool { get }

    /// - Returns: the exit code where there is nothing more to say.
    func perform(_ context: CommandContext) throws(CommandEnd) -> ProgramExit
}

extension ClientCommand {
    /// Performs the command, and says on stderr why it could not be done.
    ///
    /// - Returns: the exit code of the process.
    package func run(_ options: ConnectionChoice, on console: Console) -> Int32 {
        do throws(CommandEnd) {
            return try perform(CommandContext(options, console, keepsTexts: isJSON)).rawValue
        } catch {
            // Where stdout takes nothing, stderr and the exit code tell of the refusal all the same.
            if isJSON, let refusal = error.refusal { try? console.write(json: refusal) }
            if let sentence = error.sentence { console.say(sentence) }
            return error.code
        }
    }

    /// Performs the command with this process's streams and signals, and ends the process.
    package func runProcess(_ options: ConnectionChoice) -> Never {
        prepareProcess()
        let code = run(options, on: .ofProcess())
        // ^C on a terminal is meant for the loop or script around it, too.
        if code == ProgramExit.interrupted.rawValue, Terminal(.error) != nil { leaveProcess(by: .interrupt) }
        leaveProcess(code)
    }
}
