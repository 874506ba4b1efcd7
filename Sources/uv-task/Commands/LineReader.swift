import TaskCore
import TaskProtocol

/// Cuts the input into lines, each the data of a task. A last line needs no newline.
struct LineReader {
    let encoder: DataEncoder
    /// The bytes of the line that has begun.
    private var held: [UInt8] = []
    /// Of the line that has begun, from 1 on.
    private var number = 1
    /// Where it begins in the input.
    private var offset = 0

    init(_ encoder: DataEncoder) { self.encoder = encoder }

    /// Takes the next bytes.
    ///
    /// - Parameter lines: gets the lines that they complete.
    /// - Throws: `CommandEnd` where a line is not UTF-8 and has to be, or longer than any server takes; those before it are in `lines`.
    mutating func take(_ bytes: [UInt8], into lines: inout [String]) throws(CommandEnd) {
        var start = bytes.startIndex
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            held += bytes[start..<end]
            try finishLine(into: &lines)
            start = end + 1
        }
        held += bytes[start...]
        try checkLength()
    }

    /// Takes the input's end.
    mutating func end(into lines: inout [String]) throws(CommandEnd) {
        if !held.isEmpty { try finishLine(into: &lines) }
    }

    private mutating func finishLine(into lines: inout [String]) throws(CommandEnd) {
        try checkLength()
        lines.append(
            try encoder.data(held) { UsageWords.notUTF8(line: number, offset: offset + $0, inLine: $0) })
        number += 1
        offset += held.count + 1
        held.removeAll(keepingCapacity: true)
    }

    private func checkLength() throws(CommandEnd) {
        let limit = encoder.limit
        guard held.count > limit else { return }
        throw CommandEnd(.refused, RefusalWords.line(number, UsageWords.tooLarge(limit: limit)))
    }
}
