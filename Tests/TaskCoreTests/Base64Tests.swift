import Foundation
import ModelRuns
import Testing

@testable import TaskCore

struct Base64Tests {
    /// Every length up to some lines of text, against Foundation's.
    @Test func isWhatFoundationWritesAndReads() {
        var generator = SeededGenerator(seed: 6)
        for count in 0...300 {
            let bytes = (0..<count).map { _ in UInt8(generator.number(0..<256)) }
            let text = Data(bytes).base64EncodedString()
            #expect(Base64.encode(bytes) == text)
            #expect(Base64.decode(text) == bytes)
            #expect(Base64.isValid(text))
        }
        let long = (0..<1_000_003).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
        let text = Data(long).base64EncodedString()
        #expect(Base64.encode(long) == text && Base64.decode(text) == long)
    }

    @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")])
    func theExamplesOfTheStandard(bytes: String, text: String) {
        #expect(Base64.encode(Array(bytes.utf8)) == text)
        #expect(Base64.decode(text) == Array(bytes.utf8))
    }

    @Test(arguments: [
        "Z", "Zg", "Zg=", "Zm8", "Zg===", "=", "==", "===", "====", "Z===", "Zm9v=", "Zm9v====",  // lengths
        "Zg==Zm9v", "Z=g=", "=Zg=", "Zm=v", "Zm9vZ=g=",  // padding elsewhere
        "Zh==", "Zm9=", "Z/==", "Zm8=\n", "Zm9v\n", "Zm 9v", " Zm9", "\nZm9v\n\n\n",  // odd bits, white space
        "Zm9-", "Zm9_", "Zm9\u{0}", "Zmя", "Zm9\u{7f}", "Zm9@", "Zm9[", "Zm9`", "Zm9{", "Zm9:", "Zm9.", "Zm9,",
    ]) func allElseIsRefused(text: String) {
        #expect(!Base64.isValid(text))
        #expect(Base64.decode(text) == nil)
    }

    /// Every byte at every place of a short text: it is valid exactly where it is what its bytes are written as.
    @Test func eachBytesHaveOneText() {
        var valid = 0
        for text in ["Zm9vYmFy", "Zm9vYg==", "Zm9vYmE="] {
            for place in 0..<8 {
                for byte in UInt8(0)..<128 {
                    var changed = Array(text.utf8)
                    changed[place] = byte
                    let candidate = String(decoding: changed, as: UTF8.self)
                    let decoded = Base64.decode(candidate)
                    #expect(Base64.isValid(candidate) == (decoded != nil))
                    guard let decoded else { continue }
                    #expect(Base64.encode(decoded) == candidate)
                    valid += 1
                }
            }
        }
        // All 64 where 6 bits count, 16 where 4 do, 4 where 2 do; and a padding may stand there, or a digit for the padding.
        #expect(valid == 8 * 64 + (5 * 64 + 4 + 16 + 1 + 1) + (6 * 64 + 16 + 64 + 1))
    }
}
