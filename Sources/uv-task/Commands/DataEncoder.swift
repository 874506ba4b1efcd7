import TaskCore
import TaskProtocol

/// Makes the data of a task of the bytes that were given for it: they themselves where its type takes text, else base64.
struct DataEncoder {
    private let taskName: String
    private let information: ServerInformation
    private let type: ServerInformation.TaskType?

    init(_ taskName: String, _ information: ServerInformation) {
        self.taskName = taskName
        self.information = information
        type = information.taskTypes.first { $0.name.utf8.elementsEqual(taskName.utf8) }
    }

    /// Whether the data may be any bytes: those of a file, of which none is left out.
    var isBinary: Bool { type?.data == .base64 }

    /// The most bytes that any server takes.
    var limit: Int { isBinary ? MessageLimits.largestRequest / 4 * 3 : MessageLimits.largestRequest }

    /// - Parameters:
    ///   - bytes: at most `limit`.
    ///   - notText: what to say where they are not UTF-8, and have to be: given the offset of the first that is wrong.
    func data(_ bytes: [UInt8], notText: (Int) -> String) throws(CommandEnd) -> String {
        if isBinary { return Base64.encode(bytes) }
        do throws(UTF8.ValidationError) {
            return String(copying: try UTF8Span(validating: bytes.span))
        } catch {
            // Of a name that is misspelt nobody knows what its data may be.
            if type == nil, !information.taskTypes.isEmpty { throw unknownName }
            throw CommandEnd(.usage, notText(error.byteOffsets.lowerBound))
        }
    }

    /// What the server would say to a submit.
    private var unknownName: CommandEnd {
        var error = RequestError(.unknownTaskName, "")
        error.names = information.taskTypes.map(\.name)
        error.nearest = nearestName(to: taskName, among: error.names)
        return CommandEnd(ProgramExit(error.code), RefusalWords.refused(error, submitOf: taskName))
    }
}
