/// The end of what a task's command wrote to standard error. Offsets count all bytes that the command wrote.
package struct TaskLog: Sendable {
    package static let standardCapacity = 65_536

    /// How many bytes are kept.
    private let capacity: Int
    private var bytes: [UInt8] = []

    /// How many of `bytes`, at their beginning, are no longer kept. They are removed when they are as many as `capacity`, so
    /// that an append takes amortised O(1) per byte.
    private var dropped = 0

    /// How many bytes were written in all.
    private var written = 0

    /// Whether the task has ended and nothing more can be appended.
    package private(set) var hasEnded = false

    /// - Parameter capacity: how many bytes are kept; at least 4, the length of a character.
    package init(capacity: Int = standardCapacity) {
        precondition(capacity >= 4)
        self.capacity = capacity
    }

    /// How many bytes are kept.
    package var count: Int { bytes.count - dropped }

    /// The offset of the first byte that is kept.
    package var start: Int { written - count }

    /// The offset up to which the log can be read. An incomplete character at the end is held back until the task ends.
    package var readableEnd: Int { hasEnded ? written : written - bytes[dropped...].incompleteCharacterLength }

    package mutating func append(_ more: [UInt8]) {
        precondition(!hasEnded, "the log has ended")
        written += more.count
        if more.count >= capacity {
            bytes = Array(more.suffix(capacity))
            dropped = 0
            return
        }
        bytes += more
        dropped = max(0, bytes.count - capacity)
        guard dropped >= capacity else { return }
        bytes.removeFirst(dropped)
        dropped = 0
    }

    /// Marks the log as complete and frees unused memory.
    package mutating func end() {
        hasEnded = true
        if dropped > 0 || bytes.capacity > bytes.count { bytes = Array(bytes[dropped...]) }
        dropped = 0
    }

    package struct Part: Hashable, Sendable {
        /// Whole characters. Bytes that are not UTF-8 are replaced by U+FFFD.
        package let text: String

        /// The offset after the text.
        package let next: Int

        /// How many of the requested bytes before the text are no longer kept.
        package let skipped: Int

        package init(text: String, next: Int, skipped: Int) {
            self.text = text
            self.next = next
            self.skipped = skipped
        }
    }

    /// The log from an offset on, up to `readableEnd`.
    ///
    /// - Parameter offset: 0 or more; beyond the end, the part is empty.
    package func part(from offset: Int) -> Part {
        precondition(offset >= 0)
        let end = readableEnd
        let asked = min(offset, end)
        var first = max(asked, start)
        if first > asked {
            // The rest of a character whose beginning is dropped.
            first += bytes[dropped...].prefix(3).prefix { $0 & 0xC0 == 0x80 }.count
        }
        first = min(first, end)
        let part = bytes[(dropped + first - start)..<(dropped + end - start)]
        return Part(text: String(decoding: part, as: UTF8.self), next: end, skipped: first - asked)
    }
}

extension ArraySlice<UInt8> {
    /// The number of bytes at the end that more bytes can complete to a character: 0 to 3.
    fileprivate var incompleteCharacterLength: Int {
        guard let lead = suffix(3).lastIndex(where: { $0 & 0xC0 != 0x80 }) else { return 0 }
        let end = self[lead...]
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: end.span)
            return 0
        } catch {
            return error.kind == .truncatedScalar ? end.count : 0
        }
    }
}
