import ModelRuns
import TaskCore
package import TaskProtocol

/// What a framer finds in a stream, and what the server reads from it.
struct Framing: Equatable {
    enum Event: Equatable, CustomStringConvertible {
        case message([UInt8])
        case malformed(ProtocolError)

        var description: String {
            switch self {
            case .message(let bytes): text(bytes[...]).debugDescription
            case .malformed(let error): "malformed: \(error)"
            }
        }
    }

    var events: [Event] = []
    /// The request of each event.
    var requests: [Result<IncomingRequest, ProtocolError>] = []
    var endsInsideMessage = false

    var messages: [[UInt8]] {
        events.compactMap { event in
            guard case .message(let bytes) = event else { return nil }
            return bytes
        }
    }
}

extension MessageProperties {
    /// The framer finds the same messages however the stream is cut into reads, and they are those of the rules under
    /// "Framing" in PROTOCOL.md. No input is longer than the default limit, so a small one is tried too.
    func framingDoesNotDependOnCuts(_ input: [UInt8]) throws(BrokenProperty) {
        var dice = SeededGenerator(of: input)
        for limit in [Limits().message, Int.random(in: 1...64, using: &dice)] {
            let whole = framing(of: input, limit: limit)
            let expected = expectedFraming(of: input, limit: limit)
            guard whole.events == expected.events, whole.endsInsideMessage == expected.endsInsideMessage else {
                throw BrokenProperty("with a limit of \(limit): \(whole) instead of \(expected)", for: input)
            }
            for cuts in [Array(input.indices), Self.cuts(in: input, &dice)] {
                var mostHeld = 0
                let framing = framing(of: input, cutAt: cuts, limit: limit) { mostHeld = max(mostHeld, $0) }
                guard framing == whole else {
                    throw BrokenProperty("cut at \(cuts), limit \(limit): \(framing) instead of \(whole)", for: input)
                }
                guard mostHeld <= limit else {
                    throw BrokenProperty("a framer with a limit of \(limit) holds \(mostHeld) bytes", for: input)
                }
            }
        }
    }

    /// - Parameters:
    ///   - cuts: the offsets between reads, in ascending order.
    ///   - observe: called after each step with the number of bytes that the framer holds.
    func framing(
        of input: [UInt8], cutAt cuts: [Int] = [], limit: Int, observe: (Int) -> Void = { _ in }
    ) -> Framing {
        let framer = Framer(maximumLength: limit)
        var framing = Framing()
        for (start, end) in zip([0] + cuts, cuts + [input.count]) {
            let bytes = input.span.extracting(start..<end)
            var position = 0
            while true {
                do throws(ProtocolError) {
                    let found = try framer.next(in: bytes, at: &position) { message in
                        var copy: [UInt8] = []
                        copy.append(copying: message)
                        return (copy, read(message))
                    }
                    guard let (message, request) = found else { break }
                    framing.events.append(.message(message))
                    framing.requests.append(request)
                } catch {
                    framing.events.append(.malformed(error))
                    framing.requests.append(.failure(error))
                }
                observe(framer.heldBytes)
            }
            observe(framer.heldBytes)
        }
        framing.endsInsideMessage = framer.isInsideMessage
        return framing
    }

    func read(_ message: Span<UInt8>) -> Result<IncomingRequest, ProtocolError> {
        Result { () throws(ProtocolError) in try requests.read(message) }
    }

    /// Ten offsets in pairs that are close to each other. Some are equal: a read may be empty.
    private static func cuts(in input: [UInt8], _ dice: inout SeededGenerator) -> [Int] {
        var offsets: [Int] = []
        for _ in 0..<5 {
            let offset = Int.random(in: 0...input.count, using: &dice)
            offsets += [offset, min(input.count, offset + Int.random(in: 0...2, using: &dice))]
        }
        return offsets.sorted()
    }
}

/// A second framer, which gets the whole stream at once and leaves the requests out.
private func expectedFraming(of bytes: [UInt8], limit: Int) -> Framing {
    var framing = Framing()
    var start = 0
    while start < bytes.count {
        if bytes[start].isJSONSpace {
            start += 1
        } else if bytes[start] != .openingBrace {
            framing.events.append(.malformed(.notAnObject(bytes[start])))
            start = (bytes[start...].firstIndex(of: .newline) ?? bytes.count - 1) + 1
        } else {
            let (end, isClosed) = endOfObject(in: bytes[start...])
            let message = bytes[start..<end]
            if message.count > limit || message.count == limit && !isClosed {
                framing.events.append(.malformed(.tooLong(limit: limit)))
            } else if isClosed {
                framing.events.append(.message(Array(message)))
            } else if end < bytes.count {
                framing.events.append(.malformed(.newlineInObject))
            }
            framing.endsInsideMessage = !isClosed && end == bytes.count
            start = isClosed ? end : end + 1
        }
    }
    return framing
}

/// The end of the object with which `bytes` begin; if it is not closed, the end of its line.
private func endOfObject(in bytes: ArraySlice<UInt8>) -> (end: Int, isClosed: Bool) {
    let line = bytes.prefix { $0 != .newline }
    var depth = 0
    var isInString = false
    var isEscaped = false
    for (index, byte) in zip(line.indices, line) {
        if isEscaped {
            isEscaped = false
        } else if isInString {
            isEscaped = byte == .backslash
            isInString = byte != .quote
        } else if byte == .quote {
            isInString = true
        } else if byte == .openingBrace {
            depth += 1
        } else if byte == .closingBrace {
            depth -= 1
            if depth == 0 { return (index + 1, true) }
        }
    }
    return (line.endIndex, false)
}

extension SeededGenerator {
    /// Seeded with a hash of the input (FNV-1a), so that a finding can be repeated.
    fileprivate init(of bytes: [UInt8]) {
        self.init(seed: bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 })
    }
}

extension Framer {
    /// Passes the next message to `body`.
    ///
    /// - Returns: what `body` returns; nil if the read has no further message.
    package func next<Result>(
        in bytes: Span<UInt8>, at position: inout Int, _ body: (Span<UInt8>) throws(ProtocolError) -> Result
    ) throws(ProtocolError) -> Result? {
        switch try nextMessage(in: bytes, at: &position) {
        case nil: nil
        case .inRead(let range): try body(bytes.extracting(range))
        case .inSeveralReads(let message): try body(message.span)
        }
    }
}
