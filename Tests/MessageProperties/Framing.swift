import ModelRuns
import TaskCore
import TaskProtocol

/// What a framer, and the reader behind it, make of a stream of bytes.
struct Framing: Equatable {
    enum Event: Equatable, CustomStringConvertible {
        case message([UInt8])
        case broken(BrokenMessage)

        var description: String {
            switch self {
            case .message(let bytes): text(bytes[...]).debugDescription
            case .broken(let problem): "broken: \(problem)"
            }
        }
    }

    var events: [Event] = []
    /// What the server reads from each event.
    var requests: [Result<IncomingRequest, BrokenMessage>] = []
    /// The stream ends inside a message.
    var endsInside = false

    var messages: [[UInt8]] {
        events.compactMap { event in
            guard case .message(let bytes) = event else { return nil }
            return bytes
        }
    }
}

extension MessageProperties {
    /// A client is at the mercy of the network for how its bytes are cut; and the rules are few enough to be followed by
    /// a second framer, which is given everything at once. A small limit shows what the usual one, which no input here
    /// reaches, does not.
    func framingDoesNotDependOnTheCuts(_ input: [UInt8]) throws(BrokenProperty) {
        var dice = SeededGenerator(of: input)
        for limit in [MessageLimits.request, Int.random(in: 1...64, using: &dice)] {
            let whole = framing(of: input, limit: limit)
            let expected = expectedFraming(of: input, limit: limit)
            guard whole.events == expected.events, whole.endsInside == expected.endsInside else {
                throw BrokenProperty("framed by a limit of \(limit): \(whole) is not \(expected)", for: input)
            }
            for cuts in [Array(input.indices), Self.cuts(in: input, &dice)] {
                var longest = 0
                let framing = framing(of: input, cutAt: cuts, limit: limit) { longest = max(longest, $0) }
                guard framing == whole else {
                    throw BrokenProperty("cut at \(cuts), limit \(limit): \(framing) is not \(whole)", for: input)
                }
                guard longest <= limit else {
                    throw BrokenProperty("a framer with a limit of \(limit) keeps \(longest) bytes", for: input)
                }
            }
            for cuts in [[], Array(input.indices), Self.cuts(in: input, &dice)] {
                let requests = requests(in: input, cutAt: cuts, limit: limit)
                guard requests == whole.requests else {
                    throw BrokenProperty(
                        "a line at a time, cut at \(cuts), limit \(limit): \(requests) is not \(whole.requests)",
                        for: input)
                }
            }
        }
    }

    /// - Parameters:
    ///   - cuts: where one read ends and the next begins; ascending.
    ///   - observe: called after each step with the number of bytes that the framer keeps.
    func framing(
        of input: [UInt8], cutAt cuts: [Int] = [], limit: Int, observe: (Int) -> Void = { _ in }
    ) -> Framing {
        var framer = LineFramer(maximumLength: limit)
        var framing = Framing()
        for (start, end) in zip([0] + cuts, cuts + [input.count]) {
            let bytes = input.span.extracting(start..<end)
            var position = 0
            while let event = framer.next(in: bytes, at: &position) {
                observe(framer.heldBytes)
                switch event {
                case .broken(let problem):
                    framing.events.append(.broken(problem))
                    framing.requests.append(.failure(problem))
                case .message:
                    framer.withMessage(in: bytes) { message in
                        var copy: [UInt8] = []
                        copy.append(copying: message)
                        framing.events.append(.message(copy))
                        framing.requests.append(read(message))
                    }
                }
            }
            observe(framer.heldBytes)
        }
        framing.endsInside = framer.isInsideMessage
        return framing
    }

    /// What the server reads, which takes whole lines where it can.
    private func requests(in input: [UInt8], cutAt cuts: [Int], limit: Int) -> [Result<IncomingRequest, BrokenMessage>]
    {
        var framer = LineFramer(maximumLength: limit)
        var requests: [Result<IncomingRequest, BrokenMessage>] = []
        for (start, end) in zip([0] + cuts, cuts + [input.count]) {
            let bytes = input.span.extracting(start..<end)
            var position = 0
            while true {
                do throws(BrokenMessage) {
                    guard let request = try reader.nextRequest(&framer, in: bytes, at: &position) else { break }
                    requests.append(.success(request))
                } catch {
                    requests.append(.failure(error))
                }
            }
        }
        return requests
    }

    func read(_ message: Span<UInt8>) -> Result<IncomingRequest, BrokenMessage> {
        Result { () throws(BrokenMessage) in try reader.request(message) }
    }

    /// Some ten places, some of them next to each other, some of them twice: a read may bring nothing.
    private static func cuts(in input: [UInt8], _ dice: inout SeededGenerator) -> [Int] {
        var places: [Int] = []
        for _ in 0..<5 {
            let place = Int.random(in: 0...input.count, using: &dice)
            places += [place, min(input.count, place + Int.random(in: 0...2, using: &dice))]
        }
        return places.sorted()
    }
}

/// The rules under "Framing" in PROTOCOL.md once more, for all bytes at once.
private func expectedFraming(of bytes: [UInt8], limit: Int) -> Framing {
    var framing = Framing()
    var start = 0
    while start < bytes.count {
        if bytes[start].isJSONSpace {
            start += 1
        } else if bytes[start] != .openingBrace {
            framing.events.append(.broken(.notAnObject(bytes[start])))
            start = (bytes[start...].firstIndex(of: .newline) ?? bytes.count - 1) + 1
        } else {
            let (end, isClosed) = endOfObject(in: bytes[start...])
            let message = bytes[start..<end]
            if message.count > limit || message.count == limit && !isClosed {
                framing.events.append(.broken(.tooLong(limit: limit)))
            } else if isClosed {
                framing.events.append(.message(Array(message)))
            } else if end < bytes.count {
                framing.events.append(.broken(.newlineInside))
            }
            framing.endsInside = !isClosed && end == bytes.count
            start = isClosed ? end : end + 1
        }
    }
    return framing
}

/// Where the object with which `bytes` begin ends, or the line or the bytes before it does.
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
    /// From the bytes themselves: whoever has the input has the numbers (FNV-1a).
    fileprivate init(of bytes: [UInt8]) {
        self.init(seed: bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 })
    }
}
