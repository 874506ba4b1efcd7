import Testing

@testable import JSON

/// The members of `text` as `name=value` words; nil where it was refused.
private func read(_ text: String, with reader: JSONReader = JSONReader()) -> [String]? {
    try? reader.read(text.utf8Span.span, describe)
}

private func describe(_ members: borrowing JSONMembers) -> [String] {
    var words: [String] = []
    members.forEach { member in
        words.append("\(member.name)=\(describe(member))")
        return true
    }
    return words
}

private func describe(_ member: borrowing JSONMember) -> String {
    if let string = member.string { return "'\(string)'" }
    if let integer = member.integer { return "\(integer)" }
    if let boolean = member.boolean { return "\(boolean)" }
    if member.isNull { return "null" }
    return member.withMembers { "{\(describe($0).joined(separator: " "))}" } ?? "other"
}

struct JSONReaderTests {
    @Test func everyKindOfValue() {
        let text = #" {"s":"x","i":-7,"t":true,"f":false,"n":null,"o":{"a":1,"b":{}},"l":[1],"d":4.0,"e":1e3}"# + "\r\n"
        #expect(
            read(text) == [
                "s='x'", "i=-7", "t=true", "f=false", "n=null", "o={a=1 b={}}", "l=other", "d=other", "e=other",
            ])
        #expect(read("{}") == [])
    }

    @Test func stringsAndNamesAreUnescaped() {
        #expect(
            read(#"{"\u0061\n":"\"\\\/\b\f\n\r\t\u043f\ud83d\ude00\u0000"}"#) == ["a\n='\"\\/\u{8}\u{c}\n\r\tп😀\0'"])
    }

    @Test func membersThatStandTwiceComeTwice() {
        #expect(read(#"{"a":1,"a":2}"#) == ["a=1", "a=2"])
    }

    @Test func integersOf64Bits() {
        #expect(
            read(#"{"a":9223372036854775807,"b":-9223372036854775808,"c":-0}"#) == [
                "a=9223372036854775807", "b=-9223372036854775808", "c=0",
            ])
        #expect(read(#"{"a":9223372036854775808}"#) == ["a=other"])
        #expect(read(#"{"a":18446744073709551616}"#) == nil)
    }

    @Test(arguments: [
        "", " ", "{", "}", "[]", "1", "null", "{}{}", "{} x", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{,}"#,
        #"{"a":nul}"#, #"{"x":{"a":tru}}"#, #"{"x":[1,]}"#, #"{"x":01}"#, #"{"x":1.}"#, #"{"x":+1}"#, #"{"x":1e400}"#,
        #"{"x":NaN}"#, #"{x:1}"#, #"{'x':1}"#, #"{"a":"\x"}"#, #"{"a":"\ud800"}"#, #"{"a":"\udc00"}"#,
        #"{"a":"\ud800\u0041"}"#, "{\"a\":\"\u{1}\"}", "{\"a\":\"x\ny\"}", "\u{feff}{}", "{}\0", "// {}", "{/**/}",
    ]) func whatIsNoObjectIsRefusedWhole(text: String) {
        #expect(read(text) == nil)
    }

    @Test(
        arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF4, 0x90, 0x80, 0x80]] as [[UInt8]])
    func whatIsNotUTF8IsRefused(bytes: [UInt8]) {
        let text = Array(#"{"a":""#.utf8) + bytes + Array(#""}"#.utf8)
        #expect(throws: JSONError.self) { try JSONReader().read(text.span) { _ in } }
    }

    @Test func aReaderServesManyTexts() {
        let reader = JSONReader()
        for round in 1...3 {
            let long = String(repeating: "я", count: 100_000 * round)
            #expect(read(#"{"a":"\#(long)"}"#, with: reader) == ["a='\(long)'"])
            #expect(read("{", with: reader) == nil)
            #expect(read(#"{"a":1}"#, with: reader) == ["a=1"])
        }
    }

    @Test func nestingIsBounded() {
        func nested(_ depth: Int) -> String {
            String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)
        }
        #expect(read(nested(1023)) != nil)
        #expect(read(nested(1024)) == nil)
        #expect(read(nested(100_000)) == nil)
    }

    @Test func readingStopsWhereTheReaderHasEnough() throws {
        var names: [String] = []
        try JSONReader().read(#"{"a":1,"b":2,"c":3}"#.utf8Span.span) { members in
            members.forEach { member in
                names.append(member.name)
                return !member.isNamed("b")
            }
        }
        #expect(names == ["a", "b"])
    }

    @Test func namesAreComparedWhole() throws {
        let matches = try JSONReader().read(#"{"type":1}"#.utf8Span.span) { members in
            var matches: [Bool] = []
            members.forEach { member in
                matches = [
                    member.isNamed("type"), member.isNamed("typ"), member.isNamed("types"), member.isNamed(""),
                ]
                return true
            }
            return matches
        }
        #expect(matches == [true, false, false, false])
    }
}
