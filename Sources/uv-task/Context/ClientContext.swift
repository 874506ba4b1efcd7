import TaskClient
import TaskCore

/// The streams, the server and the options of a command.
struct ClientContext {
    let console: Console
    let configuration: ClientConfiguration
    /// The connection options for the commands that messages suggest: ` --port 4322`.
    let options: String
    let printsReplies: Bool
    private let choice: ServerChoice

    init(
        _ connection: ConnectionOptions, _ search: ServerSearch, _ console: Console, printsReplies: Bool
    ) throws(CommandEnd) {
        self.console = console
        self.printsReplies = printsReplies
        options = connection.commandLine
        choice = try ServerChoice(
            connection, search, environment: console.environment, folderState: console.folderState)
        configuration = connection.configuration(for: choice.server)
    }

    /// Connects, and closes the connection after `body`.
    func connect<Result>(_ body: (Conversation) throws(CommandEnd) -> Result) throws(CommandEnd) -> Result {
        let conversation = try Conversation(self)
        defer { conversation.close() }
        return try body(conversation)
    }

    /// The users that tasks can have as submitters; nil if the server is on another machine, which has other users.
    var users: Console.Users? { configuration.server.isOnThisMachine ? console.users : nil }

    // MARK: Answers

    /// - Throws: `CommandEnd` if the request was refused.
    func reply<Reply>(_ answer: Answer<Reply>, of id: TaskID? = nil) throws(CommandEnd) -> Reply {
        switch answer.result {
        case .success(let reply): return reply
        case .failure(let refusal): throw end(refusal, answer.text, of: id)
        }
    }

    /// Prints the answers to requests about tasks, in order.
    ///
    /// - Parameter show: prints a reply and returns its exit code.
    /// - Returns: the highest exit code.
    func show<Reply>(
        _ answers: [Answer<Reply>], of ids: [TaskID], _ show: (TaskID, Reply) throws(CommandEnd) -> ProgramExit
    ) throws(CommandEnd) -> ProgramExit {
        var exit = ProgramExit.success
        for (id, answer) in zip(ids, answers) {
            exit = max(exit, try self.show(answer, of: id) { reply throws(CommandEnd) in try show(id, reply) })
        }
        return exit
    }

    func show<Reply>(
        _ answer: Answer<Reply>, of id: TaskID, _ show: (Reply) throws(CommandEnd) -> ProgramExit
    ) throws(CommandEnd) -> ProgramExit {
        if printsReplies { try console.write(jsonLine(answer.text, of: id)) }
        switch answer.result {
        case .success(let reply): return try show(reply)
        case .failure(let refusal):
            console.say(RefusalMessage.text(refusal, of: id, options: options))
            return ProgramExit(refusal.code)
        }
    }

    /// The line that `--json` prints for a reply.
    ///
    /// - Parameters:
    ///   - text: the server's message; nil if it was not kept.
    ///   - id: the id to add to replies that have none.
    func jsonLine(_ text: String?, of id: TaskID? = nil) -> String {
        text.map { JSONLine.line($0, for: id, isForTerminal: console.output.size() != nil) } ?? ""
    }

    // MARK: Failures

    /// The end of a command that received no answer.
    func end(_ error: ClientError) -> CommandEnd {
        switch error {
        case .lost, .closed, .cutOff, .sshLost:
            CommandEnd(
                .noConnection,
                "\(lostConnection(error)); uv-task info\(options) shows whether a daemon is there")
        case .refused(let refusal, let text): end(refusal, text)
        default:
            CommandEnd(
                error.isDenied ? .refused : .noConnection, TerminalText.escapedLine(error.description) + advice(error))
        }
    }

    /// `; TCP is not tried because /run/uv-task exists: …` if the server was found by a folder and cannot be used.
    private func advice(_ error: ClientError) -> String {
        guard let folder = choice.folder else { return "" }
        switch error {
        case .noSocket, .isNoSocket, .nothingListens, .notPermitted:
            return "; TCP is not tried because \(TerminalText.escapedLine(folder)) exists: name another server with "
                + "--host and --port"
        default: return ""
        }
    }

    func end(_ refusal: Refusal, _ text: String?, of id: TaskID? = nil) -> CommandEnd {
        CommandEnd(
            ProgramExit(refusal.code), RefusalMessage.text(refusal, of: id, options: options),
            reply: jsonLine(text, of: id))
    }

    /// `the connection to localhost:4321 was lost while task 7 was waited for (it was reset)`
    ///
    /// - Parameter activity: ` while …`, or nothing.
    func lostConnection(_ cause: ClientError, _ activity: String = "") -> String {
        let cause = TerminalText.escapedLine(cause.description)
        return
            "the connection to \(TerminalText.escapedLine(configuration.server.description)) was lost\(activity) (\(cause))"
    }
}
