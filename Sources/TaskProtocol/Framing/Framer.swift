import JSON
import TaskCore

/// Splits a byte stream into messages by the rules under "Framing" in PROTOCOL.md.
///
/// A message is the text from a `{` to the `}` that closes it, on one line. The framer does not parse JSON: it follows
/// braces and strings, in time linear in the bytes, and finds the same messages however the stream is cut into reads.
///
/// A class, because each use of a struct that a connection changes would be checked for exclusive access at run time.
package final class Framer {
    private enum State {
        case betweenMessages
        case inObject
        case inString
        case afterBackslash
        /// After a byte that belongs to no message: everything up to the next newline is ignored.
        case skippingLine
    }

    // Every connection has a framer, so it is small.

    /// The part of the unfinished message that came with earlier reads.
    private var held: [UInt8] = []
    /// The number of open braces. `limit` does not bound it, because a message that is too long is followed to its end.
    private var depth = 0
    private let limit: UInt32
    private var state = State.betweenMessages
    /// The unfinished message is too long: this was reported, and the framer skips to its end.
    private var isTooLong = false

    private var maximumLength: Int { Int(limit) }

    /// - Parameter maximumLength: the longest message in bytes, including its braces; at least 1. simdjson reads less than
    ///   4 GiB, so a larger limit counts as that.
    package init(maximumLength: Int) {
        precondition(maximumLength > 0)
        limit = UInt32(clamping: maximumLength)
    }

    /// Whether the stream so far ends inside an object, which may have been reported as too long.
    package var isInsideMessage: Bool { state != .betweenMessages && state != .skippingLine }

    /// The number of bytes held from earlier reads; at most the maximum length.
    package var heldBytes: Int { held.count }

    /// A whole message.
    package enum Message {
        /// It came in one read, in this range.
        case inRead(Range<Int>)
        case inSeveralReads([UInt8])
    }

    /// Finds the next message, without a copy if it came in one read.
    ///
    /// - Parameters:
    ///   - bytes: one read.
    ///   - position: the index of the first byte that was not looked at yet: 0 for a new read. It moves beyond the message.
    /// - Returns: nil if the read has no further message.
    /// - Throws: `ProtocolError` if other bytes come first. Reading can go on after it: each malformed message is reported
    ///   once.
    package func nextMessage(in bytes: Span<UInt8>, at position: inout Int) throws(ProtocolError) -> Message? {
        while position < bytes.count {
            switch state {
            case .betweenMessages: try findStart(in: bytes, at: &position)
            case .skippingLine: skipLine(in: bytes, at: &position)
            case .inObject, .inString, .afterBackslash:
                guard let part = try findEnd(in: bytes, at: &position) else { continue }
                if held.isEmpty { return .inRead(part) }
                hold(bytes.extracting(part))
                let message = held
                held = []
                return .inSeveralReads(message)
            }
        }
        return nil
    }

    private func hold(_ part: Span<UInt8>) {
        // In a local variable: a change of the property that calls another module would be checked at run time.
        var bytes = held
        held = []
        bytes.append(copying: part)
        held = bytes
    }

    private func skipLine(in bytes: Span<UInt8>, at position: inout Int) {
        while position < bytes.count {
            position += 1
            if bytes[position - 1] == .newline {
                state = .betweenMessages
                return
            }
        }
    }

    private func findStart(in bytes: Span<UInt8>, at position: inout Int) throws(ProtocolError) {
        while position < bytes.count {
            switch bytes[position] {
            case .space, .tab, .carriageReturn, .newline:
                position += 1
            case .openingBrace:
                state = .inObject
                depth = 0
                isTooLong = false
                return
            case let byte:
                state = .skippingLine
                position += 1
                throw .notAnObject(byte)
            }
        }
    }

    /// - Returns: the range of the message, or of the part that completes it; nil if it does not end in this read.
    // Inlined, with `scan`: 60 fewer instructions for a message, 1 % of a submit.
    @inline(__always)
    private func findEnd(in bytes: Span<UInt8>, at position: inout Int) throws(ProtocolError) -> Range<Int>? {
        let start = position
        let room = maximumLength - held.count
        let end = isTooLong ? bytes.count : min(bytes.count, start + room)
        scan(bytes, from: &position, to: end)

        switch state {
        case .betweenMessages:
            return isTooLong ? nil : start..<position
        case .skippingLine:
            // The newline was read: the next line begins.
            state = .betweenMessages
            held = []
            if !isTooLong { throw .newlineInObject }
        case .inObject, .inString, .afterBackslash:
            if isTooLong { break }
            if position - start < room {
                hold(bytes.extracting(start..<position))
            } else {
                isTooLong = true
                held = []
                throw .tooLong(limit: maximumLength)
            }
        }
        return nil
    }

    /// Follows an object up to `end`; stops after the `}` that closes it (then the state is `betweenMessages`) and after a
    /// newline (then the state is `skippingLine`).
    @inline(__always)
    private func scan(_ bytes: Span<UInt8>, from position: inout Int, to end: Int) {
        var isInString = state != .inObject
        var nextIsEscaped = state == .afterBackslash
        while position < end {
            let length = min(Marks.blockSize, end - position)
            var marks = bytes.marks(from: position, length: length)
            if nextIsEscaped || marks.backslashes != 0 {
                nextIsEscaped = marks.removeEscapes(length: length, isInString: isInString, isEscaped: nextIsEscaped)
            }
            let inStrings = marks.bytesInStrings(isInString)
            while marks.bracesAndNewlines != 0 {
                let offset = marks.bracesAndNewlines.trailingZeroBitCount
                marks.bracesAndNewlines &= marks.bracesAndNewlines - 1
                switch bytes[position + offset] {
                case .newline:
                    position += offset + 1
                    return state = .skippingLine
                case _ where inStrings & 1 << offset != 0: break
                case .openingBrace: depth += 1
                default:  // A closing brace.
                    depth -= 1
                    if depth > 0 { break }
                    position += offset + 1
                    return state = .betweenMessages
                }
            }
            isInString = inStrings & 1 << (length - 1) != 0
            position += length
        }
        state = !isInString ? .inObject : nextIsEscaped ? .afterBackslash : .inString
    }
}

extension Marks {
    /// A bit for each byte inside a string. Opening quotes count, closing quotes do not.
    ///
    /// - Parameter isInString: whether the block begins inside a string.
    fileprivate func bytesInStrings(_ isInString: Bool) -> UInt64 {
        // Each bit becomes the parity of the quotes up to its byte (a prefix XOR).
        var bits = quotes
        var distance: UInt64 = 1
        while distance < 64 {
            bits ^= bits << distance
            distance *= 2
        }
        return isInString ? ~bits : bits
    }

    /// Removes the quotes that follow a backslash inside a string, and all backslashes.
    ///
    /// - Parameters:
    ///   - isInString: whether the block begins inside a string.
    ///   - isEscaped: whether a backslash escapes its first byte.
    /// - Returns: whether a backslash escapes the byte after the block.
    fileprivate mutating func removeEscapes(length: Int, isInString: Bool, isEscaped: Bool) -> Bool {
        if isEscaped {
            quotes &= ~1
            backslashes &= ~1
        }
        while backslashes != 0 {
            let offset = backslashes.trailingZeroBitCount
            backslashes &= backslashes - 1
            guard bytesInStrings(isInString) & 1 << offset != 0 else { continue }
            if offset + 1 == length { return true }
            quotes &= ~(2 << offset)
            backslashes &= ~(2 << offset)
        }
        return false
    }
}

extension UInt8 {
    fileprivate static let tab = UInt8(ascii: "\t")
    fileprivate static let newline = UInt8(ascii: "\n")
    fileprivate static let carriageReturn = UInt8(ascii: "\r")
    fileprivate static let space = UInt8(ascii: " ")
    fileprivate static let openingBrace = UInt8(ascii: "{")
}
