import Libuv
import TaskCore
import TaskProtocol

/// Reads the data of one task from the input.
struct DataReader {
    let console: Console

    /// Reads to the input's end.
    ///
    /// - Returns: all of it, at most one byte more than any server takes.
    func read() throws(CommandEnd) -> [UInt8] {
        if console.input.isTerminal, console.errors.size() != nil { console.say(UsageWords.readingData) }
        let limit = MessageLimits.largestRequest
        var bytes: [UInt8] = []
        while true {
            let part = try console.readInput()
            if part.isEmpty { break }
            bytes += part
            // More than this with its newline is too large in any case.
            if bytes.count > limit + 1 { throw CommandEnd(.refused, UsageWords.tooLarge(limit: limit)) }
        }
        return bytes
    }
}

extension Console {
    /// The next bytes of the input, when there are some; none at the end.
    func readInput() throws(CommandEnd) -> [UInt8] {
        do throws(UVError) {
            return try input.read(65536).get()
        } catch {
            throw CommandEnd(unreadable: error)
        }
    }
}

extension CommandEnd {
    /// `EX_IOERR` would be the other stream's: without data there is no task, which is the call's fault.
    init(unreadable error: UVError) { self.init(.usage, UsageWords.unreadableInput(error.message)) }
}
