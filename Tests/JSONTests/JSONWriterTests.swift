import JSON
import Testing

private func written(_ write: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    write(&writer)
    return text(writer)
}

private func text(_ writer: borrowing JSONWriter) -> String {
    let bytes = writer.bytes.withUnsafeBufferPointer { Array($0) }
    #expect(bytes.count == writer.count)
    return String(decoding: bytes, as: UTF8.self)
}

struct JSONWriterTests {
    @Test func aCommaStandsBetweenMembersAndBetweenElementsAndEachMessageIsALine() {
        let lines = written { writer in
            writer.message { _ in }
            writer.message { message in
                message.name("a")
                message.object { _ in }
                message.name(escaping: "b\"")
                message.object { object in
                    object.name("c")
                    object.null()
                    object.name(escaping: "d")
                    object.string("x\n")
                }
                message.name("e")
                message.array(0..<18) { array, index in
                    switch index % 9 {
                    case 0: array.null()
                    case 1: array.boolean(false)
                    case 2: array.integer(0)
                    case 3: array.hexadecimal(0x0123_4567_89ab_cdef)
                    case 4: array.word("")
                    case 5: array.string("{")
                    case 6: array.string(":")
                    case 7: array.string("")
                    default: array.object { _ in }
                    }
                }
                message.name("f")
                message.integer(-7)
            }
        }
        let elements = #"null,false,0,"0123456789abcdef","","{",":","",{}"#
        let second = #"{"a":{},"b\"":{"c":null,"d":"x\n"},"e":[\#(elements),\#(elements)],"f":-7}"#
        #expect(lines == "{}\n\(second)\n")
    }

    @Test(arguments: [0, 256, Int.max]) func removingLeavesNoText(keptCapacity: Int) {
        var writer = JSONWriter()
        for length in [10, 100_000, 10] {
            writer.message {
                $0.name("a")
                $0.string(String(repeating: "x", count: length))
            }
            #expect(writer.count == length + 9)
            writer.removeAll(keepingCapacity: keptCapacity)
            #expect(text(writer) == "")
        }
        writer.message { _ in }
        #expect(text(writer) == "{}\n")
    }

    @Test func onlyQuotesBackslashesAndControlCharactersAreEscaped() {
        #expect(written { $0.string("пример 😀 \u{7f}\u{2028}\u{feff}") } == "\"пример 😀 \u{7f}\u{2028}\u{feff}\"")
        let short: [Unicode.Scalar: String] = ["\n": #"\n"#, "\r": #"\r"#, "\t": #"\t"#, "\"": #"\""#, "\\": #"\\"#]
        for scalar in (0..<0x80).map({ Unicode.Scalar($0 as UInt8) }) {
            let long = #"\u00"# + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
            let expected = short[scalar] ?? (scalar.value < 0x20 ? long : String(scalar))
            #expect(written { $0.string("a\(scalar)b") } == "\"a\(expected)b\"")
        }
    }

    /// The writer looks for them in blocks of 64 bytes.
    @Test func aCharacterIsEscapedAtEachPlace() {
        for (escaped, escape) in [("\u{0}", #"\u0000"#), ("\u{1f}", #"\u001f"#), ("\"", #"\""#), ("\\", #"\\"#)] {
            for place in 0..<150 {
                let (before, after) = (String(repeating: " ", count: place), String(repeating: "~", count: 149 - place))
                let written = written { $0.string("\(before)\(escaped)\(after)\(escaped)") }
                #expect(written == "\"\(before)\(escape)\(after)\(escape)\"")
            }
        }
    }

    /// The first buffer has 256 bytes; an escape is up to six times as long as its byte.
    @Test(arguments: [1, 40, 41, 42, 43, 10_000]) func aStringMayBeOnlyEscapes(count: Int) {
        let text = String(repeating: "\0", count: count)
        let escapes = String(repeating: #"\u0000"#, count: count)
        #expect(written { $0.string(text) } == "\"\(escapes)\"")
        #expect(written { $0.name(escaping: text) } == "\"\(escapes)\":")
    }

    /// The buffer grows within every kind of token.
    @Test func theTextMayEndAtEveryPlaceOfTheBuffer() {
        for length in 200..<270 {
            let text = String(repeating: "x", count: length)
            let line = written { writer in
                writer.message { message in
                    message.name("a")
                    message.array([text]) { $0.string($1) }
                    message.name("n")
                    message.integer(.min)
                    message.name("h")
                    message.hexadecimal(1)
                    message.name("w")
                    message.word("w")
                    message.name("l")
                    message.boolean(true)
                }
            }
            let rest = #""n":-9223372036854775808,"h":"0000000000000001","w":"w","l":true"#
            #expect(line == "{\"a\":[\"\(text)\"],\(rest)}\n")
        }
    }

    @Test func anIntegerIsWrittenInDecimal() {
        var powers = [1]
        while let power = powers.last, power < .max / 10 { powers.append(power * 10) }
        for number in powers.flatMap({ [$0 - 1, $0, $0 + 1, -$0] }) + [.min, .max] {
            #expect(written { $0.integer(number) } == "\(number)")
        }
    }
}
