import Libuv
import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import uv_task

@Suite enum ClientCommandsTests {}

/// What a command printed, and its exit code.
struct CommandOutcome: Equatable {
    var output: String
    var errors: String
    var code: Int32

    init(_ output: String, _ errors: String = "", _ code: Int32 = 0) {
        self.output = output
        self.errors = errors
        self.code = code
    }
}

/// The surroundings in which a command is performed.
struct CommandHarness {
    var port: Int
    /// The terminals that stdout and stderr are, if they are.
    var outputSize: Console.Size?
    var errorSize: Console.Size?
    /// Instead of `errorSize`, asked for whenever it matters.
    var currentErrorSize: (() -> Console.Size)?
    /// Whether somebody types the input.
    var isTyped = false
    var input: [Result<[UInt8], UVError>] = []
    /// Instead of `input`.
    var inputReader: (@Sendable () -> Result<[UInt8], UVError>)?
    var environment: [String: String] = [:]
    var connectTimeout: UInt64 = 5000
    /// Called before each write, with what is to be written.
    var onOutput: (String) throws(UVError) -> Void = { _ throws(UVError) in }
    var onError: (String) -> Void = { _ in }

    let signals = FakeSignals()

    static let terminal = Console.Size(columns: 80, rows: 24)

    init(_ server: LiveServer) { port = server.port }
    init(_ server: FakeServer) { port = server.port }
    init(port: Int) { self.port = port }

    func perform(_ command: some ClientCommand) -> CommandOutcome {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        let script = InputScript(input)
        let read = inputReader ?? { script.next() }
        let onOutput = onOutput
        let onError = onError
        let console = Console(
            output: Console.Stream { bytes throws(UVError) in
                try onOutput(String(decoding: bytes, as: UTF8.self))
                output += bytes
            } size: {
                outputSize
            },
            errors: Console.Stream { bytes throws(UVError) in
                onError(String(decoding: bytes, as: UTF8.self))
                errors += bytes
            } size: {
                currentErrorSize?() ?? errorSize
            },
            input: Console.Input(isTerminal: isTyped) { _ in read() }, environment: { environment[$0] },
            now: wallClock, randomBits: randomBits,
            signals: signals.source)
        let choice = ConnectionChoice(host: "127.0.0.1", port: port, connectTimeout: connectTimeout)
        let code = command.run(choice, on: console)
        return CommandOutcome(String(decoding: output, as: UTF8.self), String(decoding: errors, as: UTF8.self), code)
    }
}

/// Signals that reach the command of one harness only. What nobody watches is lost.
final class FakeSignals {
    private var watchers: [(signal: Signal, round: NextRound, action: () -> Void)] = []
    /// Those that are to do nothing.
    var ignored: Set<Signal> = []

    /// Has the loop tell a signal, as soon as it runs. To be called on its thread.
    func raise(_ signal: Signal) {
        for watcher in watchers where watcher.signal == signal { watcher.round.start(watcher.action) }
    }

    var source: SignalSource {
        SignalSource(isIgnored: { [unowned self] in ignored.contains($0) }) {
            [unowned self] signal, loop, onSignal throws(UVError) in
            let round = try NextRound(on: loop)
            watchers.append((signal, round, onSignal))
            return round
        }
    }
}

/// What the input brings, piece by piece, and then its end.
final class InputScript: Sendable {
    private let pieces: Locked<[Result<[UInt8], UVError>]>

    init(_ pieces: [Result<[UInt8], UVError>]) { self.pieces = Locked(pieces) }

    func next() -> Result<[UInt8], UVError> {
        pieces.withLock { $0.isEmpty ? .success([]) : $0.removeFirst() }
    }
}

func bytes(_ text: String) -> Result<[UInt8], UVError> { .success(Array(text.utf8)) }

struct TestFailure: Error, CustomStringConvertible {
    let description = "too much of it"
}

/// Types for tests: `echo`, at once; `short`, 600 ms; `long`, an hour; `bad`, which throws.
let types = [
    TaskType(name: "echo", delay: .zero) { $0 },
    TaskType(name: "short", delay: .milliseconds(600)) { $0 },
    TaskType(name: "long", delay: .seconds(3600)) { $0 },
    TaskType(name: "bad", delay: .zero) { _ in throw TestFailure() },
]

func id(_ number: Int) -> TaskID { TaskID(rawValue: number)! }

/// ` --host 127.0.0.1 --port 4321`, as sentences name it.
func options(_ harness: CommandHarness) -> String { " --host 127.0.0.1 --port \(harness.port)" }

func run(_ name: String, _ data: String = "", waits: Bool = false, timeout: Int? = nil, isJSON: Bool = false)
    -> RunCommand
{
    RunCommand(taskName: name, data: .given(data), key: nil, waits: waits, timeout: timeout, isJSON: isJSON)
}

let life = InstanceID(rawValue: 7)

/// The answer to the first request of a client that submits.
let infoReply = information("")

/// The same of a server with some task types.
func information(_ types: String) -> String {
    #"{"seq":1,"name":"uv-taskd","version":"1","protocol":1,"instance":"\#(life)","task_types":[\#(types)],"limits":{}}"#
        + "\n"
}
