import ArgumentParser
import Libuv
import TaskCore
import TestServers
import Testing

@testable import uv_task

/// What a command printed, and its exit code.
struct CommandOutcome: Equatable {
    let output: String
    let errors: String
    let code: Int32

    init(_ output: String, _ errors: String = "", _ code: Int32 = 0) {
        (self.output, self.errors, self.code) = (output, errors, code)
    }
}

/// Performs command lines on a server, with replaced streams, signals and environment.
struct CommandHarness {
    /// The options that name the server, as messages repeat them: ` --port 4321`.
    var options: String
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
    /// The users of this machine, by number. The command runs as user 7.
    var userNames: [UInt32: String] = [:]
    /// In milliseconds.
    var connectTimeout = 300_000
    /// Called before each write with the text.
    var onOutput: (String) throws(UVError) -> Void = { _ throws(UVError) in }
    var onError: (String) -> Void = { _ in }

    let signals = FakeSignals()

    static let terminal = Console.Size(columns: 80, rows: 24)

    init(port: Int) { options = " --host 127.0.0.1 --port \(port)" }
    init(_ server: LiveServer) { self.init(port: server.port) }

    init(_ server: FakeServer) {
        self.init(port: server.port)
        if let path = server.path { options = " --socket \(path)" }
    }

    init(_ steps: FakeServer.Step..., over transport: FakeServer.Transport = .tcp) {
        self.init(FakeServer(steps, over: transport))
    }

    /// The same command, with terminals as stdout and stderr.
    var onTerminals: CommandHarness {
        var harness = self
        (harness.outputSize, harness.errorSize) = (Self.terminal, Self.terminal)
        return harness
    }

    /// - Parameter command: words that are separated by spaces; `''` is an empty one.
    func perform(_ command: String) -> CommandOutcome {
        perform(command.split(separator: " ").map { $0 == "''" ? "" : String($0) })
    }

    func perform(_ arguments: [String]) -> CommandOutcome {
        let server = options.split(separator: " ").map(String.init)
        let command: any ParsableCommand
        do {
            command = try TaskCommand.parseAsRoot(server + ["--connect-timeout", "\(connectTimeout)ms"] + arguments)
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
            }, input: Console.Input(isTerminal: isTyped) { _ in read() }, environment: { environment[$0] },
            folderState: { _ in .absent }, now: wallClock, randomBits: randomBits, signals: signals.source,
            users: Console.Users(own: UserID(rawValue: 7)) { userNames[$0.rawValue] })
        let code = command.run(on: console)
        return CommandOutcome(String(decoding: output, as: UTF8.self), String(decoding: errors, as: UTF8.self), code)
    }

    /// - Parameter says: the sentences on stderr, each on a line, without `uv-task: `.
    func expect(
        _ command: String, _ output: String = "", says sentences: String = "", code: Int32 = 0,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let errors = sentences.split(separator: "\n").map { "uv-task: \($0)\n" }.joined()
        #expect(perform(command) == CommandOutcome(output, errors, code), sourceLocation: sourceLocation)
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

/// The pieces of an input, and then its end.
final class InputScript: Sendable {
    private let pieces: Locked<[Result<[UInt8], UVError>]>

    init(_ pieces: [Result<[UInt8], UVError>]) { self.pieces = Locked(pieces) }

    func next() -> Result<[UInt8], UVError> { pieces.withLock { $0.isEmpty ? .success([]) : $0.removeFirst() } }
}

func bytes(_ text: String) -> Result<[UInt8], UVError> { .success(Array(text.utf8)) }

struct TestFailure: Error, CustomStringConvertible {
    let description = "too much of it"
}

/// `echo` takes no time, `long` 100 hours, which texts round to days, and `bad` throws.
let types = [
    TaskType(name: "echo", delay: .zero) { $0 }, TaskType(name: "long", delay: .seconds(360_000)) { $0 },
    TaskType(name: "bad", delay: .zero) { _ in throw TestFailure() },
]

extension String {
    var lineCount: Int { utf8.count { $0 == UInt8(ascii: "\n") } }
}
