/// How long a message may be, in bytes from its `{` to its `}`.
package enum MessageLimits {
    /// What the server takes unless told otherwise.
    package static let request = 1 << 20

    /// What the client takes: the longest result that a server may send, with room for its escapes.
    package static let reply = 64 << 20
}
