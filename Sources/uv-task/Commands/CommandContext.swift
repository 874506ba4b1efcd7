package import TaskClient
import TaskCore
import TaskProtocol

/// What a command line says about the connection; nil where it says nothing.
package struct ConnectionChoice: Equatable, Sendable {
    /// A name or an address.
    package var host: String?
    /// 1 to 65535.
    package var port: Int?
    /// In milliseconds.
    package var connectTimeout: UInt64?

    /// What is left out is not said.
    package init(host: String? = nil, port: Int? = nil, connectTimeout: UInt64? = nil) {
        self.host = host
        self.port = port
        self.connectTimeout = connectTimeout
    }

    /// The server to talk to: that of the command line, else that of `UV_TASK_HOST` and `UV_TASK_PORT`.
    ///
    /// - Parameter environment: a variable's value; nil where it is not set. An empty one counts as not set.
    /// - Throws: `BadEnvironment` where a variable that is needed makes no sense.
    package func configuration(_ environment: (String) -> String?) throws(BadEnvironment) -> ClientConfiguration {
        var configuration = ClientConfiguration()
        if let host = host ?? environment("UV_TASK_HOST").flatMap({ $0.isEmpty ? nil : $0 }) {
            configuration.host = host
        }
        if let port {
            configuration.port = port
        } else if let text = environment("UV_TASK_PORT"), !text.isEmpty {
            guard let port = Int(text), (1...65535).contains(port) else { throw BadEnvironment(port: text) }
            configuration.port = port
        }
        if let connectTimeout { configuration.connectTimeout = connectTimeout }
        return configuration
    }

    /// What a further command must be given to reach the same server: ` --host h --port 4322`, or nothing.
    var words: String {
        var words = ""
        if let host { words += " --host \(UsageWords.shellWord(host))" }
        if let port { words += " --port \(port)" }
        return words
    }
}

/// A variable of the environment that makes no sense.
package struct BadEnvironment: Error, CustomStringConvertible {
    let port: String

    /// One line for stderr.
    package var description: String { UsageWords.badPort(port) }
}

/// What every command is performed with.
package struct CommandContext {
    let console: Console
    let configuration: ClientConfiguration
    /// For the commands that are named in sentences: ` --port 4322`.
    let options: String
    /// Whether answers have the texts of the server's replies.
    let keepsTexts: Bool

    init(_ choice: ConnectionChoice, _ console: Console, keepsTexts: Bool) throws(CommandEnd) {
        self.console = console
        self.keepsTexts = keepsTexts
        options = choice.words
        do throws(BadEnvironment) {
            configuration = try choice.configuration(console.environment)
        } catch {
            throw CommandEnd(.usage, error.description)
        }
    }

    /// The server's host and port: `localhost:4321`
    var server: String { configuration.place }

    /// What to say where no answer comes.
    func end(_ error: ClientError) -> CommandEnd {
        switch error {
        case .lost, .closed, .cutOff:
            CommandEnd(.noConnection, UsageWords.lost(server, error.description, options: options))
        case .refused(let refusal, let text):
            CommandEnd(
                ProgramExit(refusal.code), RefusalWords.refused(refusal), Answer(reply: .refused(refusal), text: text))
        default: CommandEnd(.noConnection, error.description)
        }
    }

    /// What to say of a server that answers what uv-taskd never would.
    func foreign(_ reason: String) -> CommandEnd {
        end(.foreignAnswer(host: configuration.host, port: configuration.port, reason))
    }

    /// Connects, and closes the connection when `body` is done.
    func talk<Result>(_ body: (Conversation) throws(CommandEnd) -> Result) throws(CommandEnd) -> Result {
        let conversation = try Conversation(self)
        defer { conversation.close() }
        return try body(conversation)
    }
}

extension CommandContext {
    /// Says why a request on a task was refused.
    func refused(_ answer: Answer, of id: TaskID) -> ProgramExit {
        guard case .refused(let error) = answer.reply else { preconditionFailure("no reply to the request") }
        console.say(RefusalWords.refused(error, of: id, options: options))
        return ProgramExit(error.code)
    }

    /// Says why any other request was refused.
    func refused(_ answer: Answer) -> ProgramExit {
        guard case .refused(let error) = answer.reply else { preconditionFailure("no reply to the request") }
        console.say(RefusalWords.refused(error))
        return ProgramExit(error.code)
    }
}
