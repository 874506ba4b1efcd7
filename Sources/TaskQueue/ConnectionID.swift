/// The number of a connection. A server never uses a number twice.
package struct ConnectionID: Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// No connection. Servers count from 1.
    package static let none = ConnectionID(rawValue: 0)

    package var description: String { String(rawValue) }
}
