package import Libuv
import TaskClient
import TaskCore
import TaskProtocol

/// What a command has of the process around it: where its words go, what it reads, the environment and the clock.
package final class Console {
    /// The size of a terminal, in characters.
    package struct Size: Equatable, Sendable {
        /// How many characters fit into a line.
        package let columns: Int
        /// How many lines it shows.
        package let rows: Int

        /// Both 0 or more.
        package init(columns: Int, rows: Int) {
            self.columns = columns
            self.rows = rows
        }
    }

    /// Where output goes.
    package struct Stream {
        let write: ([UInt8]) throws(UVError) -> Void
        let size: () -> Size?

        /// - Parameter size: that of the terminal, asked for whenever it matters; nil where the output goes elsewhere.
        package init(write: @escaping ([UInt8]) throws(UVError) -> Void, size: @escaping () -> Size? = { nil }) {
            self.write = write
            self.size = size
        }
    }

    /// What the data of tasks is read from.
    package struct Input: Sendable {
        let isTerminal: Bool
        let read: @Sendable (Int) -> Result<[UInt8], UVError>

        /// - Parameter read: the next bytes, at most so many, when there are some; none at the end. Called on another
        ///   thread too, never twice at once.
        package init(isTerminal: Bool, read: @escaping @Sendable (Int) -> Result<[UInt8], UVError>) {
            self.isTerminal = isTerminal
            self.read = read
        }
    }

    let output: Stream
    let errors: Stream
    let input: Input
    let environment: (String) -> String?
    /// In milliseconds of Unix time.
    let now: () -> Int
    let randomBits: () -> UInt64
    let signals: SignalSource

    /// What stands on the terminal only for now, and must be gone before anything else is written.
    var transient: (any Transient)?

    /// - Parameters:
    ///   - environment: a variable's value; nil where it is not set.
    ///   - now: in milliseconds of Unix time.
    ///   - randomBits: what the keys of submits are made of.
    ///   - signals: what ends a wait, and tells that a terminal has another size.
    package init(
        output: Stream, errors: Stream, input: Input, environment: @escaping (String) -> String?,
        now: @escaping () -> Int, randomBits: @escaping () -> UInt64, signals: SignalSource
    ) {
        self.output = output
        self.errors = errors
        self.input = input
        self.environment = environment
        self.now = now
        self.randomBits = randomBits
        self.signals = signals
    }

    /// That of this process.
    package static func ofProcess() -> Console {
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
            environment: environmentVariable, now: wallClock, randomBits: Libuv.randomBits,
            signals: .ofProcess)
    }

    // MARK: Output

    /// Writes results; what stands on the terminal for now goes away before.
    func write(_ bytes: [UInt8]) throws(CommandEnd) {
        transient?.erase()
        do throws(UVError) {
            try output.write(bytes)
        } catch {
            throw CommandEnd(.cannotWrite, "cannot write the answer to stdout: \(error.message)")
        }
    }

    /// Writes text as it is.
    func write(_ text: String) throws(CommandEnd) { try write(Array(text.utf8)) }

    /// What `--json` prints of an answer: the server's object in one line, harmless where stdout is a terminal.
    ///
    /// - Parameter id: that of the task, for answers that have none.
    func jsonLine(_ answer: Answer, for id: TaskID? = nil) -> String {
        guard let text = answer.text else { preconditionFailure("only a command with --json keeps texts") }
        return JSONLine.line(text, for: id, isForTerminal: output.size() != nil)
    }

    /// Writes that line.
    func write(json answer: Answer, for id: TaskID? = nil) throws(CommandEnd) {
        try write(jsonLine(answer, for: id))
    }

    /// Says something to whoever started the program, in a line on stderr.
    func say(_ sentence: String) {
        note("uv-task: \(sentence)")
    }

    /// A line on stderr without the program's name.
    func note(_ line: String) { write(error: "\(line)\n") }

    /// Text for stderr as it is.
    func write(error text: String) {
        transient?.erase()
        // Where even stderr is closed, the exit code is all that can be told.
        try? errors.write(Array(text.utf8))
    }

    // MARK: Terminals

    /// The size of the terminal that stdout is and that obeys escape sequences; nil where there is none.
    var outputScreen: Size? { isDumb ? nil : output.size() }

    /// The same of stderr.
    var errorScreen: Size? { isDumb ? nil : errors.size() }

    var outputHasColors: Bool {
        outputScreen != nil && (environment("NO_COLOR") ?? "").isEmpty
    }

    private var isDumb: Bool { environment("TERM") == "dumb" }
}

/// What is shown on a terminal for a moment.
protocol Transient: AnyObject {
    /// Takes it away; it may be shown again later.
    func erase()
}
