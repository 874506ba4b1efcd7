/// How messages carry the data or the result of a task.
package enum DataEncoding: String, Hashable, Sendable, CaseIterable {
    /// UTF-8, unchanged.
    case text
    /// Any bytes, as `Base64` encodes them.
    case base64
}
