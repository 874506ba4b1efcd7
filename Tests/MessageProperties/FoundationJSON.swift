import Foundation

/// How Foundation reads a JSON text. `JSONSerialization` builds the whole value, so that nothing is left unread.
struct FoundationJSON {
    /// nil if Foundation refuses the text, or if it is not an object.
    let object: [String: Any]?

    /// What Foundation accepts in spite of RFC 8259 or PROTOCOL.md; found by trying.
    enum Laxity: Hashable {
        /// A comma after the last member or element.
        case trailingComma
        /// UTF-16 or UTF-32, recognized by zero bytes or by a byte-order mark, which JSON in UTF-8 never has.
        case otherEncoding
        /// An integer outside Int64 and UInt64, which Foundation reads as a decimal number or a double. RFC 8259 lets a
        /// reader set limits.
        case integerBeyond64Bits
        /// A number outside the doubles in a repeated member: Foundation drops all but the last before it reads them.
        case numberBeyondDouble
    }

    let laxities: Set<Laxity>

    /// Foundation refuses texts nested deeper than 512, whatever else is wrong with them.
    let isTooDeep: Bool

    /// Whether the text is a JSON object; nil if Foundation cannot tell.
    var isJSON: Bool? { isTooDeep ? nil : object != nil && laxities.isEmpty }

    init(_ bytes: [UInt8], _ tokens: JSONTokens) {
        object = try? JSONSerialization.jsonObject(with: Self.data(bytes)) as? [String: Any]
        isTooDeep = tokens.depth > 512
        var laxities: Set<Laxity> = []
        if tokens.haveTrailingComma { laxities.insert(.trailingComma) }
        if bytes.contains(0) || bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE]) {
            laxities.insert(.otherEncoding)
        }
        for number in tokens.numbers {
            if !number.contains(where: ".eE".contains), Int64(number) == nil, UInt64(number) == nil {
                laxities.insert(.integerBeyond64Bits)
            }
            if Double(number).map(\.isFinite) != true { laxities.insert(.numberBeyondDouble) }
        }
        self.laxities = laxities
    }

    /// The string of a token, unescaped by Foundation.
    static func string(_ token: ArraySlice<UInt8>) -> String? {
        let text = [UInt8(ascii: "[")] + token + [UInt8(ascii: "]")]
        return (try? JSONSerialization.jsonObject(with: data(text)) as? [String])?.first
    }

    /// The text with each byte-order mark, U+FEFF, escaped. Foundation ignores one before the text, which we refuse,
    /// and drops one at the start of a string or after an escape. An escaped one is kept in a string and refused
    /// elsewhere.
    private static func data(_ text: [UInt8]) -> Data {
        guard text.contains(byteOrderMark[0]) else { return Data(text) }
        var data = Data()
        var rest = text[...]
        var isEscaped = false
        while let byte = rest.popFirst() {
            if !isEscaped, byte == byteOrderMark[0], rest.starts(with: byteOrderMark.dropFirst()) {
                data.append(contentsOf: "\\ufeff".utf8)
                rest = rest.dropFirst(2)
            } else {
                data.append(byte)
            }
            isEscaped = byte == .backslash && !isEscaped
        }
        return data
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
}
