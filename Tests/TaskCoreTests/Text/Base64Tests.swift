import Foundation
import ModelRuns
import Testing

@testable import TaskCore

struct Base64Tests {
    @Test func agreesWithFoundation() {
        var generator = SeededGenerator(seed: 6)
        for count in Array(0...300) + [100_001, 100_002, 100_003] {
            let bytes = (0..<count).map { _ in UInt8(generator.number(0..<256)) }
            let text = Data(bytes).base64EncodedString()
            #expect(Base64.encode(bytes) == text)
            #expect(Base64.decode(text) == bytes)
            #expect(Base64.isValid(text))
        }
    }

    /// From RFC 4648, section 10.
    @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")])
    func examplesOfTheStandard(bytes: String, text: String) {
        #expect(Base64.encode(Array(bytes.utf8)) == text)
        #expect(Base64.decode(text) == Array(bytes.utf8))
    }

    @Test(arguments: [
        // Lengths.
        "Z", "Zg", "Zg=", "Zm8", "Zg===", "=", "==", "===", "====", "Z===", "Zm9v=", "Zm9v====",
        // Padding in the middle.
        "Zg==Zm9v", "Z=g=", "=Zg=", "Zm=v", "Zm9vZ=g=",
        // Unused bits that are not 0.
        "Zh==", "Zm9=", "Z/==",
        // Whitespace and other characters.
        "Zm8=\n", "Zm9v\n", "Zm 9v", " Zm9", "\nZm9v\n\n\n", "Zm9-", "Zm9_", "Zm9\u{0}", "Zmя", "Zm9\u{7f}", "Zm9@",
        "Zm9[", "Zm9`", "Zm9{", "Zm9:", "Zm9.", "Zm9,",
    ])
    func invalidTexts(text: String) {
        #expect(!Base64.isValid(text))
        #expect(Base64.decode(text) == nil)
    }

    /// Puts every ASCII character at every place of a short text.
    @Test func bytesHaveExactlyOneText() {
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
        // 64 digits if all 6 bits count, 16 if 4 count, 4 if 2 count; besides, padding may become a digit and the reverse.
        #expect(valid == 8 * 64 + (5 * 64 + 4 + 16 + 1 + 1) + (6 * 64 + 16 + 64 + 1))
    }
}
