import Foundation

extension MessageProperties {
    /// The dialogues of PROTOCOL.md, values at the ends of their ranges, and text that is almost JSON. Each input is the
    /// bytes of one connection.
    package static func corpus() throws -> [[UInt8]] {
        var inputs = try dialogues()
        inputs += (almostJSON + severalMessages + strangeMembers + replies).map { Array($0.utf8) }
        inputs += oneValue.map { Array(#"{"type":"status","task_id":\#($0),"seq":\#($0)}"#.utf8) }
        inputs += notUTF8.map { Array(#"{"type":""#.utf8) + $0 + Array(#""}"#.utf8) }
        for member in requestMembers { inputs += requests(with: member) }
        inputs += [deep, wide, Array(#"{"a":1}"#.utf8).flatMap { [$0, 0] }]
        return inputs
    }

    /// The strings in PROTOCOL.md, as values and as names, and pieces of JSON.
    package static func words() throws -> [String] {
        let strings = try Set(document(protocolDocument).matches(of: /"\w+"/).map { String($0.output) }).sorted()
        return strings + strings.map { "\($0):" } + pieces
    }

    private static let protocolDocument = "Sources/TaskProtocol/PROTOCOL.md"

    private static let pieces: [String] = [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\n", "\r\n", " ", "\t", "{}", "[]", "\u{feff}", "\0", "\u{1}",
        "true", "false", "null", "tru", "nul", "0", "1", "-1", "-0", "01", "1.0", "1e3", "1e400", "1e-400", "+1",
        "9007199254740991", "9007199254740992", "9223372036854775807", "9223372036854775808",
        "18446744073709551616", "-9223372036854775809", "NaN", "\\\\", "\\n", "\\u0000", "\\u0061", "\\ud83d",
        "\\ude00", "\\ud83d\\ude00", "\\x", "\\u12", "я", "😀", "e\u{301}", "\"seq\":1,", "{\"a\":", "{\"\\u0073eq\":2,",
    ]

    /// For each dialogue, what each side sends. Continued lines are joined, and `…` becomes a value.
    private static func dialogues() throws -> [[UInt8]] {
        try blocks(of: "dialogue", in: document(protocolDocument)).flatMap { block in
            let lines = block.replacing(/\n +/, with: "").replacing("\"…\"", with: "\"0123456789abcdef\"").replacing(
                "…", with: "17"
            )
            .components(separatedBy: "\n")
            return ["-> ", "=> ", "<- ", "<= "].compactMap { arrow in
                let sent = lines.filter { $0.hasPrefix(arrow) }.map { $0.dropFirst(arrow.count) + "\n" }
                return sent.isEmpty ? nil : Array(sent.joined().utf8)
            }
        }
    }

    private static let almostJSON: [String] = [
        "[{}]", "\0{}", "\u{feff}{\"type\":\"stats\"}", #"{"seq":1,"type":"stats",}"#, #"{"x":[1,],"y":[,]}"#,
        "{'a':1}", "{a:1}", #"{"a":1/**/}"#, "{}//", "{\"a\":\"\u{1}\u{7f}\u{2028}\"}", "{\"a\":\"\0\"}",
    ]

    private static let severalMessages: [String] = [
        "POST / HTTP/1.1\r\nContent-Length: 50\r\n\r\n{\"type\":\"run\",\"task_name\":\"echo\",\"data\":\"x\"}",
        "{\"seq\":1,\n\"type\":\"stats\"}\n", "{\"a\\\n{}", "{}{}{} {}\n\n{\"a\":\"}{\\\"}\\\\\"}x{}\n{}",
    ]

    private static let strangeMembers: [String] = [
        #"{"seq":1,"seq":1,"type":"list"}"#, #"{"\u0073eq":1,"seq":2,"type":"info"}"#, #"{"x":1e400,"x":1}"#,
        "{\"\u{feff}x\":\"\\n\u{feff}\u{feff}\"}", #"{"x":1,"x":{"x":1,"x":2}}"#, "{\"é\":1,\"e\u{301}\":2,\"\":3}",
        #"{"seq":1,"type":"status","task_id":1,"timeout_ms":5}{"seq":1,"type":"log","task_id":1,"wait":false,"timeout_ms":5}"#,
        #"{"seq":1,"type":"stats","data":"","task_name":"","key":"k","wait":true,"status":"error","before":1,"offset":1}"#,
        #"{"type":"cancel","task_id":1}{"type":"log","task_id":1}{"type":"list"}{"type":"stats"}{"type":"info"}"#,
        #"{"type":"run","task_name":"\ud83d\ude00","data":"\u0000\\\"\/\b\f\n\r\t"}"#,
        #"{"seq":1,"type":"run","task_name":"a","data":"b","key":"\#(String(repeating: "я", count: 64))"}"#,
    ]

    private static let replies: [String] = [
        #"{"seq":1,"text":"\u001b[1m�","offset":65536,"skipped":3,"ended":false,"timed_out":true}"#,
        #"{"seq":1,"status":"success","data":"","encoding":"hex"}{"seq":1,"status":"error","data":7}"#,
        #"{"seq":1,"status":"error","data":null,"failure":{"code":"signal","message":"m","signal":9}}"#,
        #"{"seq":1,"status":"waiting","submitted_by":{"uid":4294967294,"x":1}}"#,
        #"{"seq":0,"error":{"code":"queue_full","limit":"","value":5,"retry_after_ms":7,"names":[""]}}"#,
    ]

    /// Numbers, words and strings that are valid, almost valid, or at the ends of a range.
    private static let oneValue: [String] = [
        "-0", "1e3", "1.0", "0e0", "01", "+1", "-", ".5", "NaN", "-1", "9007199254740991", "9007199254740992",
        "9223372036854775807", "9223372036854775808", "-9223372036854775809", "18446744073709551616", "1e309", "1e-400",
        String(repeating: "9", count: 400), "tru", "nul", "null", "true1", #""\x""#, #""\u12g4""#, #""\ud800""#,
        #""\ud800\u0041""#, #""\u{41}""#,
    ]

    private static let requestMembers = [
        "seq", "type", "task_name", "data", "task_id", "key", "wait", "timeout_ms", "status", "before", "limit",
        "instance", "offset",
    ]

    /// Values at and beyond the ends of the ranges of the members.
    private static let values: [String] = [
        "null", "true", "false", "{}", "[]", "[1]", "-1", "-0", "0", "1", "1.0", "1e0", "1000", "1001",
        "9007199254740991", "9007199254740992", "18446744073709551615", #""""#, #""1""#, #""true""#, #""list""#,
        #""LIST""#, #""list\u0000""#, #""l\u0069st""#, #""waiting""#, #""Waiting""#, #""0123456789abcdef""#,
        #""0123456789ABCDEF""#, #""0123456789abcde""#, #""0123456789abcdef0""#,
        "\"\(String(repeating: "k", count: 128))\"", "\"\(String(repeating: "k", count: 129))\"",
        "\"\(String(repeating: "я", count: 65))\"",
    ]

    /// For each value, requests with it as `member`: alone, with the other members of a request, legacy, and repeated.
    private static func requests(with member: String) -> [[UInt8]] {
        let others = [("seq", "7"), ("type", "\"status\""), ("task_id", "3"), ("wait", "true")]
        let rest = others.filter { $0.0 != member }.map { ",\"\($0.0)\":\($0.1)" }.joined()
        return values.map { value in
            let member = "\"\(member)\":\(value)"
            let messages = [
                "{\(member)}\n", "{\(member)\(rest)}", "{\"type\":\"list\",\(member),\"seq\":1}",
                "{\"type\":\"run\",\(member),\"task_name\":\"\",\"data\":\"\"}", "{\(member),\(member)\(rest)}",
            ]
            return Array(messages.joined().utf8)
        }
    }

    private static let notUTF8: [[UInt8]] = [
        [0xFF], [0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF4, 0x90, 0x80, 0x80],
        [0xF0, 0x80, 0x80, 0x80],
    ]

    /// Nested as deep as the reader allows, and deeper.
    private static let deep: [UInt8] = [1023, 1024].flatMap { depth in
        Array("{\"a\":\(String(repeating: "[", count: depth))\(String(repeating: "]", count: depth))}\n".utf8)
    }

    private static let wide: [UInt8] = {
        let members = (0..<100).map { "\"a\($0)\":[\($0),{}],\"a\":\"\($0)\"" }
        return Array("{\(members.joined(separator: ","))}".utf8)
    }()
}
