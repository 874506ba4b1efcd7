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
        (#"{"é":1}"#, "1"), (#"{"e\#u{301}":1,"É":2,"":3,"é ":4,"é\u0000":5}"#, "absent"), ("{}", "absent"),
        (#"{"x":{"é":1}}"#, "absent"), (#"{"\u00e9":"x"}"#, "'x'"), (#"{"é":1,"x":2,"é":1}"#, "repeated"),
        (#"{"é":1,"\u00e9":2}"#, "repeated"), (#"{"é":null,"é":1,"é":2}"#, "repeated"),
        // Names with the same hash.
        (#"{"ä":1}"#, "absent"), (#"{"ä":1,"é":2,"ö":3}"#, "2"), (#"{"é":1,"ä":2,"é":3}"#, "repeated"),
    ]) func aNameIsLookedUpByteForByte(text: String, found: String) throws {
        #expect(try read(text) { lookUp("é", in: $0) } == found)
    }
}

struct JSONValueTests {
    @Test(arguments: [
        ("null", "null"), ("true", "boolean"), ("false", "boolean"), ("7", "integer"), ("1.5", ""), (#""""#, "string"),
        (#""1""#, "string"), ("[]", "array"), ("{}", "object"),
    ]) func aValueIsOfOneKind(value: String, kind: String) throws {
        let kinds = try read(value: value) { value in
            [
                value.isNull ? "null" : nil, value.boolean == nil ? nil : "boolean",
                value.integer == nil ? nil : "integer", value.string == nil ? nil : "string",
                value.array { _ in 0 } == nil ? nil : "array", value.object { _ in 0 } == nil ? nil : "object",
            ]
        }
        #expect(kinds?.compactMap(\.self) == (kind.isEmpty ? [] : [kind]))
        #expect(try read(value: value) { $0.isString && $0.utf8 != nil } == (kind == "string"))
    }

    @Test func anArrayIsNilIfTheBodyRejectsAnElement() throws {
        #expect(try read(value: #"["a","b"]"#) { $0.array { $0.string } } == ["a", "b"])
        #expect(try read(value: #"["a",1,"b"]"#) { $0.array { $0.string } } == nil)
    }

    @Test func aStringIsComparedByteForByte() throws {
        #expect(try read(value: #""r\u0075n""#) { $0.equals("run") } == true)
        #expect(try read(value: #""""#) { $0.equals("") } == true)
        for value in [#""ru""#, #""runs""#, #""Run""#, #""run\u0000""#, "1"] {
            #expect(try read(value: value) { $0.equals("run") } == false)
        }
        #expect(try read(value: "\"e\u{301}\"") { $0.equals("\u{e9}") } == false)
    }

    @Test(arguments: ["", "x", "я\\n\\u0000", String(repeating: "é", count: 10_000)])
    func theBytesOfAStringAreItsUTF8(text: String) throws {
        let both = try read(value: "\"\(text)\"") { value in value.utf8.map { (value.string, $0) } }
        #expect(both.map { Array(($0.0 ?? "?").utf8) == $0.1 } == true)
    }
}
