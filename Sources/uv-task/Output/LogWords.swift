package import TaskCore
import TaskProtocol

/// What the reader of a log is told beside it, on stderr: one line each, without a newline.
package struct LogWords: Sendable {
    private let id: TaskID
    private let instance: InstanceID?
    private let isJSON: Bool
    private let options: String

    /// - Parameters:
    ///   - id: of the task whose log is read.
    ///   - instance: the life of the server to which the id belongs, as far as it is known.
    ///   - isJSON: whether replies are printed: whoever goes on wants them too.
    ///   - options: those of the connection: ` --port 4322`.
    package init(_ id: TaskID, instance: InstanceID? = nil, isJSON: Bool = false, options: String = "") {
        self.id = id
        self.instance = instance
        self.isJSON = isJSON
        self.options = options
    }

    /// Before the text that follows what is missing: `12.3 MiB of the log of task 7 are no longer kept; this is what follows`
    package func skipped(_ count: Int) -> String {
        "\(ByteCount.text(count)) of the log of task \(id) are no longer kept; this is what follows"
    }

    /// Where there is no text: `task 7 has written nothing yet`, `task 7 wrote nothing`
    package func nothing(hasEnded: Bool) -> String {
        hasEnded ? "task \(id) wrote nothing" : "task \(id) has written nothing yet"
    }

    /// `interrupted; task 7 goes on. To read on: uv-task log 7 --follow --offset 1234`
    ///
    /// - Parameter offset: where what was not printed begins.
    package func interrupted(at offset: Int) -> String {
        "interrupted; task \(id) goes on. To read on: \(call(from: offset))"
    }

    /// `the daemon ended the wait for more of the log of task 7; uv-task log 7 --follow --offset 1234 goes on`
    package func waitEnded(at offset: Int) -> String {
        "the daemon ended the wait for more of the log of task \(id); \(call(from: offset)) goes on"
    }

    /// `the connection to localhost:4321 was lost while the log of task 7 was read (it was reset). If the daemon still runs:
    /// uv-task log 7 --follow --offset 1234`
    package func connectionLost(to server: String, at offset: Int, cause: String) -> String {
        "the connection to \(TerminalText.escapedLine(server)) was lost while the log of task \(id) was read "
            + "(\(TerminalText.escapedLine(cause))). If the daemon still runs: \(call(from: offset))"
    }

    private func call(from offset: Int) -> String {
        "uv-task log \(id) --follow" + (offset > 0 ? " --offset \(offset)" : "")
            + (instance.map { " --instance \($0)" } ?? "") + (isJSON ? " --json" : "") + options
    }
}
