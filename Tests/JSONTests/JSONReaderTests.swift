import Testing

@testable import JSON

struct JSONReaderTests {
    @Test(arguments: [
        (" {}\r\n", []),
        (#"{"s":"x","i":-7,"t":true,"f":false,"n":null}"#, ["s='x'", "i=-7", "t=true", "f=false", "n=null"]),
        (#"{"o":{"a":1,"b":{}},"l":[1,[],[[2]]]}"#, ["o={a=1 b={}}", "l=[1 [] [[2]]]"]),
        (#"{"l":[{"m":[1,2]},"","\u043f\n"],"n":4}"#, ["l=[{m=[1 2]} '' 'п\n']", "n=4"]),
        (#"{"":"","\u0061\n":"\"\\\/\b\f\n\r\t\ud83d\ude00\u0000"}"#, ["=''", "a\n='\"\\/\u{8}\u{c}\n\r\t😀\0'"]),
        (#"{"a":1,"b":2,"a":3}"#, ["a=1", "b=2", "a=3"]),
        (#"{"max":9223372036854775807,"min":-9223372036854775808}"#, ["max=\(Int.max)", "min=\(Int.min)"]),
        (#"{"a":9223372036854775808,"b":1.0,"c":1e0,"d":-0}"#, ["a=other", "b=other", "c=other", "d=0"]),
    ]) func membersAreReadInTheirOrder(text: String, expected: [String]) throws {
        #expect(members(text) == expected)
        #expect(try read(text) { $0.count } == expected.count)
    }

    @Test(arguments: [
        "", " ", "[]", "1", "null", "{", "{}{}", "{} x", "{}\0", "\u{feff}{}", #"{"a":1,}"#, #"{"x":[1,]}"#, "{x:1}",
        #"{"x":1e400}"#, #"{"x":18446744073709551616}"#, #"{"a":"\ud800"}"#, #"{"\ud800":1}"#, "{\"a\":\"\u{1}\"}",
    ]) func anythingButOneStrictObjectIsRefused(text: String) {
        #expect(members(text) == nil)
    }

    @Test func textThatIsNotUTF8IsRefused() {
        let text = Array(#"{"a":""#.utf8) + [0xED, 0xA0, 0x80] + Array(#""}"#.utf8)
        let reader = JSONReader()
        #expect(throws: JSONError.self) { _ = try reader.parse(text.span) }
    }

    @Test func aReaderReadsManyTexts() {
        let reader = JSONReader()
        for count in [100_000, 200_000, 10] {
            let long = String(repeating: "я", count: count)
            #expect(members(#"{"a":"\#(long)"}"#, with: reader) == ["a='\(long)'"])
            #expect(members("{", with: reader) == nil)
        }
    }

    /// The values are not looked at: describing them takes a stack frame for each level.
    @Test(arguments: [(1023, true), (1024, false), (1_000_000, false)])
    func objectsAreNested1023Deep(depth: Int, isRead: Bool) {
        let text = String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)
        #expect(((try? read(text) { $0.count }) != nil) == isRead)
    }
}
