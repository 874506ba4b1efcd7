import MessageProperties
import Testing

@testable import TaskCore
@testable import TaskProtocol

/// The messages and errors in a stream that comes in these reads, as text.
private func frame(_ reads: [[UInt8]], limit: Int = 1000) -> [String] {
    let framer = Framer(maximumLength: limit)
    var found: [String] = []
    for bytes in reads {
        var position = 0
        while true {
            do throws(ProtocolError) {
                guard let message = try framer.next(in: bytes.span, at: &position, { text($0) }) else { break }
                found.append(message)
            } catch {
                found.append("malformed: \(error)")
            }
        }
        #expect(position == bytes.count)
    }
    if framer.isInsideMessage { found.append("unfinished") }
    return found
}

private func frame(_ text: String, limit: Int = 1000) -> [String] { frame([Array(text.utf8)], limit: limit) }

private let newline = "malformed: a newline inside an object"
private func notAnObject(_ byte: String) -> String { "malformed: byte 0x\(byte) instead of the { of a message" }
private func tooLong(_ limit: Int) -> String { "malformed: a message of more than \(limit) bytes" }

struct FramerTests {
    @Test(arguments: [
        ("{\"a\":1}\n{\"b\":2}\r\n\n \t\r\n{\"c\":3}\n", [#"{"a":1}"#, #"{"b":2}"#, #"{"c":3}"#]),
        (#"{"a":1}"#, [#"{"a":1}"#]),
        (#"{"a":1}{"b":2} {"c":3}"#, [#"{"a":1}"#, #"{"b":2}"#, #"{"c":3}"#]),
        ("", []), ("\n \t\r", []),
    ]) func aMessageEndsAtItsBraceWithOrWithoutANewline(text: String, messages: [String]) {
        #expect(frame(text) == messages)
    }

    @Test(arguments: [
        [#"{"a":{"b":{}},"c":[{},{}]}"#, "{}"], [#"{"a":"}{\"}\\"}"#, #"{"}":"{"}"#], [#"{"\\":"\\\\\"}"}"#, "{}"],
    ]) func bracesInStringsDoNotCount(messages: [String]) {
        #expect(frame(messages.joined()) == messages)
    }

    @Test(arguments: [
        ("hello {} \"\n{\"a\":1}", [notAnObject("68"), #"{"a":1}"#]), ("{},{}\n{}", ["{}", notAnObject("2c"), "{}"]),
        ("\u{feff}{}", [notAnObject("ef")]), ("\0", [notAnObject("0")]),
        ("}\n}", [notAnObject("7d"), notAnObject("7d")]),
    ]) func otherTextBetweenMessagesIsMalformedToTheEndOfItsLine(text: String, found: [String]) {
        #expect(frame(text) == found)
    }

    @Test(arguments: [
        ("{\"a\":\n1}\n{}", [newline, notAnObject("31"), "{}"]), ("{\"a\n{}", [newline, "{}"]),
        ("{\"a\\\n{}", [newline, "{}"]), ("{\n{\n", [newline, newline]),
    ]) func aNewlineInsideAnObjectEndsIt(text: String, found: [String]) {
        #expect(frame(text) == found)
    }

    @Test func theStreamMayEndInsideAMessage() {
        #expect(frame("{") == ["unfinished"])
        #expect(frame("{\"a\":\"}\\") == ["unfinished"])
        #expect(frame("{}\n") == ["{}"])
        #expect(frame("x") == [notAnObject("78")])
        #expect(frame("{\"aaaa", limit: 3) == [tooLong(3), "unfinished"])
    }

    @Test func theLimitCountsFromBraceToBrace() {
        let message = #"{"a":"1234567"}"#
        #expect(frame("   \(message)\n\(message)", limit: 15) == [message, message])
        #expect(frame("   \(message)\n{}", limit: 14) == [tooLong(14), "{}"])
        #expect(frame("{}", limit: 1) == [tooLong(1)])
        #expect(frame("{", limit: 1) == [tooLong(1), "unfinished"])
    }

    @Test(arguments: [1 << 32, Int.max]) func theLimitMayBeAnyNumber(limit: Int) {
        #expect(frame("{}", limit: limit) == ["{}"])
    }

    @Test func aMessageIsTooLongBeforeItsEnd() {
        let framer = Framer(maximumLength: 10)
        let endless = Array("{\"a\":\"1234".utf8)
        var position = 0
        #expect(throws: ProtocolError.tooLong(limit: 10)) { try framer.next(in: endless.span, at: &position) { _ in } }
        #expect(framer.heldBytes == 0)
    }

    @Test(arguments: [
        ("{\"a\":{\"b\":\"}12345678901234567890\"}}{}\n{}", ["{}", "{}"]),
        ("{\"a\":\"12345678901234567890\n{}", ["{}"]),
        ("{\"a\":\"1234567890\\\n{}", ["{}"]), ("{{{{{{{{{{{{{{}}}}}}}}}}}}}}{}", ["{}"]),
    ]) func aMessageThatIsTooLongIsReportedOnceAndEndsAtItsBraceOrNewline(text: String, rest: [String]) {
        #expect(frame(text, limit: 12) == [tooLong(12)] + rest)
    }

    @Test(arguments: [
        "{\"type\":\"run\",\"data\":\"a\\\"}\"}\n{\"b\":{}}x{}\n\n{\"c\":\n{}{\"too long\":\"12345678901234567890\"}{}",
        "  {\"я\":\"😀\\\\\"}\r\n{}{}\t{\"a\":\"{{{\"}\nPOST / HTTP/1.1\r\n\r\n{}\n{\"a\":\"\\\n{}",
    ]) func theMessagesDoNotDependOnTheReads(text: String) {
        let bytes = Array(text.utf8)
        let whole = frame([bytes], limit: 30)
        #expect(whole.count > 4)
        #expect(frame(bytes.map { [$0] }, limit: 30) == whole, "a byte at a time")
        for first in 0...bytes.count {
            for second in first...bytes.count {
                let reads = [Array(bytes[..<first]), Array(bytes[first..<second]), Array(bytes[second...])]
                #expect(frame(reads, limit: 30) == whole, "cut at \(first) and \(second)")
            }
        }
    }

    @Test func anErrorOfTheBodyLeavesTheRestOfTheStream() throws {
        let framer = Framer(maximumLength: 100)
        let bytes = Array("{1}{2}".utf8)
        var position = 0
        #expect(throws: ProtocolError.unknownRequest) {
            try framer.next(in: bytes.span, at: &position) { _ throws(ProtocolError) in throw .unknownRequest }
        }
        #expect(try framer.next(in: bytes.span, at: &position) { text($0) } == "{2}")
    }

    /// If each message searched the rest of the read, these would take hours.
    @Test(arguments: ["", "\n", "}\n"]) func manyMessagesInOneReadTakeLinearTime(end: String) {
        let found = frame(String(repeating: "{}", count: 200_000) + end, limit: 4_000_000)
        #expect(found.count == 200_000 + (end == "}\n" ? 1 : 0))
    }

    /// If each read looked at the held bytes again, this would take minutes.
    @Test func aLongMessageInSmallReadsTakesLinearTime() {
        let message = Array("{\"a\":\"\(String(repeating: "x", count: 1_000_000))\"}".utf8)
        let reads = stride(from: 0, to: message.count, by: 10).map { Array(message[$0..<min($0 + 10, message.count)]) }
        #expect(frame(reads, limit: 2_000_000) == [String(decoding: message, as: UTF8.self)])
    }

    /// The framer looks at blocks of 64 bytes.
    @Test(arguments: 1...4) func escapesAreFollowedAcrossBlocks(backslashes: Int) {
        for length in 50..<140 {
            let start = #"{"a":""# + String(repeating: "x", count: length) + String(repeating: "\\", count: backslashes)
            let isEscaped = backslashes % 2 == 1
            let message = start + (isEscaped ? "\"}{\"}" : "\"}")
            #expect(frame(message + "{}") == [message, "{}"])
            #expect(frame(start + "\n{}") == [newline, "{}"])
            #expect(frame(start) == ["unfinished"])
        }
    }
}
