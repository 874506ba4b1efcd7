import TaskCore
import TaskProtocol

/// Makes the data of a task from bytes: the bytes themselves if the task type takes text, else base64.
struct DataEncoder {
    private let taskName: String
    private let server: InfoReply
    private let type: TaskTypeInfo?

    init(_ taskName: String, _ server: InfoReply) {
        self.taskName = taskName
        self.server = server
        // `==` would also match names that differ in their Unicode normalization.
        type = server.taskTypes.first { $0.name.utf8.elementsEqual(taskName.utf8) }
    }

    /// Whether the data may be any bytes.
    var isBinary: Bool { type?.data == .base64 }

    /// The most bytes that any server accepts.
    var maximumLength: Int { isBinary ? Limits.longestRequest / 4 * 3 : Limits.longestRequest }

    static func tooLong(_ limit: Int) -> String { "too large: the data has more than \(limit) bytes" }

    /// - Parameters:
    ///   - bytes: at most `maximumLength`.
    ///   - notText: the message for bytes that must be UTF-8 and are not; receives the offset of the first wrong byte.
    func data(_ bytes: [UInt8], notText: (Int) -> String) throws(CommandEnd) -> String {
        if isBinary { return Base64.encode(bytes) }
        do throws(UTF8.ValidationError) {
            return String(copying: try UTF8Span(validating: bytes.span))
        } catch {
            guard type == nil, !server.taskTypes.isEmpty else {
                throw CommandEnd(.usage, notText(error.byteOffsets.lowerBound))
            }
            // The name is probably misspelled, and the intended type takes binary data.
            let names = server.taskTypes.map(\.name)
            let refusal = Refusal.unknownTaskName(
                taskName, known: names, nearest: nearestName(to: taskName, among: names))
            throw CommandEnd(ProgramExit(refusal.code), RefusalMessage.text(refusal, options: ""))
        }
    }
}
