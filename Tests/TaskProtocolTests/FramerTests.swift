import InputProperties
import Testing

@testable import TaskCore
@testable import TaskProtocol

/// The messages and errors in a stream, as text.
private func frame(_ text: String, cutAt cuts: [Int] = [], limit: Int = 1000) -> [String] {
    let framing = framing(of: Array(text.utf8), cutAt: cuts, limit: limit)
    let found = framing.found.map { result in
        switch result {
        case .success(let message): String(decoding: message, as: UTF8.self)
        case .failure(let error): "malformed: \(error)"
        }
    }
    return found + (framing.endsInsideMessage ? ["unfinished"] : [])
}

private let newline = "malformed: a newline inside an object"
private func notAnObject(_ byte: String) -> String { "malformed: byte 0x\(byte) instead of the { of a message" }
private func tooLong(_ limit: Int) -> String { "malformed: a message of more than \(limit) bytes" }

/// `MessageProperties` checks the framer with streams that are cut anywhere.
struct FramerTests {
    @Test(arguments: [
        // A message ends at its brace, with or without a newline.
        ("", []), ("\n \t\r", []), (#"{"a":1}"#, [#"{"a":1}"#]),
        ("{\"a\":1}\n{\"b\":2}\r\n\n \t\r\n{\"c\":3}\n", [#"{"a":1}"#, #"{"b":2}"#, #"{"c":3}"#]),
        (#"{"a":{"b":{}},"c":[{},{}]}{} {}"#, [#"{"a":{"b":{}},"c":[{},{}]}"#, "{}", "{}"]),
        // Braces in strings do not count.
        (#"{"a":"}{\"}\\"}{"}":"{"}"#, [#"{"a":"}{\"}\\"}"#, #"{"}":"{"}"#]),
        (#"{"\\":"\\\\\"}"}{}"#, [#"{"\\":"\\\\\"}"}"#, "{}"]),
        // Other text between messages is malformed to the end of its line.
        ("hello {} \"\n{\"a\":1}", [notAnObject("68"), #"{"a":1}"#]), ("{},{}\n{}", ["{}", notAnObject("2c"), "{}"]),
        ("\u{feff}{}", [notAnObject("ef")]), ("\0", [notAnObject("0")]),
        ("}\n}", [notAnObject("7d"), notAnObject("7d")]), ("[{}]", [notAnObject("5b")]),
        // A newline inside an object ends it.
        ("{\"a\":\n1}\n{}", [newline, notAnObject("31"), "{}"]), ("{\"a\n{}", [newline, "{}"]),
        ("{\"a\\\n{}", [newline, "{}"]), ("{\n{\n", [newline, newline]),
        // The stream may end inside a message.
        ("{", ["unfinished"]), ("{\"a\":\"}\\", ["unfinished"]),
    ]) func aStreamIsSplitIntoMessagesAndErrors(text: String, found: [String]) {
        #expect(frame(text) == found)
    }

    @Test(arguments: [
        ("   {\"a\":\"12345\"}\n{}", 13, ["{\"a\":\"12345\"}", "{}"]),
        ("   {\"a\":\"12345\"}\n{}", 12, [tooLong(12), "{}"]),
        ("{}", 1, [tooLong(1)]), ("{", 1, [tooLong(1), "unfinished"]), ("{\"aaaa", 3, [tooLong(3), "unfinished"]),
        ("{}", 1 << 32, ["{}"]), ("{}", .max, ["{}"]),
        // A message that is too long is reported once and ends at its brace or newline.
        ("{\"a\":{\"b\":\"}12345678901234567890\"}}{}\n{}", 12, [tooLong(12), "{}", "{}"]),
        ("{\"a\":\"12345678901234567890\n{}", 12, [tooLong(12), "{}"]),
        ("{\"a\":\"1234567890\\\n{}", 12, [tooLong(12), "{}"]),
        ("{{{{{{{{{{{{{{}}}}}}}}}}}}}}{}", 12, [tooLong(12), "{}"]),
    ]) func theLimitCountsFromBraceToBrace(text: String, limit: Int, found: [String]) {
        #expect(frame(text, limit: limit) == found)
    }

    /// If each message searched the rest of the read, or each read the held bytes, this would take minutes.
    @Test(arguments: ["", "\n", "}\n"]) func framingTakesLinearTime(end: String) {
        let count = 20_000
        let many = frame(String(repeating: "{}", count: count) + end, limit: 1_000_000)
        #expect(many.count == count + (end == "}\n" ? 1 : 0))
        let long = "{\"a\":\"\(String(repeating: "x", count: 5 * count))\"}"
        #expect(frame(long, cutAt: Array(stride(from: 5, to: long.count, by: 5)), limit: 1_000_000) == [long])
    }

    /// The framer looks at blocks of 64 bytes.
    @Test(arguments: 1...4) func escapesAreFollowedAcrossBlocks(backslashes: Int) {
        for length in 50..<140 {
            let start = #"{"a":""# + String(repeating: "x", count: length) + String(repeating: "\\", count: backslashes)
            let isEscaped = backslashes % 2 == 1
            let message = start + (isEscaped ? "\"}{\"}" : "\"}")
            #expect(frame(message + "{}") == [message, "{}"])
            #expect(frame(start + "\n{}") == [newline, "{}"])
        }
    }
}
