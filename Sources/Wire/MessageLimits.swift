/// How long a message may be, in bytes from its `{` to its `}`.
package enum MessageLimits {
    /// What the server takes unless told otherwise.
    package static let request = 1 << 20

    /// The server's option for it, without its dashes.
    package static let requestOption = "max-message"

    /// What the client takes, and the longest line that a server sends.
    package static let reply = 64 << 20

    /// The most that a server can be told to take: escaped again, such data is at most three times as long.
    package static let largestRequest = reply / 4
}
