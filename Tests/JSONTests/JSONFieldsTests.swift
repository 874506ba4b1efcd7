import ModelRuns
import Testing

@testable import JSON

private let names: [StaticString] = ["seq", "type", "data", "wait", "task_name"]

/// What a reader finds under `names`, as `name=value` words; nil where it was refused.
private func fields(_ text: String, with reader: JSONReader = JSONReader()) -> [String]? {
    let known = JSONNames(names)
    guard let fields = reader.fields(of: text.utf8Span.span, under: known) else { return nil }
    var words: [String] = []
    for place in names.indices where fields.present & 1 << place != 0 {
        let again = fields.repeated & 1 << place == 0 ? "" : " again"
        words.append("\(names[place])=\(describe(fields[place]))\(again)")
    }
    return words
}

/// The same by way of all members, which only simdjson reads.
private func fieldsByMembers(_ text: String) -> [String]? {
    var values: [(name: String, value: String)] = []
    do {
        try JSONReader().read(text.utf8Span.span) { members in
            members.forEach { member in
                values.append((member.name, describe(member)))
                return true
            }
        }
    } catch {
        return nil
    }
    return names.map { "\($0)" }.compactMap { name in
        let all = values.filter { $0.name.utf8.elementsEqual(name.utf8) }
        return all.first.map { "\(name)=\($0.value)\(all.count > 1 ? " again" : "")" }
    }
}

private func describe(_ member: borrowing JSONMember) -> String {
    if let string = member.string {
        // However the text is taken out, it is the same.
        return member.utf8 == Array(string.utf8) ? "'\(string)'" : "two texts"
    }
    if let integer = member.integer { return "\(integer)" }
    if let boolean = member.boolean { return "\(boolean)" }
    return member.isNull ? "null" : member.isArray ? "array" : member.withMembers { _ in "object" } ?? "other"
}

struct JSONFieldsTests {
    @Test func whatStandsUnderTheNames() {
        #expect(
            fields(#"{"type":"run","x":[1,{"seq":9}],"task_name":"\u043f\n","seq":7,"data":null}"#) == [
                "seq=7", "type='run'", "data=null", "task_name='п\n'",
            ])
        #expect(
            fields(#"{"data":{},"wait":true,"seq":1.5,"type":[]}"#) == [
                "seq=other", "type=array", "data=object", "wait=true",
            ])
        #expect(fields("{}") == [])
        #expect(fields(#"{"a":1}"#) == [])
    }

    @Test func ofTheSameNameTheFirstCounts() {
        #expect(fields(#"{"seq":1,"seq":2,"data":"a","s\u0065q":"x"}"#) == ["seq=1 again", "data='a'"])
        #expect(fields(#"{"seq":1,"seq":2}"#) == ["seq=1 again"])
    }

    /// Nearly all messages are so, and are read in one pass: what that takes, simdjson takes, and reads the same in it.
    @Test(arguments: [
        #"{"seq":1}"#, #"{"seq":-1,"data":""}"#, #"{ "seq" : 0 , "wait" : false }"#, #"{"seq":-0}"#, #"{"seq":00}"#,
        #"{"seq":01}"#, #"{"seq":-}"#, #"{"seq":-01}"#, #"{"seq":+1}"#, #"{"seq":1.0}"#, #"{"seq":1e2}"#,
        #"{"seq":1 2}"#,
        #"{"seq":999999999999999999}"#, #"{"seq":1000000000000000000}"#, #"{"seq":9223372036854775807}"#,
        #"{"seq":-999999999999999999}"#, #"{"seq":-9223372036854775808}"#, #"{"seq":18446744073709551616}"#,
        #"{"wait":tru}"#, #"{"wait":truely}"#, #"{"wait":true}x"#, #"{"wait":nul}"#, #"{"wait":null}"#,
        #"{"wait":falsetrue}"#,
        #"{"data":"a"#, #"{"data":"a""#, #"{"data":"a",}"#, #"{"data":"a"}}"#, #"{"data":"a"} "#, #" {"data":"a"}"#,
        #"{,"data":"a"}"#, #"{"data""a"}"#, #"{"data"}"#, #"{"data":}"#, #"{data:1}"#, #"{"data":'a'}"#, "{", "", "[]",
        "{}",
        "{ }", "{\"data\":\"a\tb\"}", "{\"data\":\"\u{1f}\"}", "{\"data\":\"\u{7f}\"}", "{\"data\":\t1}",
        "{\"data\":1\r}",
        #"{"data":"\"}"#, #"{"data":"\\"}"#, #"{"data":"\""}"#, #"{"data":"\u0061"}"#, #"{"data":"\ud800"}"#,
        #"{"дата":1}"#,
        #"{"data":"é"}"#, #"{"data":{}}"#, #"{"data":[]}"#, #"{"":1,"data":2}"#, #"{"x":"","data":2}"#,
        #"{"x":tru,"data":2}"#,
        #"{"a_name_of_more_than_thirty_one_bytes":1,"data":2}"#,
    ]) func asSimdjsonReadsAllMembers(text: String) {
        #expect(fields(text) == fieldsByMembers(text))
    }

    @Test func specialBytesAreSeenWhereverTheyStand() {
        for length in 0..<40 {
            for place in 0..<max(length, 1) {
                for byte in ["\"", "\\", "\n", "\u{1f}", " ", "!", "#", "[", "]", "\u{7f}", "é", "я", "😀", "\0"] {
                    let text =
                        String(repeating: "x", count: place) + byte
                        + String(repeating: "y", count: max(0, length - place - 1))
                    let line = "{\"data\":\"\(text)\",\"seq\":1}"
                    #expect(fields(line) == fieldsByMembers(line), "\(line)")
                }
            }
        }
    }

    @Test func piecesInAnyOrderAreReadAsSimdjsonDoes() {
        let pieces = [
            "{", "}", ",", ":", " ", "\"seq\"", "\"data\"", "\"type\":", "\"wait\":true", "\"task_name\":\"run\"", "1",
            "-7", "0", "12",
            "\"a\"", "\"\"", "\"\\n\"", "null", "false", "[1]", "{}", "1.5", "\"я\"", "\t", "\"x\":1",
        ]
        var dice = SeededGenerator(seed: 11)
        let reader = JSONReader()
        var taken = 0
        for _ in 0..<20_000 {
            var text = "{"
            for index in 0..<Int.random(in: 0...4, using: &dice) {
                if index > 0 { text += "," }
                text += "\"\(names.randomElement(using: &dice)!)\":\(pieces.randomElement(using: &dice)!)"
            }
            text += "}"
            if Int.random(in: 0..<3, using: &dice) == 0 {
                let place = text.index(text.startIndex, offsetBy: Int.random(in: 0...text.count, using: &dice))
                text.insert(contentsOf: pieces.randomElement(using: &dice)!, at: place)
            }
            let found = fields(text, with: reader)
            if found != nil { taken += 1 }
            #expect(found == fieldsByMembers(text), "\(text)")
        }
        #expect(taken > 2000)
    }

    @Test func aReaderTellsWhyItRefused() {
        let reader = JSONReader()
        #expect(fields("{\"seq\":}", with: reader) == nil)
        #expect(!reader.problem.isEmpty)
        #expect(fields("{\"seq\":1}", with: reader) == ["seq=1"])
    }
}
