import Libuv
import TaskClient
import TaskCore
import TaskProtocol

/// Prints results: to stdout or to a file, and everything else to stderr.
struct ResultPrinter {
    let conversation: Conversation
    /// The instance of the server that the tasks belong to; nil for any.
    let instance: InstanceID?
    /// The time limit of the wait, in milliseconds; nil for none.
    let timeout: Int?
    /// The file for a single, unchanged result; `-` is stdout. nil for stdout with control characters escaped for a
    /// terminal.
    var file: String?
    /// Whether each result ends with a newline.
    var endsLines = false

    private var context: ClientContext { conversation.context }
    private var console: Console { conversation.console }
    private var next: NextCommand { NextCommand(context, wantsResults: true, instance: instance, file: file) }

    /// Waits until the tasks end, and prints their results in the order of the ids.
    ///
    /// - Parameter known: the report of a task that was just submitted.
    func wait(for ids: [TaskID], known: TaskReport? = nil) throws(CommandEnd) -> ProgramExit {
        let wait = TaskWait<ResultRequest>(for: ids, of: instance, timeout: timeout, in: conversation, file: file)
        return try wait.perform(known: known) { id, answer throws(CommandEnd) in try show(answer, of: id) }
    }

    /// - Returns: the exit code for the task's outcome.
    func show(_ answer: Answer<ResultReply>, of id: TaskID) throws(CommandEnd) -> ProgramExit {
        try context.show(answer, of: id) { reply throws(CommandEnd) in try show(id, reply) }
    }

    func show(_ id: TaskID, _ result: ResultReply) throws(CommandEnd) -> ProgramExit {
        if result.timedOut || !result.state.isFinal {
            let report = try report(of: id, result.state)
            console.say(
                result.timedOut
                    ? WaitMessage.timedOut(id, after: timeout, report) : WaitMessage.unfinished(id, report, next))
            return result.timedOut ? .timedOut : .notFinished
        }
        if result.state == .error { console.say(WaitMessage.failed(id, result.failure, next)) }
        if let data = result.data, !context.printsReplies {
            guard let bytes = result.encoding == .base64 ? Base64.decode(data) : Array(data.utf8) else {
                throw context.end(context.configuration.foreignAnswer("a result that is not base64"))
            }
            try write(bytes, isText: result.encoding == .text, of: id)
        }
        return ProgramExit(forOutcome: result.state)
    }

    private func write(_ bytes: [UInt8], isText: Bool, of id: TaskID) throws(CommandEnd) {
        if let file { return try write(bytes, to: file, of: id) }
        let isTerminal = console.output.size() != nil
        var bytes = bytes
        if isTerminal {
            guard let text = isText ? String(decoding: bytes, as: UTF8.self) : TerminalText.plainText(bytes) else {
                return console.say(
                    "the result of task \(id), \(ByteCount.text(bytes.count)), is binary and not for a terminal; "
                        + "\(next.fileCall(id)) writes it to a file")
            }
            bytes = Array(TerminalText.escaped(text).utf8)
        }
        let newline = UInt8(ascii: "\n")
        if isTerminal || endsLines, bytes.last != newline { bytes.append(newline) }
        try console.write(bytes)
    }

    private func write(_ bytes: [UInt8], to file: String, of id: TaskID) throws(CommandEnd) {
        if file == OutputOption.standardOutput { return try console.write(bytes) }
        do throws(UVError) {
            try OutputFile.write(bytes, to: file)
        } catch {
            throw CommandEnd(
                .cannotWrite,
                "cannot write the result of task \(id) to \(TerminalText.escapedLine(file)): \(error.message); "
                    + "\(next.fileCall(id)) tries again")
        }
    }

    /// Asks for the position and the remaining time, which a reply with a result does not have.
    private func report(of id: TaskID, _ state: TaskState) throws(CommandEnd) -> TaskReport {
        let interrupted = WaitMessage.interrupted([id], unprinted: [id], next)
        let answer = try conversation.ask(StatusRequest(id), for: instance, interrupted: interrupted)
        guard case .success(let reply) = answer.result, !reply.task.state.isFinal
        else { return TaskReport(id: id, state: state) }
        return reply.task
    }
}
