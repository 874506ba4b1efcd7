import Libuv
import TaskCore

/// The process around a command: standard streams, environment, clock, signals and users. Tests replace each of them.
struct Console {
    /// The size of a terminal in characters.
    struct Size: Equatable {
        let columns: Int
        let rows: Int
    }

    struct Stream {
        let write: ([UInt8]) throws(UVError) -> Void
        /// The current size of the terminal; nil if the stream is no terminal.
        let size: () -> Size?
    }

    struct Input: Sendable {
        let isTerminal: Bool
        /// Waits for input and returns at most that many bytes; none at the end. Called on any thread, one call at a time.
        let read: @Sendable (Int) -> Result<[UInt8], UVError>
    }

    struct Signals {
        /// Whether the process ignores a signal.
        let isIgnored: (Signal) -> Bool
        /// Calls back on the loop's thread whenever a signal arrives, until the handle is closed.
        let watch: (Signal, EventLoop, @escaping () -> Void) throws(UVError) -> Handle
    }

    /// The users of this machine.
    struct Users {
        /// The user of this process.
        let own: UserID
        /// nil if the user has no name.
        let name: (UserID) -> String?
    }

    let output: Stream
    let errors: Stream
    let input: Input
    /// Returns the value of a variable; nil if it is not set.
    let environment: (String) -> String?
    let folderState: (String) -> FolderState
    /// In milliseconds of Unix time.
    let now: () -> Int
    /// For the keys of submits.
    let randomBits: () -> UInt64
    let signals: Signals
    let users: Users

    /// Shared by all copies.
    let liveLine = LiveLine()

    static func ofProcess() -> Console {
        func stream(_ stream: StandardStream) -> Stream {
            let terminal = Terminal(stream)
            return Stream { bytes throws(UVError) in
                try stream.write(bytes)
            } size: {
                terminal.map { Size(columns: $0.columns, rows: $0.rows) }
            }
        }
        return Console(
            output: stream(.output), errors: stream(.error),
            input: Input(isTerminal: StandardInput.isTerminal) { count in
                Result { () throws(UVError) in try StandardInput.read(upTo: count) }
            },
            environment: environmentVariable, folderState: FolderState.init(of:), now: wallClock,
            randomBits: Libuv.randomBits,
            signals: Signals(isIgnored: \.isIgnored) { signal, loop, onSignal throws(UVError) in
                try SignalHandle(signal, on: loop, onSignal)
            }, users: Users(own: UserID(rawValue: ownUser)) { userName($0.rawValue) })
    }

    // MARK: Output

    /// Writes to stdout.
    func write(_ bytes: [UInt8]) throws(CommandEnd) {
        liveLine.erase?()
        do throws(UVError) {
            try output.write(bytes)
        } catch {
            throw CommandEnd(.cannotWrite, "cannot write the answer to stdout: \(error.message)")
        }
    }

    func write(_ text: String) throws(CommandEnd) { try write(Array(text.utf8)) }

    /// Writes a message with the program's name to stderr.
    func say(_ sentence: String) { note("uv-task: \(sentence)") }

    /// Writes a line to stderr.
    func note(_ line: String) { write(error: "\(line)\n") }

    func write(error text: String) {
        liveLine.erase?()
        // Without stderr, only the exit code reports a failure.
        try? errors.write(Array(text.utf8))
    }

    // MARK: Terminals

    /// The size of the terminal on stdout; nil if there is none, or none with escape sequences.
    var outputScreen: Size? { isDumb ? nil : output.size() }

    /// The same for stderr.
    var errorScreen: Size? { isDumb ? nil : errors.size() }

    var outputHasColors: Bool { outputScreen != nil && (environment("NO_COLOR") ?? "").isEmpty }

    private var isDumb: Bool { environment("TERM") == "dumb" }
}

/// A line on a terminal that must be erased before anything else is written.
final class LiveLine {
    /// nil if there is no line.
    var erase: (() -> Void)?
}
