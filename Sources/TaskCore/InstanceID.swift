/// The identity of a server from its start to its end. Task ids of different instances are unrelated.
///
/// On the wire it is 16 lower-case hexadecimal digits.
package struct InstanceID: Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UInt64

    /// - Parameter rawValue: a random number.
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// - Returns: nil if `text` is not 16 lower-case hexadecimal digits.
    package init?(_ text: String) {
        guard let rawValue = UInt64(text, radix: 16), rawValue.hexDigits.utf8.elementsEqual(text.utf8) else {
            return nil
        }
        self.rawValue = rawValue
    }

    package var description: String { rawValue.hexDigits }
}

extension UInt64 {
    /// 16 lower-case hexadecimal digits.
    package var hexDigits: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
