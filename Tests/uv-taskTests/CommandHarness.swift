import ArgumentParser
import Libuv
import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import uv_task

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

@Suite enum CommandTests {}

/// Performs command lines on a server, with replaced streams, signals and environment.
struct CommandHarness {
    var port: Int
    /// The sizes of the terminals; nil if stdout or stderr is none.
    var outputSize: Console.Size?
    var errorSize: Console.Size?
    /// Replaces `errorSize`.
    var currentErrorSize: (() -> Console.Size)?
    /// Whether stdin is a terminal.
    var isTyped = false
    var input: [Result<[UInt8], UVError>] = []
    /// Replaces `input`.
    var inputReader: (@Sendable () -> Result<[UInt8], UVError>)?
    var environment: [String: String] = [:]
    /// In milliseconds.
    var connectTimeout = 5000
    /// Called before each write with the text.
    var onOutput: (String) throws(UVError) -> Void = { _ throws(UVError) in }
    var onError: (String) -> Void = { _ in }

    let signals = FakeSignals()

    static let terminal = Console.Size(columns: 80, rows: 24)

    init(_ server: LiveServer) { port = server.port }
    init(_ server: FakeServer) { port = server.port }
    init(port: Int) { self.port = port }

    /// The connection options, as messages name them.
    var options: String { " --host 127.0.0.1 --port \(port)" }

    func perform(_ arguments: String...) -> CommandOutcome { perform(arguments) }

    func perform(_ arguments: [String]) -> CommandOutcome {
        let connection = ["--host", "127.0.0.1", "--port", "\(port)", "--connect-timeout", "\(connectTimeout)ms"]
        let command: any ParsableCommand
        do {
            command = try TaskCommand.parseAsRoot(connection + arguments)
        } catch {
            return CommandOutcome("", TaskCommand.message(for: error), 64)
        }
        guard let command = command as? any ClientCommand else { return CommandOutcome("", "no command", 64) }
        var output: [UInt8] = []
        var errors: [UInt8] = []
        let script = InputScript(input)
        let read = inputReader ?? { script.next() }
        let console = Console(
            output: Console.Stream { [onOutput] bytes throws(UVError) in
                try onOutput(String(decoding: bytes, as: UTF8.self))
                output += bytes
            } size: {
                outputSize
            },
            errors: Console.Stream { [onError] bytes throws(UVError) in
                onError(String(decoding: bytes, as: UTF8.self))
                errors += bytes
            } size: {
                currentErrorSize?() ?? errorSize
            },
            input: Console.Input(isTerminal: isTyped) { _ in read() }, environment: { environment[$0] },
            now: wallClock, randomBits: randomBits, signals: signals.source)
        let code = command.run(on: console)
        return CommandOutcome(String(decoding: output, as: UTF8.self), String(decoding: errors, as: UTF8.self), code)
    }
}

/// Signals for the command of one harness. A signal that nobody watches is lost.
final class FakeSignals {
    private var watchers: [(signal: Signal, handle: IdleHandle, action: () -> Void)] = []
    var ignored: Set<Signal> = []

    /// Delivers a signal in the next loop iteration. Must be called on the loop's thread.
    func raise(_ signal: Signal) {
        for watcher in watchers where watcher.signal == signal { watcher.handle.start(watcher.action) }
    }

    var source: Console.Signals {
        Console.Signals(isIgnored: { [unowned self] in ignored.contains($0) }) {
            [unowned self] signal, loop, onSignal throws(UVError) in
            let handle = try IdleHandle(on: loop)
            watchers.append((signal, handle, onSignal))
            return handle
        }
    }
}

extension Console {
    /// For tests that neither read nor write.
    static var unused: Console {
        Console(
            output: Stream(write: { _ in }, size: { nil }), errors: Stream(write: { _ in }, size: { nil }),
            input: Input(isTerminal: false) { _ in .success([]) }, environment: { _ in nil }, now: { 0 },
            randomBits: { 0 }, signals: FakeSignals().source)
    }
}

/// The pieces of an input, and then its end.
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

/// `echo` takes no time, `short` 600 ms and `long` an hour; `bad` throws.
let types = [
    TaskType(name: "echo", delay: .zero) { $0 },
    TaskType(name: "short", delay: .milliseconds(600)) { $0 },
    TaskType(name: "long", delay: .seconds(3600)) { $0 },
    TaskType(name: "bad", delay: .zero) { _ in throw TestFailure() },
]

func id(_ number: Int) -> TaskID { TaskID(rawValue: number)! }

let instance = InstanceID(rawValue: 7)

/// The answer to the first request of `run`.
let infoReply = information("")

/// The same of a server with task types.
func information(_ types: String) -> String {
    #"{"seq":1,"name":"uv-taskd","version":"1","protocol":1,"instance":"\#(instance)","task_types":[\#(types)],"limits":{}}"#
        + "\n"
}
