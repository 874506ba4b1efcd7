import CSimdjson

/// Which bytes of a block are quotes, backslashes, braces or newlines: a bit for each byte, the lowest for the first one.
package struct Marks {
    /// The most bytes of a block.
    package static let blockSize = Int(JSON_BLOCK)

    package var quotes: UInt64
    package var backslashes: UInt64
    /// Inside strings, too.
    package var bracesAndNewlines: UInt64
}

extension Span<UInt8> {
    /// The marks of a block.
    ///
    /// - Parameter length: 1 to `Marks.blockSize`.
    package func marks(from start: Int, length: Int) -> Marks {
        precondition(0 <= start && 0 < length && length <= Marks.blockSize && length <= count - start)
        let marks = withUnsafeBufferPointer { json_find_marks($0.baseAddress! + start, length) }
        return Marks(quotes: marks.quotes, backslashes: marks.backslashes, bracesAndNewlines: marks.braces_and_newlines)
    }

    /// The index of the first byte, from `start` on, that must be escaped in a string: a quote, a backslash or a control
    /// character.
    func firstEscapedByte(from start: Int) -> Int? {
        precondition(start >= 0)
        var start = start
        while start < count {
            let escaped = withUnsafeBufferPointer { json_find_escaped($0.baseAddress! + start, count - start) }
            if escaped != 0 { return start + escaped.trailingZeroBitCount }
            start += Marks.blockSize
        }
        return nil
    }
}
