import Testing

@testable import TaskCore
@testable import TaskProtocol

/// What a framer makes of bytes that come in the given pieces.
private func frame(_ pieces: [[UInt8]], limit: Int = 1000) -> [String] {
    var framer = LineFramer(maximumLength: limit)
    var found: [String] = []
    for piece in pieces {
        let bytes = piece.span
        var position = 0
        while let event = framer.next(in: bytes, at: &position) {
            switch event {
            case .message:
                found.append(
                    framer.withMessage(in: bytes) { message in
                        var text: [UInt8] = []
                        for index in message.indices { text.append(message[index]) }
                        return String(decoding: text, as: UTF8.self)
                    })
            case .broken(let message):
                found.append("broken: \(message)")
            }
        }
        #expect(position == bytes.count)
    }
    if framer.isInsideMessage { found.append("unfinished") }
    return found
}

private func frame(_ text: String, limit: Int = 1000) -> [String] { frame([Array(text.utf8)], limit: limit) }

struct LineFramerTests {
    @Test func linesInOneRead() {
        #expect(frame("{\"a\":1}\n{\"b\":2}\r\n\n \t\r\n{\"c\":3}\n") == [#"{"a":1}"#, #"{"b":2}"#, #"{"c":3}"#])
    }

    @Test func aWholeObjectNeedsNoNewline() {
        #expect(frame(#"{"a":1}"#) == [#"{"a":1}"#])
        #expect(frame(#"{"a":1}{"b":2} {"c":3}"#) == [#"{"a":1}"#, #"{"b":2}"#, #"{"c":3}"#])
    }

    @Test func bracesInStringsDoNotCount() {
        #expect(frame(#"{"a":"}{\"}\\"}{"}":"{"}"#) == [#"{"a":"}{\"}\\"}"#, #"{"}":"{"}"#])
    }

    @Test func objectsInObjects() {
        #expect(frame(#"{"a":{"b":{}},"c":[{},{}]}{}"#) == [#"{"a":{"b":{}},"c":[{},{}]}"#, "{}"])
    }

    @Test func anythingElseBetweenMessagesIsBrokenToTheEndOfItsLine() {
        #expect(frame("hello {} \"\n{\"a\":1}") == ["broken: byte 0x68 where a message should begin", #"{"a":1}"#])
        #expect(frame("{},{}\n{}") == ["{}", "broken: byte 0x2c where a message should begin", "{}"])
        #expect(frame("\u{feff}{}") == ["broken: byte 0xef where a message should begin"])
        #expect(frame("\0") == ["broken: byte 0x0 where a message should begin"])
    }

    @Test func aNewlineInsideAnObjectEndsIt() {
        #expect(
            frame("{\"a\":\n1}\n{}") == [
                "broken: a newline inside an object", "broken: byte 0x31 where a message should begin", "{}",
            ])
        #expect(frame("{\"a\n{}") == ["broken: a newline inside an object", "{}"])
        #expect(frame("{\"a\\\n{}") == ["broken: a newline inside an object", "{}"])
    }

    @Test func theEndInsideAMessageIsSeen() {
        #expect(frame("{") == ["unfinished"])
        #expect(frame("{}\n") == ["{}"])
        #expect(frame("x") == ["broken: byte 0x78 where a message should begin"])
    }

    @Test func theLimitCountsFromBraceToBrace() {
        let message = #"{"a":"1234567"}"#
        #expect(frame("   \(message)\n\(message)", limit: 15) == [message, message])
        #expect(frame("   \(message)\n{}", limit: 14) == ["broken: a message of more than 14 bytes", "{}"])
        #expect(frame("{}", limit: 1) == ["broken: a message of more than 1 bytes"])
    }

    @Test func aMessageThatIsTooLongIsKnownBeforeItsEnd() {
        var framer = LineFramer(maximumLength: 10)
        let endless = Array("{\"a\":\"1234".utf8)
        var position = 0
        #expect(framer.next(in: endless.span, at: &position) == .broken(.tooLong(limit: 10)))
    }

    @Test func anOversizedMessageIsToldOnceAndEndsAtItsBraceOrNewline() {
        let long = "{\"a\":{\"b\":\"}12345678901234567890\"}}"
        #expect(frame("\(long){}\n{}", limit: 12) == ["broken: a message of more than 12 bytes", "{}", "{}"])
        #expect(
            frame("{\"a\":\"12345678901234567890\n{}", limit: 12) == ["broken: a message of more than 12 bytes", "{}"])
    }

    @Test(arguments: [
        "{\"type\":\"run\",\"data\":\"a\\\"}\"}\n{\"b\":{}}x{}\n\n{\"c\":\n{}{\"too long\":\"12345678901234567890\"}{}",
        "  {\"я\":\"😀\\\\\"}\r\n{}{}\t{\"a\":\"{{{\"}\nPOST / HTTP/1.1\r\n\r\n{}\n{\"a\":\"\\\n{}",
    ]) func everyCutGivesTheSame(text: String) {
        let bytes = Array(text.utf8)
        let whole = frame([bytes], limit: 30)
        #expect(whole.count > 4)
        #expect(frame(bytes.map { [$0] }, limit: 30) == whole, "a byte at a time")
        for first in 0...bytes.count {
            for second in first...bytes.count {
                let pieces = [Array(bytes[..<first]), Array(bytes[first..<second]), Array(bytes[second...])]
                #expect(frame(pieces, limit: 30) == whole, "cut at \(first) and \(second)")
            }
        }
    }

    /// The search for the end of a line is not begun again for each message on it.
    @Test(arguments: ["", "\n", "}\n"]) func manyMessagesOnOneLineTakeLinearTime(end: String) throws {
        let bytes = Array((String(repeating: "{}", count: 1_000_000) + end).utf8)
        let reader = MessageReader()
        var framer = LineFramer(maximumLength: 4_000_000)
        var position = 0
        var count = 0
        while true {
            do throws(BrokenMessage) {
                guard try reader.nextRequest(&framer, in: bytes.span, at: &position) != nil else { break }
            } catch { count += 1 }
        }
        #expect(count == 1_000_000 + (end.hasPrefix("}") ? 1 : 0))
    }

    @Test func aLongMessageInSmallPiecesTakesLinearTime() {
        let message = Array("{\"a\":\"\(String(repeating: "x", count: 1_000_000))\"}".utf8)
        let pieces = stride(from: 0, to: message.count, by: 10).map { Array(message[$0..<min($0 + 10, message.count)]) }
        // Looking at all bytes again for each piece would take minutes.
        #expect(frame(pieces, limit: 2_000_000) == [String(decoding: message, as: UTF8.self)])
    }
}
