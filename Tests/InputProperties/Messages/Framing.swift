import ModelRuns
import TaskCore
package import TaskProtocol

/// What a framer finds in a stream.
package struct Framing: Equatable, CustomStringConvertible {
    package fileprivate(set) var found: [Result<[UInt8], ProtocolError>] = []
    package fileprivate(set) var endsInsideMessage = false

    var messages: [[UInt8]] { found.compactMap { try? $0.get() } }

    package var description: String {
        let texts = found.map { $0.map { text($0[...]) } }
        return "\(texts)\(endsInsideMessage ? " and the beginning of another" : "")"
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
            guard whole == expected else {
                throw BrokenProperty("with a limit of \(limit): \(whole) instead of \(expected)", for: input)
            }
            // Cutting long inputs at each byte takes too long.
            let everywhere = input.count <= 2200 ? Array(input.indices) : []
            for cuts in [everywhere, Self.cuts(in: input, &dice)] {
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

/// - Parameters:
///   - cuts: the offsets between reads, in ascending order.
///   - observe: called after each step with the number of bytes that the framer holds.
package func framing(
    of input: [UInt8], cutAt cuts: [Int] = [], limit: Int, observe: (Int) -> Void = { _ in }
) -> Framing {
    let framer = Framer(maximumLength: limit)
    var framing = Framing()
    for (start, end) in zip([0] + cuts, cuts + [input.count]) {
        let bytes = input.span.extracting(start..<end)
        var position = 0
        reading: while true {
            do throws(ProtocolError) {
                switch try framer.nextMessage(in: bytes, at: &position) {
                case nil: break reading
                case .inRead(let range):
                    framing.found.append(
                        .success(Array(input[start...].dropFirst(range.lowerBound).prefix(range.count))))
                case .inSeveralReads(let message): framing.found.append(.success(message))
                }
            } catch {
                framing.found.append(.failure(error))
            }
            observe(framer.heldBytes)
        }
    }
    framing.endsInsideMessage = framer.isInsideMessage
    return framing
}

/// A second framer, which gets the whole stream at once.
private func expectedFraming(of bytes: [UInt8], limit: Int) -> Framing {
    var framing = Framing()
    var start = 0
    while start < bytes.count {
        if bytes[start].isJSONSpace {
            start += 1
        } else if bytes[start] != .openingBrace {
            framing.found.append(.failure(.notAnObject(bytes[start])))
            start = (bytes[start...].firstIndex(of: .newline) ?? bytes.count - 1) + 1
        } else {
            let (end, isClosed) = endOfObject(in: bytes[start...])
            let message = bytes[start..<end]
            if message.count > limit || message.count == limit && !isClosed {
                framing.found.append(.failure(.tooLong(limit: limit)))
            } else if isClosed {
                framing.found.append(.success(Array(message)))
            } else if end < bytes.count {
                framing.found.append(.failure(.newlineInObject))
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

func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

extension UInt8 {
    fileprivate static let quote = UInt8(ascii: "\"")
    fileprivate static let backslash = UInt8(ascii: "\\")
    fileprivate static let openingBrace = UInt8(ascii: "{")
    fileprivate static let closingBrace = UInt8(ascii: "}")
    static let newline = UInt8(ascii: "\n")

    /// White space between messages.
    fileprivate var isJSONSpace: Bool { " \t\r\n".utf8.contains(self) }
}

extension SeededGenerator {
    /// Seeded with a hash of the input (FNV-1a), so that a finding can be repeated.
    fileprivate init(of bytes: [UInt8]) {
        self.init(seed: bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 })
    }
}
