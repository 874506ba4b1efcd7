/// One life of a server, from its start to its end: ids of tasks mean something within it only.
///
/// On the wire 16 lower-case hexadecimal digits.
package struct InstanceID: Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UInt64

    /// - Parameter rawValue: chosen at random by the server when it starts.
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// - Returns: nil where `text` is not 16 lower-case hexadecimal digits.
    package init?(_ text: String) {
        guard text.utf8.count == 16, text.utf8.allSatisfy({ Self.digits.contains($0) }),
            let rawValue = UInt64(text, radix: 16)
        else { return nil }
        self.rawValue = rawValue
    }

    private static let digits = Array("0123456789abcdef".utf8)

    package var description: String { rawValue.hexDigits }
}

extension UInt64 {
    /// 16 lower-case hexadecimal digits.
    package var hexDigits: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
