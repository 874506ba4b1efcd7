import Libuv
import TaskClient
import TaskCore
import TaskProtocol

typealias Answer = TaskClient.Answer

/// A client, and the signals that may end what a command waits for.
final class Conversation {
    /// Why a wait ended before what it waited for.
    enum Stop: Error {
        /// No more answers will come.
        case lost(ClientError)
        /// The process is asked to end.
        case signal(Signal)
    }

    let context: CommandContext
    let client: TaskClient
    private var watchers: [Handle] = []
    private var signal: Signal?

    var console: Console { context.console }

    init(_ context: CommandContext) throws(CommandEnd) {
        self.context = context
        do throws(ClientError) {
            client = try TaskClient(
                context.configuration, keepsTexts: context.keepsTexts, randomBits: context.console.randomBits)
        } catch {
            throw context.end(error)
        }
    }

    /// To be called once.
    func close() {
        for watcher in watchers { watcher.close() }
        client.close()
    }

    /// From now on a signal ends `wait`, not the process.
    func watchSignals() throws(CommandEnd) {
        // What `nohup` or a script's `&` ignores stays ignored.
        for signal in Signal.stopping where !console.signals.isIgnored(signal) {
            watchers.append(try watch(signal) { [unowned self] in self.signal = self.signal ?? signal })
        }
    }

    /// Calls back at each arrival of a signal; the caller closes what is returned.
    func watch(_ signal: Signal, _ onSignal: @escaping () -> Void) throws(CommandEnd) -> Handle {
        do throws(UVError) {
            return try console.signals.watch(signal, client.loop, onSignal)
        } catch {
            throw context.end(.lost(error))
        }
    }

    func makeTimer() throws(CommandEnd) -> Timer {
        do throws(UVError) { return try Timer(on: client.loop) } catch { throw context.end(.lost(error)) }
    }

    /// Runs the loop until `condition` holds.
    func wait(until condition: () -> Bool) throws(Stop) {
        do throws(ClientError) {
            try client.run { condition() || signal != nil }
        } catch {
            throw .lost(error)
        }
        if let signal { throw .signal(signal) }
    }

    /// Sends a request and returns its answer.
    ///
    /// - Parameter interrupted: what to say where a signal that is watched ends the process before.
    func ask(
        _ request: Request, for instance: InstanceID? = nil, interrupted: @autoclosure () -> String = "interrupted"
    ) throws(CommandEnd) -> Answer {
        try ask([request], for: instance, interrupted: interrupted())[0]
    }

    /// Sends requests all at once and returns their answers in order.
    func ask(
        _ requests: [Request], for instance: InstanceID?, interrupted: @autoclosure () -> String = "interrupted"
    ) throws(CommandEnd) -> [Answer] {
        var answers = [Answer?](repeating: nil, count: requests.count)
        var unanswered = requests.count
        for (index, request) in requests.enumerated() {
            client.send(request, for: instance) { answer in
                answers[index] = answer
                unanswered -= 1
            }
        }
        do throws(Stop) {
            try wait { unanswered == 0 }
        } catch {
            switch error {
            case .lost(let error): throw context.end(error)
            case .signal(let signal): throw CommandEnd(signal, interrupted())
            }
        }
        return answers.compactMap(\.self)
    }
}
