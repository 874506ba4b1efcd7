import Testing

@testable import TaskCore

struct TaskFailureTests {
    @Test(
        arguments: [
            (.unknownTaskName, "unknown_task_name: no task type has that name"),
            (.cancelledBeforeStart, "cancelled: cancelled before it could start"),
            (.cancelledWhileRunning, "cancelled: cancelled while it ran"),
            (.shutDownBeforeStart, "shut_down: the server shut down before the task could start"),
            (.shutDownWhileRunning, "shut_down: the server shut down while the task ran"),
            (.exited(status: 3), "exit: the command exited with status 3"),
            (.ended(bySignal: 11, named: "SIGSEGV"), "signal: the command was ended by signal 11, SIGSEGV"),
            (.timedOut(after: .seconds(30)), "timeout: the command ran for longer than the timeout of its type, 30s"),
            (
                .outputTooLarge(limit: 5),
                "output_too_large: the command wrote more than 5 bytes, the limit of its type (max_output)"
            ),
            (
                .outputNotUTF8,
                #"not_utf8: the output of the command is not UTF-8; a type with other output needs result = "base64""#
            ),
            (
                .notStarted(Command([CommandArgument("no-such")]), reason: "no such file or directory"),
                "spawn: the command could not be started: no such file or directory (no-such)"
            ),
        ] as [(TaskFailure, String)])
    func messages(failure: TaskFailure, text: String) {
        #expect("\(failure.code.rawValue): \(failure.message)" == text)
    }
}
