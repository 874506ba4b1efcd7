import Foundation
import JSON
import ModelRuns
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
    @Test func aCommaStandsBetweenMembersAndBetweenElements() {
        let line = written { writer in
            writer.message { message in
                message.name("a")
                message.integer(-7)
                message.name("b")
                message.object { _ in }
                message.name(escaping: "c")
                message.object { object in
                    object.name("d")
                    object.null()
                    object.name(escaping: "\"")
                    object.string("x")
                }
                message.name("e")
                message.array([[1, 2], []]) { array, numbers in
                    array.object { object in
                        object.name("f")
                        object.array(numbers) { $0.integer($1) }
                    }
                }
                message.name("g")
                message.array(["", ":", "{"]) { $0.string($1) }
                message.name("h")
                message.boolean(true)
                message.name("i")
                message.word("yes")
                message.name("j")
                message.hexadecimal(0x0123_4567_89ab_cdef)
            }
        }
        #expect(
            line == #"{"a":-7,"b":{},"c":{"d":null,"\"":"x"},"e":[{"f":[1,2]},{"f":[]}],"g":["",":","{"],"h":true,"#
                + #""i":"yes","j":"0123456789abcdef"}"# + "\n")
    }

    @Test func everyKindOfValueMayBeAnElement() {
        let line = written { writer in
            writer.array(0..<14) { array, index in
                switch index % 7 {
                case 0: array.null()
                case 1: array.boolean(false)
                case 2: array.integer(0)
                case 3: array.hexadecimal(.max)
                case 4: array.word("")
                case 5: array.string("")
                default: array.object { _ in }
                }
            }
        }
        let elements = #"null,false,0,"ffffffffffffffff","","",{}"#
        #expect(line == "[\(elements),\(elements)]")
    }

    @Test func eachMessageIsALine() {
        let lines = written { writer in
            writer.message { _ in }
            writer.message {
                $0.name("a")
                $0.string("{\n")
            }
            writer.message {
                $0.name("b")
                $0.integer(1)
            }
        }
        #expect(lines == "{}\n{\"a\":\"{\\n\"}\n{\"b\":1}\n")
    }

    @Test(arguments: [0, 256, 1_000_000, Int.max]) func removingLeavesNoText(keptCapacity: Int) {
        var writer = JSONWriter()
        for length in [10, 100_000, 10] {
            writer.message {
                $0.name("a")
                $0.string(String(repeating: "x", count: length))
            }
            #expect(writer.count == length + 9)
            writer.removeAll(keepingCapacity: keptCapacity)
            #expect(writer.count == 0 && text(writer) == "")
        }
        writer.message { _ in }
        #expect(text(writer) == "{}\n")
    }

    @Test func onlyQuotesBackslashesAndControlCharactersAreEscaped() {
        #expect(written { $0.string("") } == #""""#)
        #expect(written { $0.string("a\"b\\c/d") } == #""a\"b\\c/d""#)
        #expect(written { $0.string("пример 😀 \u{7f}\u{2028}\u{feff}") } == "\"пример 😀 \u{7f}\u{2028}\u{feff}\"")
        let short: [Unicode.Scalar: String] = ["\n": #"\n"#, "\r": #"\r"#, "\t": #"\t"#, "\"": #"\""#, "\\": #"\\"#]
        for scalar in (0..<0x80).map({ Unicode.Scalar($0 as UInt8) }) {
            let hexadecimal = String(scalar.value, radix: 16)
            let long =
                scalar.value < 0x20 ? #"\u"# + String(repeating: "0", count: 4 - hexadecimal.count) + hexadecimal : nil
            #expect(written { $0.string(String(scalar)) } == "\"\(short[scalar] ?? long ?? String(scalar))\"")
        }
    }

    /// The first buffer has 256 bytes; an escape is up to six times as long as its byte.
    @Test(arguments: [1, 40, 41, 42, 43, 250, 10_000]) func aStringMayBeOnlyEscapes(count: Int) {
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
                    message.string(text)
                    message.name("n")
                    message.integer(.min)
                    message.name("h")
                    message.hexadecimal(1)
                    message.name("w")
                    message.word("w")
                    message.name("l")
                    message.array([1]) { $0.boolean($1 == 1) }
                }
            }
            let rest = #""n":-9223372036854775808,"h":"0000000000000001","w":"w","l":[true]"#
            #expect(line == "{\"a\":\"\(text)\",\(rest)}\n")
        }
    }

    @Test func foundationReadsWhatIsWritten() throws {
        var dice = SeededGenerator(seed: 3)
        for _ in 0..<2000 {
            let scalars = (0..<Int.random(in: 0...40, using: &dice)).map { _ -> Unicode.Scalar in
                let range: ClosedRange<UInt32> = Bool.random(using: &dice) ? 0...0x7F : 0...0x10FFFF
                return Unicode.Scalar(UInt32.random(in: range, using: &dice)) ?? "\""
            }
            let string = String(String.UnicodeScalarView(scalars))
            let json = written { $0.string(string) }
            let read = try JSONDecoder().decode(String.self, from: Data(json.utf8))
            #expect(Array(read.unicodeScalars) == scalars, "\(json)")
        }
    }

    @Test func anIntegerIsWrittenInDecimal() {
        var dice = SeededGenerator(seed: 5)
        let random = (0..<1000).map { Int.random(in: .min ... .max, using: &dice) >> ($0 % 64) }
        var powers = [1]
        while let power = powers.last, power < .max / 10 { powers.append(power * 10) }
        let edges = powers.flatMap { power in [power - 1, power, power + 1, -power] }
        for number in random + edges + [0, -1, Int.min, Int.min + 1, Int.max] {
            #expect(written { $0.integer(number) } == "\(number)")
        }
    }
}
