import Libuv
import TaskClient
import TaskCore
import TaskProtocol

/// A command's connection to the server, and the signals that end its waits.
final class Conversation {
    /// Why a wait ended early.
    enum Stop {
        case lost(ClientError)
        case signal(Signal)
    }

    let context: ClientContext
    let client: Client
    private var signalHandles: [Handle] = []
    private var signal: Signal?

    var console: Console { context.console }

    init(_ context: ClientContext) throws(CommandEnd) {
        self.context = context
        do throws(ClientError) {
            client = try Client(
                context.configuration, keepsTexts: context.printsReplies, randomBits: context.console.randomBits)
        } catch {
            throw context.end(error)
        }
    }

    /// Must be called once.
    func close() {
        for handle in signalHandles { handle.close() }
        client.close()
    }

    // MARK: Signals and timers

    /// Makes a signal end `wait` instead of the process.
    func watchSignals() throws(CommandEnd) {
        // A signal that `nohup` or a script's `&` ignores stays ignored.
        for signal in Signal.stopping where !console.signals.isIgnored(signal) {
            signalHandles.append(try watch(signal) { [unowned self] in self.signal = self.signal ?? signal })
        }
    }

    /// The caller closes the handle.
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

    // MARK: Requests

    /// Runs the loop until `condition` holds.
    ///
    /// - Parameter end: makes the error if the wait ends early.
    func wait(
        until condition: () -> Bool, orThrow end: (Stop) throws(CommandEnd) -> CommandEnd
    ) throws(CommandEnd) {
        do throws(ClientError) {
            try client.run { condition() || signal != nil }
        } catch {
            throw try end(.lost(error))
        }
        if let signal { throw try end(.signal(signal)) }
    }

    /// - Parameter interrupted: the message if a watched signal ends the process first.
    func ask<Request: RequestMessage>(
        _ request: Request, for instance: InstanceID? = nil, interrupted: @autoclosure () -> String = "interrupted"
    ) throws(CommandEnd) -> Answer<Request.Reply> {
        try ask([request], for: instance, interrupted: interrupted())[0]
    }

    /// Sends all requests at once and returns their answers in order.
    func ask<Request: RequestMessage>(
        _ requests: [Request], for instance: InstanceID?, interrupted: @autoclosure () -> String = "interrupted"
    ) throws(CommandEnd) -> [Answer<Request.Reply>] {
        var answers = [Answer<Request.Reply>?](repeating: nil, count: requests.count)
        var unanswered = requests.count
        for (index, request) in requests.enumerated() {
            client.send(request, for: instance) { answer in
                answers[index] = answer
                unanswered -= 1
            }
        }
        try wait {
            unanswered == 0
        } orThrow: { stop in
            switch stop {
            case .lost(let error): context.end(error)
            case .signal(let signal): CommandEnd(signal, interrupted())
            }
        }
        return answers.compactMap(\.self)
    }

    /// Sends a request with a time limit, which detects a server that does not answer while others wait without a limit.
    func probe() { client.send(InfoRequest()) { _ in } }
}
