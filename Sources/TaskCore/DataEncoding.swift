/// How a task's data or its result stands in a message.
package enum DataEncoding: String, Hashable, Sendable, CaseIterable {
    /// As it is: UTF-8.
    case text
    /// Any bytes, in the digits of RFC 4648, section 4, padded and without white space.
    case base64
}
