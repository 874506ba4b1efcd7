import Foundation
import JSON
import Testing

@testable import TaskCore
@testable import TaskProtocol

private func written(_ write: (inout [UInt8]) -> Void) -> String {
    var bytes: [UInt8] = []
    write(&bytes)
    return text(of: bytes.span)
}

func text(of span: Span<UInt8>) -> String {
    var bytes: [UInt8] = []
    for index in span.indices { bytes.append(span[index]) }
    return String(decoding: bytes, as: UTF8.self)
}

struct JSONWritingTests {
    @Test func onlyWhatMustBeIsEscaped() {
        #expect(written { $0.append(jsonString: "") } == #""""#)
        #expect(written { $0.append(jsonString: "a\"b\\c/d") } == #""a\"b\\c/d""#)
        #expect(
            written { $0.append(jsonString: "\0\u{1}\u{8}\t\n\u{c}\r\u{1f} \u{7f}") }
                == "\"\\u0000\\u0001\\u0008\\t\\n\\u000c\\r\\u001f \u{7f}\"")
        #expect(written { $0.append(jsonString: "пример 😀 \u{2028}") } == "\"пример 😀 \u{2028}\"")
    }

    @Test func foundationReadsWhatIsWritten() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let scalars = (0..<Int.random(in: 0...40, using: &generator)).map { _ -> Unicode.Scalar in
                let range: ClosedRange<UInt32> = Bool.random(using: &generator) ? 0...0x7F : 0...0x10FFFF
                return Unicode.Scalar(UInt32.random(in: range, using: &generator)) ?? "\""
            }
            let string = String(String.UnicodeScalarView(scalars))
            let json = written { $0.append(jsonString: string) }
            let read = try JSONDecoder().decode(String.self, from: Data(json.utf8))
            #expect(Array(read.unicodeScalars) == scalars, "\(json)")
        }
    }

    @Test func numbers() {
        #expect(written { $0.append(number: 0) } == "0")
        #expect(written { $0.append(number: TaskID.range.upperBound) } == "9007199254740991")
        var generator = SystemRandomNumberGenerator()
        let random = (0..<1000).map { Int.random(in: .min ... .max, using: &generator) >> ($0 % 64) }
        var powers = [1]
        while let power = powers.last, power < .max / 10 { powers.append(power * 10) }
        let edges = powers.flatMap { (power: Int) -> [Int] in [power - 1, power, power + 1, -power] }
        for number in random + edges + [-1, Int.min, Int.max] {
            #expect(written { $0.append(number: number) } == "\(number)")
        }
    }

    @Test func members() {
        #expect(
            written {
                $0.append("{")
                $0.append(member: "a", number: -7)
                $0.append(member: "b", number: nil)
                $0.append(member: "c", word: "yes")
                $0.append(member: "d", word: "")
                $0.append(member: "e", flag: false)
                $0.append(member: "f", flag: true)
                $0.append(member: "g", array: [[1], []]) { bytes, inner in
                    bytes.append("{")
                    for number in inner { bytes.append(member: "h", number: number) }
                    bytes.append("}")
                }
                $0.append("}")
            } == #"{"a":-7,"c":"yes","d":"","f":true,"g":[{"h":1},{}]}"#)
    }
}
