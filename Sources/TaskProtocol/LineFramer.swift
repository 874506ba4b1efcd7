import JSON
import TaskCore

/// Cuts a stream of bytes into messages, by the rules under "Framing" in PROTOCOL.md.
///
/// It keeps its place between reads, so each byte is looked at once, and the same bytes give the same
/// messages however they were cut. It is no JSON parser: a message is what stands between a `{` and
/// the `}` that closes it, on one line.
package struct LineFramer: ~Copyable {
    /// What was found in the bytes.
    package enum Event: Equatable {
        /// A whole message; `withMessage` has it until the next call of `next`.
        case message
        /// Bytes that are no message. Told once for each broken message, as soon as it is known.
        case broken(BrokenMessage)
    }

    private enum Place {
        case between
        case inObject
        case inString
        case afterBackslash
        case skippingLine
    }

    // Every connection has a framer: it is kept small.

    /// The part of the message that came with earlier reads, or all of it where one read did not hold it.
    private var held: [UInt8] = []
    /// Where the message lies in the bytes given to `next`, unless `held` has it.
    private var found: Range<UInt32> = 0..<0
    /// Up to where, in the bytes of this read, no line is taken for one message again.
    private var doubtEnd: UInt32 = 0
    private let limit: UInt32
    private var depth: UInt32 = 0
    private var place = Place.between
    /// The message has passed the maximum length: it was reported, and its end is still to be found.
    private var isOversized = false
    private var hasMessage = false

    private var maximumLength: Int { Int(limit) }

    /// - Parameter maximumLength: of a message, in bytes, both braces included; at least 1. From 4 GiB on it is 4 GiB less one
    ///   byte, which is the most that simdjson reads.
    package init(maximumLength: Int) {
        precondition(maximumLength > 0)
        limit = UInt32(clamping: maximumLength)
    }

    /// Whether a message has begun and not ended; a broken one counts only while its end is open.
    package var isInsideMessage: Bool { place != .between && place != .skippingLine }

    /// How many bytes of a message it keeps from earlier reads; at most the maximum length.
    package var heldBytes: Int { held.count }

    /// Goes on from `position` to the next event.
    ///
    /// - Parameters:
    ///   - bytes: one read; less than 4 GiB.
    ///   - position: how far `bytes` were looked at; 0 for a new read. It is moved behind the event.
    /// - Returns: nil where the bytes are used up.
    package mutating func next(in bytes: Span<UInt8>, at position: inout Int) -> Event? {
        if hasMessage { forgetMessage() }
        while position < bytes.count {
            let event: Event?
            switch place {
            case .between: event = findBeginning(in: bytes, at: &position)
            case .skippingLine: event = skipLine(in: bytes, at: &position)
            default: event = findEnd(in: bytes, at: &position)
            }
            if let event { return event }
        }
        return nil
    }

    /// Gives the message that `next` has just found, once, without a copy where one read held it whole.
    ///
    /// - Parameter bytes: those that were given to `next`.
    package mutating func withMessage<Result, Failure>(
        in bytes: Span<UInt8>, _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(hasMessage, "no message was found")
        defer { forgetMessage() }
        return try held.isEmpty
            ? body(bytes.extracting(Int(found.lowerBound)..<Int(found.upperBound))) : body(held.span)
    }

    // MARK: Lines

    /// The rest of the line, where that may be one message: most clients send each on a line of its own, and to read such a
    /// line at once is quicker than to look for the message's end first. Where it is JSON it is the message that `next` would
    /// have found: then `accept` it, else `doubt` it.
    ///
    /// - Returns: what lies before the newline; nil where `next` is to be asked.
    mutating func wholeLine(in bytes: Span<UInt8>, at position: Int) -> Range<Int>? {
        if position == 0 { doubtEnd = 0 }
        guard place == .between, position >= Int(doubtEnd), position < bytes.count, bytes[position] == .openingBrace
        else {
            return nil
        }
        let newline = bytes.firstNewline(from: position)
        guard let newline, newline - position <= maximumLength else {
            // What follows may be many messages: this search is not made anew for each.
            doubtEnd = UInt32(newline ?? bytes.count)
            return nil
        }
        return position..<newline
    }

    /// Goes on behind a line.
    func accept(_ line: Range<Int>, _ position: inout Int) { position = line.upperBound + 1 }

    /// Has `next` look for the messages of a line.
    mutating func doubt(_ line: Range<Int>) { doubtEnd = UInt32(line.upperBound) }

    // MARK: Messages

    private mutating func forgetMessage() {
        hasMessage = false
        if !held.isEmpty { held = [] }
    }

    private mutating func skipLine(in bytes: Span<UInt8>, at position: inout Int) -> Event? {
        while position < bytes.count {
            position += 1
            if bytes[position - 1] == .newline {
                place = .between
                break
            }
        }
        return nil
    }

    private mutating func findBeginning(in bytes: Span<UInt8>, at position: inout Int) -> Event? {
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case .space, .tab, .carriageReturn, .newline:
                position += 1
            case .openingBrace:
                place = .inObject
                depth = 0
                isOversized = false
                return nil
            default:
                place = .skippingLine
                position += 1
                return .broken(.notAnObject(byte))
            }
        }
        return nil
    }

    private mutating func findEnd(in bytes: Span<UInt8>, at position: inout Int) -> Event? {
        let start = position
        // The first position that would be one byte too many.
        let limit = isOversized ? bytes.count : min(bytes.count, start + maximumLength - held.count)
        scan(bytes, from: &position, to: limit)

        switch place {
        case .between:
            return isOversized ? nil : endMessage(in: bytes, start..<position)
        case .skippingLine:
            place = .between
            held = []
            return isOversized ? nil : .broken(.newlineInside)
        default:
            if isOversized { return nil }
            if position == bytes.count, position < start + maximumLength - held.count {
                held.append(copying: bytes.extracting(start...))
                return nil
            }
            isOversized = true
            held = []
            return .broken(.tooLong(limit: maximumLength))
        }
    }

    private mutating func endMessage(in bytes: Span<UInt8>, _ part: Range<Int>) -> Event {
        if held.isEmpty {
            found = UInt32(part.lowerBound)..<UInt32(part.upperBound)
        } else {
            held.append(copying: bytes.extracting(part))
        }
        hasMessage = true
        return .message
    }

    /// Follows an object up to `end`, or to the byte behind its `}` (then `place` is `between`), or to
    /// the byte behind a newline (then `place` is `skippingLine`).
    private mutating func scan(_ bytes: Span<UInt8>, from position: inout Int, to end: Int) {
        var index = position
        var place = place
        var depth = depth
        scanning: while index < end {
            let byte = bytes[index]
            index += 1
            if byte == .newline {
                place = .skippingLine
                break
            }
            switch place {
            case .inString:
                if byte == .quote {
                    place = .inObject
                } else if byte == .backslash {
                    place = .afterBackslash
                } else {
                    // Most bytes stand in strings.
                    index = bytes.firstSpecialByte(from: index, to: end) ?? end
                }
            case .afterBackslash:
                place = .inString
            default:
                if byte == .quote {
                    place = .inString
                } else if byte == .openingBrace {
                    depth += 1
                } else if byte == .closingBrace {
                    depth -= 1
                    if depth == 0 {
                        place = .between
                        break scanning
                    }
                }
            }
        }
        position = index
        self.place = place
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
