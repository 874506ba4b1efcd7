import Testing

@testable import JSON

struct JSONReaderTests {
    @Test func everyKindOfValueIsRead() {
        let text = #" {"s":"x","i":-7,"t":true,"f":false,"n":null,"o":{"a":1,"b":{}},"l":[1],"d":4.0,"e":1e3}"# + "\r\n"
        #expect(
            members(text) == [
                "s='x'", "i=-7", "t=true", "f=false", "n=null", "o={a=1 b={}}", "l=[1]", "d=other", "e=other",
            ])
        #expect(members("{}") == [])
    }

    @Test func stringsAndNamesAreUnescaped() {
        #expect(
            members(#"{"\u0061\n":"\"\\\/\b\f\n\r\t\u043f\ud83d\ude00\u0000"}"#)
                == ["a\n='\"\\/\u{8}\u{c}\n\r\tп😀\0'"])
        #expect(members(#"{"":""}"#) == ["=''"])
    }

    @Test(arguments: [
        ("9223372036854775807", "9223372036854775807"), ("-9223372036854775808", "-9223372036854775808"), ("-0", "0"),
        ("9223372036854775808", "other"), ("18446744073709551615", "other"), ("1.0", "other"), ("1e0", "other"),
    ]) func integersHave64Bits(number: String, value: String) {
        #expect(members(#"{"a":\#(number)}"#) == ["a=\(value)"])
    }

    @Test(arguments: [
        "", " ", "{", "}", "[]", "1", "null", "{}{}", "{} x", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{,"a":1}"#,
        #"{"a" 1}"#, #"{"a":1 2}"#, #"{"a":nul}"#, #"{"a":truely}"#, #"{"x":{"a":tru}}"#, #"{"x":[1,]}"#,
        #"{"x":[,1]}"#, #"{"x":[1}"#, #"{"x":01}"#, #"{"x":-}"#, #"{"x":1.}"#, #"{"x":+1}"#, #"{"x":1e400}"#,
        #"{"x":18446744073709551616}"#, #"{"x":NaN}"#, #"{x:1}"#, #"{'x':1}"#, #"{"a":"\x"}"#, #"{"a":"\"}"#,
        #"{"a":"\ud800"}"#, #"{"a":"\udc00"}"#, #"{"a":"\ud800\u0041"}"#, "{\"a\":\"\u{1}\"}", "{\"a\":\"x\ny\"}",
        "\u{feff}{}", "{}\0", "// {}", "{/**/}",
    ]) func anythingButOneStrictObjectIsRefused(text: String) {
        #expect(throws: JSONError.self) { try read(text) { _ in } }
    }

    @Test(
        arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF4, 0x90, 0x80, 0x80]] as [[UInt8]])
    func textThatIsNotUTF8IsRefused(bytes: [UInt8]) {
        let text = Array(#"{"a":""#.utf8) + bytes + Array(#""}"#.utf8)
        let reader = JSONReader()
        #expect(throws: JSONError.self) { _ = try reader.parse(text.span) }
    }

    @Test func anErrorSaysWhatIsWrong() throws {
        let errors = ["{", "[]", #"{"a":"\x"}"#].map { text in
            #expect(throws: JSONError.self) { try read(text) { _ in } }
        }
        let messages = errors.compactMap { $0?.description }
        #expect(messages.count == 3 && Set(messages).count == 3 && !messages.contains(""))
    }

    @Test func aReaderReadsManyTexts() {
        let reader = JSONReader()
        for count in [100_000, 200_000, 10] {
            let long = String(repeating: "я", count: count)
            #expect(members(#"{"a":"\#(long)"}"#, with: reader) == ["a='\(long)'"])
            #expect(members("{", with: reader) == nil)
            #expect(members(#"{"a":1}"#, with: reader) == ["a=1"])
        }
    }

    /// The values are not looked at: describing them takes a stack frame for each level.
    @Test(arguments: [(1023, true), (1024, false), (1_000_000, false)]) func objectsAreNested1023Deep(
        depth: Int, isRead: Bool
    ) {
        let text = String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)
        #expect(((try? read(text) { $0.count }) != nil) == isRead)
    }
}
