import Libuv
import TaskClient
import TaskCore
import TaskProtocol

/// Prints what tasks answered: results to stdout or to a file, everything else to stderr.
struct ResultOutput {
    let console: Console
    let isJSON: Bool
    /// Results are lines among others; a single one goes out as its bytes.
    let isLine: Bool
    /// How long the wait might take, in milliseconds.
    let timeout: Int?
    /// The life of the server whose task it is; nil for any.
    let instance: InstanceID?
    /// Where a single result goes, as it is; nil for stdout, and nothing that a terminal would obey.
    var file: String?

    /// What `file` is for stdout.
    private static let outputName = "-"

    /// Tries whether the file can be written, before anything is asked that may take long.
    static func check(_ file: String?) throws(CommandEnd) {
        guard let file, file != outputName else { return }
        do throws(UVError) {
            try OutputFile.check(file)
        } catch {
            throw CommandEnd(.cannotWrite, UsageWords.unwritable(file, error.message))
        }
    }

    /// - Returns: the exit code that the task's outcome comes to.
    func show(
        _ answer: Answer, of id: TaskID, in conversation: Conversation
    ) throws(CommandEnd) -> ProgramExit {
        if isJSON { try console.write(json: answer, for: id) }
        switch answer.reply {
        case .result(let result): return try show(result, of: id, in: conversation)
        case .refused(let error):
            console.say(RefusalWords.refused(error, of: id, options: conversation.context.options))
            return ProgramExit(error.code)
        default: preconditionFailure("no reply to a question for a result")
        }
    }

    private func show(
        _ result: Reply.TaskResult, of id: TaskID, in conversation: Conversation
    ) throws(CommandEnd) -> ProgramExit {
        if result.timedOut || !result.state.isFinal {
            let report = try standing(of: id, result.state, in: conversation)
            console.say(
                result.timedOut
                    ? WaitWords.timedOut(id, after: timeout, report)
                    : WaitWords.unfinished(id, report, call(conversation.context)))
            return result.timedOut ? .timedOut : .notFinished
        }
        if result.state == .error {
            console.say(WaitWords.failed(id, result.failure, call(conversation.context)))
        }
        if let data = result.data, !isJSON {
            guard let bytes = result.encoding == .base64 ? Base64.decode(data) : Array(data.utf8) else {
                throw conversation.context.foreign("a result that is not base64")
            }
            try write(bytes, isText: result.encoding == .text, of: id, call(conversation.context))
        }
        return ProgramExit(forOutcome: result.state)
    }

    /// - Parameter isText: whatever is in it.
    private func write(_ bytes: [UInt8], isText: Bool, of id: TaskID, _ call: WaitCall) throws(CommandEnd) {
        if let file { return try write(bytes, to: file, of: id, call) }
        let isTerminal = console.output.size() != nil
        var bytes = bytes
        if isTerminal {
            guard let text = isText ? String(decoding: bytes, as: UTF8.self) : TerminalText.plainText(bytes) else {
                return console.say(WaitWords.binary(id, count: bytes.count, call))
            }
            bytes = Array(TerminalText.escaped(text).utf8)
        }
        let newline = UInt8(ascii: "\n")
        if isTerminal || isLine, bytes.last != newline { bytes.append(newline) }
        try console.write(bytes)
    }

    private func write(_ bytes: [UInt8], to file: String, of id: TaskID, _ call: WaitCall) throws(CommandEnd) {
        if file == Self.outputName { return try console.write(bytes) }
        do throws(UVError) {
            try OutputFile.write(bytes, to: file)
        } catch {
            throw CommandEnd(.cannotWrite, WaitWords.unwritten(id, to: file, cause: error.message, call))
        }
    }

    /// What gets a result that is not there yet.
    private func call(_ context: CommandContext) -> WaitCall {
        WaitCall(wantsResults: true, instance: instance, isJSON: isJSON, file: file, options: context.options)
    }

    /// Position and time left, which a result does not tell.
    private func standing(
        of id: TaskID, _ state: TaskState, in conversation: Conversation
    ) throws(CommandEnd) -> TaskReport {
        let interrupted = WaitWords.interrupted([id], unprinted: [id], call(conversation.context))
        let answer = try conversation.ask(.status(id), for: instance, interrupted: interrupted)
        guard case .status(let report, _) = answer.reply, !report.state.isFinal
        else { return TaskReport(id: id, state: state) }
        return report
    }
}
