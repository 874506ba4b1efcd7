/// The data of a task, as UTF-8.
///
/// Millions of waiting tasks may hold one. As an array, 32 bytes of text take 64 bytes of memory; as a `String`, 96.
package struct TaskData: Hashable, Sendable {
    package let utf8: [UInt8]

    /// - Parameter utf8: valid UTF-8.
    package init(utf8: [UInt8]) { self.utf8 = utf8 }

    package init(_ text: String) { utf8 = Array(text.utf8) }

    package var count: Int { utf8.count }

    package var string: String { String(decoding: utf8, as: UTF8.self) }
}

extension TaskData: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) { self.init(text) }
}
