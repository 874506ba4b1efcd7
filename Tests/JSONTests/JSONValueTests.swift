import ModelRuns
import Testing

@testable import JSON

/// What `body` returns for the value of the member `"a"` of `{"a":value}`.
private func read<Result>(value: String, _ body: (borrowing JSONValue) -> Result?) throws -> Result? {
    try read(#"{"a":\#(value)}"#) { object in
        guard case .one(let value) = object["a"] else { return nil }
        return body(value)
    }
}

/// What a look-up finds, as text.
private func lookUp(_ name: StaticString, in object: borrowing JSONObject) -> String {
    switch object[name] {
    case .absent: "absent"
    case .one(let value): describe(value)
    case .repeated: "repeated"
    }
}

struct JSONObjectTests {
    @Test(arguments: [
        (#"{"type":1}"#, "1"), (#"{"typ":1,"types":2,"":3,"Type":4}"#, "absent"), ("{}", "absent"),
        (#"{"x":{"type":1}}"#, "absent"), (#"{"t\u0079pe":"x"}"#, "'x'"), (#"{"type":1,"x":2,"type":1}"#, "repeated"),
        (#"{"type":1,"t\u0079pe":2}"#, "repeated"), (#"{"type":null,"type":1,"type":2}"#, "repeated"),
    ]) func aNameIsLookedUpByteForByte(text: String, found: String) throws {
        #expect(try read(text) { lookUp("type", in: $0) } == found)
    }

    @Test func equivalentNamesAreDifferentMembers() throws {
        let text = #"{"é":1,"e\#u{301}":2,"":3}"#
        #expect(
            try read(text) { [lookUp("\u{e9}", in: $0), lookUp("e\u{301}", in: $0), lookUp("", in: $0)] } == [
                "1", "2", "3",
            ])
    }

    @Test func repeatedMembersCountEachTime() throws {
        #expect(try read(#"{"a":1,"b":2,"a":3}"#) { $0.count } == 3)
        #expect(members(#"{"a":1,"b":2,"a":3}"#) == ["a=1", "b=2", "a=3"])
    }

    @Test func lookUpsAgreeWithTheListOfMembers() throws {
        // "type" and "time" have the same hash.
        let names: [StaticString] = ["seq", "type", "time", "data", "s", ""]
        let values = ["1", "-7", #""x""#, "null", "[1]", "{}", "1.5", #""я\n""#]
        var dice = SeededGenerator(seed: 11)
        let reader = JSONReader()
        for _ in 0..<2000 {
            var members: [(name: String, value: String)] = []
            for _ in 0..<Int.random(in: 0...5, using: &dice) {
                members.append(("\(names.randomElement(using: &dice)!)", values.randomElement(using: &dice)!))
            }
            let text = "{\(members.map { "\"\($0.name)\":\($0.value)" }.joined(separator: ","))}"
            let expected = try names.map { name in
                let same = members.filter { $0.name == "\(name)" }
                if same.count > 1 { return "repeated" }
                return try same.first.map { try read(value: $0.value) { describe($0) } ?? "" } ?? "absent"
            }
            #expect(
                try read(text, with: reader) { object in names.map { lookUp($0, in: object) } } == expected, "\(text)")
        }
    }
}

struct JSONValueTests {
    @Test(arguments: [
        ("[]", "[]"), ("[ ]", "[]"), ("[7]", "[7]"), (#"["a","","\u043f\n"]"#, "['a' '' 'п\n']"),
        (
            #"[1,"x",true,false,null,4.5,{"a":1,"b":[2]},[3,[]],{}]"#,
            "[1 'x' true false null other {a=1 b=[2]} [3 []] {}]"
        ),
        (#"[[[["deep"]]],[],[[]]]"#, "[[[['deep']]] [] [[]]]"),
        (#"{"l":[{"m":[1,2]},3],"n":4}"#, "{l=[{m=[1 2]} 3] n=4}"),
    ]) func elementsAndMembersComeInTheirOrder(value: String, expected: String) throws {
        #expect(try read(value: value) { describe($0) } == expected)
    }

    @Test(arguments: [
        ("null", "null"), ("true", "boolean"), ("false", "boolean"), ("7", "integer"), ("1.5", ""), ("1e2", ""),
        (#""""#, "string"), (#""1""#, "string"), ("[]", "array"), ("{}", "object"),
    ]) func aValueIsOfOneKind(value: String, kind: String) throws {
        let kinds = try read(value: value) { value in
            [
                value.isNull ? "null" : nil, value.boolean == nil ? nil : "boolean",
                value.integer == nil ? nil : "integer", value.string == nil ? nil : "string",
                value.array { _ in 0 } == nil ? nil : "array", value.object { _ in 0 } == nil ? nil : "object",
            ]
        }
        #expect(kinds?.compactMap(\.self) == (kind.isEmpty ? [] : [kind]))
        let isString = try read(value: value) { $0.isString && $0.utf8 != nil }
        #expect(isString == (kind == "string"))
    }

    @Test func anArrayIsNilIfTheBodyRejectsAnElement() throws {
        #expect(try read(value: #"["a","b"]"#) { $0.array { $0.string } } == ["a", "b"])
        #expect(try read(value: #"["a",1,"b"]"#) { $0.array { $0.string } } == nil)
    }

    @Test func aStringIsComparedByteForByte() throws {
        #expect(try read(value: #""r\u0075n""#) { $0.equals("run") } == true)
        for other in ["ru", "runs", "Run", "", "run\\u0000"] {
            #expect(try read(value: "\"\(other)\"") { $0.equals("run") } == false)
        }
        #expect(try read(value: "\"e\u{301}\"") { $0.equals("\u{e9}") } == false)
        #expect(try read(value: "1") { $0.equals("1") } == false)
        #expect(try read(value: #""""#) { $0.equals("") } == true)
    }

    @Test func theBytesOfAStringAreItsUTF8() throws {
        for text in ["", "x", "я\\n\\u0000", String(repeating: "é", count: 10_000)] {
            let both = try read(value: "\"\(text)\"") { value in value.utf8.map { (value.string, $0) } }
            #expect(both.map { Array(($0.0 ?? "?").utf8) == $0.1 } == true)
        }
    }

    @Test func anArrayMayBeLong() throws {
        let numbers = Array(0..<50_000)
        #expect(
            try read(value: "[\(numbers.map(String.init).joined(separator: ","))]") { $0.array { $0.integer } }
                == numbers)
    }
}
