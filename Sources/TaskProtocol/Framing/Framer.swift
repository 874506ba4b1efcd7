import JSON
import TaskCore

/// Splits a byte stream into messages by the rules under "Framing" in PROTOCOL.md.
///
/// A message is the text from a `{` to the `}` that closes it, on one line. The framer does not parse JSON: it follows
/// braces and strings, looks at each byte once, and finds the same messages however the stream is cut into reads.
package struct Framer: ~Copyable {
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
    package mutating func nextMessage(in bytes: Span<UInt8>, at position: inout Int) throws(ProtocolError) -> Message? {
        while position < bytes.count {
            switch state {
            case .betweenMessages: try findStart(in: bytes, at: &position)
            case .skippingLine: skipLine(in: bytes, at: &position)
            case .inObject, .inString, .afterBackslash:
                guard let part = try findEnd(in: bytes, at: &position) else { continue }
                if held.isEmpty { return .inRead(part) }
                held.append(copying: bytes.extracting(part))
                return .inSeveralReads(exchange(&held, with: []))
            }
        }
        return nil
    }

    private mutating func skipLine(in bytes: Span<UInt8>, at position: inout Int) {
        while position < bytes.count {
            position += 1
            if bytes[position - 1] == .newline {
                state = .betweenMessages
                return
            }
        }
    }

    private mutating func findStart(in bytes: Span<UInt8>, at position: inout Int) throws(ProtocolError) {
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
    private mutating func findEnd(in bytes: Span<UInt8>, at position: inout Int) throws(ProtocolError) -> Range<Int>? {
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
                held.append(copying: bytes.extracting(start..<position))
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
    private mutating func scan(_ bytes: Span<UInt8>, from position: inout Int, to end: Int) {
        var index = position
        var state = state
        var depth = depth
        scanning: while index < end {
            switch state {
            case .inString:
                // Most bytes of a message are inside strings.
                guard let special = bytes.firstSpecialByte(in: index..<end) else {
                    index = end
                    break scanning
                }
                index = special + 1
                switch bytes[special] {
                case .quote: state = .inObject
                case .backslash: state = .afterBackslash
                case .newline: state = .skippingLine
                default: break
                }
            case .afterBackslash:
                state = bytes[index] == .newline ? .skippingLine : .inString
                index += 1
            case .betweenMessages, .skippingLine:
                break scanning
            case .inObject:
                let byte = bytes[index]
                index += 1
                switch byte {
                case .quote: state = .inString
                case .openingBrace: depth += 1
                case .closingBrace:
                    depth -= 1
                    if depth == 0 { state = .betweenMessages }
                case .newline: state = .skippingLine
                default: break
                }
            }
        }
        position = index
        self.state = state
        self.depth = depth
    }
}

extension UInt8 {
    fileprivate static let tab = UInt8(ascii: "\t")
    fileprivate static let newline = UInt8(ascii: "\n")
    fileprivate static let carriageReturn = UInt8(ascii: "\r")
    fileprivate static let space = UInt8(ascii: " ")
    fileprivate static let quote = UInt8(ascii: "\"")
    fileprivate static let backslash = UInt8(ascii: "\\")
    fileprivate static let openingBrace = UInt8(ascii: "{")
    fileprivate static let closingBrace = UInt8(ascii: "}")
}
