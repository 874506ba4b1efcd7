import Libuv
import TaskCore
import TaskProtocol

/// Why a command's task failed, in words.
extension TaskFailure {
    static func notStarted(_ error: UVError, _ command: Command) -> TaskFailure {
        let program = command.program
        let place = command.directory.map { " in \($0)" } ?? ""
        return TaskFailure(.spawn, "the command could not be started: \(error.message) (\(program)\(place))")
    }

    static func exited(_ status: Int) -> TaskFailure {
        var failure = TaskFailure(.exit, "the command exited with status \(status)")
        failure.exitStatus = status
        return failure
    }

    static func signalled(_ number: Int) -> TaskFailure {
        var failure = TaskFailure(.signal, "the command was ended by signal \(number), \(signalName(number))")
        failure.signal = number
        return failure
    }

    static func timedOut(_ time: Duration) -> TaskFailure {
        TaskFailure(
            .timeout, "the command ran for longer than the timeout of its type, \(text(time.millisecondsRoundedUp))")
    }

    private static func text(_ milliseconds: UInt64) -> String {
        milliseconds.isMultiple(of: 1000) ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
    }

    static func outputTooLarge(_ limit: Int) -> TaskFailure {
        TaskFailure(
            .outputTooLarge,
            "the command wrote more than \(limit) bytes, which is all that its type allows (max_output)")
    }

    static let notUTF8 = TaskFailure(
        .notUTF8,
        "what the command wrote is not UTF-8; the type of a command that writes other bytes needs result = \"base64\"")
}
