import Foundation
import ModelRuns
import Testing

@testable import TaskCore

struct Base64Tests {
    @Test func encodingAndDecodingAgreeWithFoundation() {
        var generator = SeededGenerator(seed: 6)
        for count in Array(0...300) + [100_001, 100_002, 100_003] {
            let bytes = (0..<count).map { _ in UInt8(generator.number(0..<256)) }
            let text = Data(bytes).base64EncodedString()
            #expect(Base64.encode(bytes) == text)
            #expect(Base64.decode(text) == bytes)
            #expect(Base64.isValid(text))
        }
    }

    @Test(arguments: [
        "Z", "Zg", "Zg=", "Zm8", "Zg===", "=", "==", "===", "====", "A===", "Z===", "Zm9v=", "Zm9v====", "Zg==Zm9v",
        "Zm9vZ=g=", "Zm9v\n", "\nZm9v\n\n\n", "Zmя",
    ])
    func otherLengthsAndPlacesOfPaddingAreInvalid(text: String) {
        #expect(!Base64.isValid(text))
        #expect(Base64.decode(text) == nil)
    }

    /// Puts every ASCII character at every place of a short text.
    @Test func bytesHaveExactlyOneText() {
        for text in ["Zm9vYmFy", "Zm9vYg==", "Zm9vYmE="] {
            for place in 0..<8 {
                for byte in UInt8(0)..<128 {
                    var changed = Array(text.utf8)
                    changed[place] = byte
                    let candidate = String(decoding: changed, as: UTF8.self)
                    let decoded = Base64.decode(candidate)
                    #expect(Base64.isValid(candidate) == (decoded != nil))
                    #expect(decoded.map { Base64.encode($0) == candidate } ?? true)
                }
            }
        }
    }
}
