import Foundation

/// What Foundation's reader makes of a JSON text; `JSONSerialization` builds all of it, so that nothing goes unlooked at.
struct FoundationJSON {
    /// The text, where Foundation takes it and it is an object; nothing else is a message.
    let object: [String: Any]?

    /// What Foundation takes and RFC 8259, or PROTOCOL.md, does not; found out by trying. All that it takes besides is
    /// JSON.
    enum Laxity: Hashable {
        /// A comma behind the last member or element.
        case trailingComma
        /// UTF-16 and UTF-32, known by their zero bytes or by their byte-order mark, neither of which JSON in UTF-8 may have.
        case anotherEncoding
        /// One without fraction and exponent that is beyond Int64 and UInt64, which Foundation makes a decimal number or
        /// a double. RFC 8259 lets a reader set limits.
        case integerBeyond64Bits
        /// In a member whose name stands again behind it, which Foundation drops before it reads its number. Elsewhere
        /// it refuses such numbers as well.
        case numberBeyondDouble
    }

    let laxities: Set<Laxity>

    /// Foundation refuses what is nested deeper than 512, whatever else it is: nothing can be learnt there.
    let isTooDeep: Bool

    /// What our reader must say; nil where that cannot be told.
    var isMessage: Bool? { isTooDeep ? nil : object != nil && laxities.isEmpty }

    init(_ bytes: [UInt8], _ tokens: JSONTokens) {
        object = try? JSONSerialization.jsonObject(with: Self.data(bytes)) as? [String: Any]
        isTooDeep = tokens.depth > 512
        var laxities: Set<Laxity> = []
        if tokens.haveTrailingComma { laxities.insert(.trailingComma) }
        if bytes.contains(0) || bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE]) {
            laxities.insert(.anotherEncoding)
        }
        for number in tokens.numbers {
            if !number.contains(where: ".eE".contains), Int64(number) == nil, UInt64(number) == nil {
                laxities.insert(.integerBeyond64Bits)
            }
            if Double(number).map(\.isFinite) != true { laxities.insert(.numberBeyondDouble) }
        }
        self.laxities = laxities
    }

    /// The string that a token is, unescaped by Foundation.
    static func string(_ token: ArraySlice<UInt8>) -> String? {
        let text = [UInt8(ascii: "[")] + token + [UInt8(ascii: "]")]
        return (try? JSONSerialization.jsonObject(with: data(text)) as? [String])?.first
    }

    /// The text with each byte-order mark, U+FEFF, escaped. Foundation ignores one before the text, which we refuse, and
    /// loses the one with which a string, or the part of it behind an escape, begins. Escaped it is kept in a string, and
    /// refused elsewhere.
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
