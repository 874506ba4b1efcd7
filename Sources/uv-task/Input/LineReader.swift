/// Splits stdin into lines, each the data of a task. The last line needs no newline.
struct LineReader {
    let encoder: DataEncoder
    /// The bytes of the incomplete line.
    private var held: [UInt8] = []
    /// Its number, counted from 1.
    private var number = 1
    /// Its offset in the input.
    private var offset = 0

    init(_ encoder: DataEncoder) { self.encoder = encoder }

    /// Appends the lines that the bytes complete.
    ///
    /// - Throws: `CommandEnd` if a line is too long, or is not UTF-8 although it must be. `lines` has the lines before it.
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

    mutating func end(into lines: inout [String]) throws(CommandEnd) {
        if !held.isEmpty { try finishLine(into: &lines) }
    }

    private mutating func finishLine(into lines: inout [String]) throws(CommandEnd) {
        try checkLength()
        lines.append(
            try encoder.data(held) {
                "line \(number) is not UTF-8: byte \(offset + $0) of the input, byte \($0) of the line (both counted from 0)"
            })
        number += 1
        offset += held.count + 1
        held.removeAll(keepingCapacity: true)
    }

    private func checkLength() throws(CommandEnd) {
        let limit = encoder.maximumLength
        guard held.count > limit else { return }
        throw CommandEnd(.refused, LineMessage.refused(number, DataEncoder.tooLong(limit)))
    }
}
