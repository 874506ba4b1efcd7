/// A user of this machine, by number (`uid_t`).
package struct UserID: Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }
}
