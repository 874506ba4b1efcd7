/// Text as it came in a JSON string: valid UTF-8 in one piece of memory, for text that is kept by the million and seldom looked at.
/// Of 32 bytes it takes 64, a `String` 96.
package struct JSONText: Hashable, Sendable {
    /// nil where it is empty.
    private let storage: TextStorage?

    /// - Parameter bytes: valid UTF-8.
    init(copying bytes: UnsafeBufferPointer<UInt8>) {
        storage = bytes.isEmpty ? nil : TextStorage(copying: bytes)
    }

    package init(copying string: String) {
        self = string.utf8Span.span.withUnsafeBufferPointer { JSONText(copying: $0) }
    }

    /// How many bytes it has.
    package var count: Int { storage?.count ?? 0 }

    /// Hands its bytes to `body`.
    package func withBytes<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        storage.map { $0.withBytes { body($0.span) } } ?? body(Span())
    }

    /// The same text, to be worked with.
    package var string: String { storage?.withBytes { String(decoding: $0, as: UTF8.self) } ?? "" }

    package static func == (left: JSONText, right: JSONText) -> Bool {
        left.withBytes { bytes in right.withBytes { bytes.equals($0) } }
    }

    package func hash(into hasher: inout Hasher) {
        storage?.withBytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(count)
    }
}

/// The bytes of a text.
///
/// `@unchecked Sendable`: it is filled when it is made, and never changed.
@safe private struct TextStorage: @unchecked Sendable {
    /// How many bytes, and the bytes.
    private let buffer: ManagedBuffer<Int, UInt8>

    init(copying bytes: UnsafeBufferPointer<UInt8>) {
        buffer = Buffer.create(minimumCapacity: bytes.count) { _ in bytes.count }
        buffer.withUnsafeMutablePointerToElements { $0.initialize(from: bytes.baseAddress!, count: bytes.count) }
    }

    // Not by `header`, to which each access is checked.
    var count: Int { buffer.withUnsafeMutablePointerToHeader { $0.pointee } }

    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        buffer.withUnsafeMutablePointers { body(UnsafeBufferPointer(start: $1, count: $0.pointee)) }
    }
}

private final class Buffer: ManagedBuffer<Int, UInt8> {}
