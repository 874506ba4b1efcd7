import Libuv
import ProcessTree
import TaskCore

protocol TaskRun: AnyObject {
    /// Ends the task early. It fails with the failure of the first call.
    func interrupt(_ failure: TaskFailure)

    /// Ends an interrupted task at once.
    func kill()

    /// How long the task may take to end after `interrupt`, in milliseconds. A function has no bound.
    var patience: UInt64 { get }

    /// Stops observing the task. Its completion is not called.
    func abandon()
}

/// Runs one task at a time: a function on libuv's thread pool, or a command as a process.
final class TaskRunner {
    private enum State {
        case idle
        /// Nil for a command that failed to start and whose completion is scheduled.
        case running((any TaskRun)?)
        case abandoned
    }

    private let loop: EventLoop
    private var context: CommandContext
    /// Completes commands that failed to start.
    private let failedStart: IdleHandle
    private var state = State.idle

    init(on loop: EventLoop) throws(UVError) {
        self.loop = loop
        context = try CommandContext(on: loop)
        failedStart = try IdleHandle(on: loop)
    }

    /// Configures what commands run with. Must be called before the first one starts.
    func prepare(_ change: (inout CommandContext) -> Void) { change(&context) }

    /// Starts a task. No task may be running.
    ///
    /// - Parameters:
    ///   - submitter: nil if unknown.
    ///   - completion: called once on the loop's thread, in a later loop iteration. It may start the next task.
    func start(
        _ type: TaskType, for id: TaskID, data: String, submitter: UserID?,
        completion: @escaping (Result<String, TaskFailure>) -> Void
    ) {
        guard case .idle = state else { preconditionFailure("a task is already running") }
        let didEnd = { [self] in self.didEnd($0, completion) }
        switch type.work {
        case .function(let delay, let function):
            state = .running(FunctionRun(delay, function, data: data, on: loop, completion: didEnd))
        case .command(let command):
            do throws(UVError) {
                state = .running(
                    try CommandRun(
                        command, for: id, data: data, submitter: submitter, context, completion: didEnd))
            } catch {
                state = .running(nil)
                let failure = TaskFailure.notStarted(command, reason: error.message)
                // In a later iteration: if many commands fail to start, each would otherwise start the next one from
                // within its own start.
                failedStart.start { didEnd(.failure(failure)) }
            }
        }
    }

    private func didEnd(_ outcome: Result<String, TaskFailure>, _ completion: (Result<String, TaskFailure>) -> Void) {
        guard case .running = state else { return }
        state = .idle
        completion(outcome)
        // If another command has started, its announcement replaces this message. Each message wakes the guard.
        if case .running(is CommandRun) = state { return }
        context.processGuard?.sessionDidEnd()
    }

    /// The running task; nil if there is none, or if its command failed to start.
    var run: (any TaskRun)? {
        if case .running(let run) = state { run } else { nil }
    }

    var isBusy: Bool {
        if case .running = state { true } else { false }
    }

    /// Stops observing the running task. No completion is called any more, and no task may be started.
    func abandon() {
        run?.abandon()
        state = .abandoned
    }

    /// Closes the handles, and ends the guard. No task may be running, unless it was abandoned; the guard kills an abandoned
    /// command.
    func close() {
        context.close()
        failedStart.close()
    }
}
