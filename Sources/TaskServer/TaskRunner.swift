import Libuv
import TaskCore
import TaskProtocol
import TaskQueue

/// A task on its way.
protocol TaskRun: AnyObject {
    /// Ends it before its time, as far as that can be done: it fails with `failure`, or with that of the first such call.
    func interrupt(_ failure: TaskFailure)

    /// Ends it at once where it has been interrupted and takes its time.
    func kill()

    /// How long it may take to end when it is interrupted, in milliseconds; what is a function has no bound.
    var patience: UInt64 { get }

    /// Leaves it to itself.
    func abandon()
}

/// Runs tasks one at a time, functions on libuv's thread pool and commands as processes: there is never more than one in flight,
/// of either sort.
final class TaskRunner {
    private let loop: EventLoop
    private var surroundings: CommandSurroundings
    private var run: (any TaskRun)?
    private var isAbandoned = false

    init(on loop: EventLoop) throws(UVError) {
        self.loop = loop
        // None of them can fail: libuv only fills in their memory.
        surroundings = CommandSurroundings(
            loop: loop, timer: try Timer(on: loop), sessionTimer: try Timer(on: loop),
            nextRound: try NextRound(on: loop))
    }

    /// Sets what commands run with; before the first of them.
    func prepare(_ change: (inout CommandSurroundings) -> Void) { change(&surroundings) }

    /// Starts a task.
    ///
    /// - Parameter completion: called once, on the loop's thread, in a later round. The next task may be started from there.
    func start(
        _ type: TaskType, for id: TaskID, data: String, completion: @escaping (Result<String, TaskFailure>) -> Void
    ) {
        precondition(run == nil, "a task runs already")
        let end = { [self] (outcome: Result<String, TaskFailure>) in
            run = nil
            if !isAbandoned { completion(outcome) }
            // A word to the guard wakes it: where another command follows at once, that of its session is enough.
            if !(run is CommandRun) { surroundings.processGuard?.endWatching() }
        }
        switch type.work {
        case .function(let delay, let function):
            run = FunctionRun(delay, function, data: data, on: loop, completion: end)
        case .command(let command):
            run = CommandRun(command, for: id, data: data, surroundings, completion: end)
        }
    }

    /// Whether a task runs.
    var isBusy: Bool { run != nil }

    /// Ends the task that runs, if one does, as `TaskRun` does.
    func interrupt(_ failure: TaskFailure) { run?.interrupt(failure) }

    /// As `TaskRun.kill`.
    func kill() { run?.kill() }

    /// As `TaskRun.patience`; 0 where no task runs.
    var patience: UInt64 { run?.patience ?? 0 }

    /// No completion is called any more, and nothing may be started.
    func abandon() {
        isAbandoned = true
        run?.abandon()
        run = nil
    }

    /// To be called when nothing runs any more, or what runs was abandoned.
    func close() {
        surroundings.timer.close()
        surroundings.sessionTimer.close()
        surroundings.nextRound.close()
        surroundings.processGuard?.close()
    }
}
