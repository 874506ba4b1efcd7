/// The end of what a task's command has written to its standard error, and how much that was in all. Offsets count the bytes
/// that the command wrote, from its start on.
package struct TaskLog: Sendable {
    /// How many bytes are kept unless told otherwise.
    package static let standardCapacity = 65_536

    private let capacity: Int
    private var bytes: [UInt8] = []
    /// How many of `bytes` are no longer kept: they go when they are as many as those that are.
    private var dropped = 0
    /// How many bytes were written in all.
    private var written = 0

    /// The task has ended, and nothing will be appended.
    package private(set) var hasEnded = false

    /// - Parameter capacity: how many bytes are kept, at least 4.
    package init(capacity: Int = standardCapacity) {
        precondition(capacity >= 4)
        self.capacity = capacity
    }

    /// How many bytes are kept.
    package var count: Int { bytes.count - dropped }

    /// The offset of the first byte that is kept.
    package var start: Int { written - count }

    /// Up to where there is something to tell: an unfinished character at the end waits for its rest, unless the task has ended.
    package var readableEnd: Int { hasEnded ? written : written - bytes[dropped...].unfinishedCharacterLength }

    /// Amortised O(1) a byte.
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

    /// Nothing more comes; the memory that is not needed is given back.
    package mutating func end() {
        hasEnded = true
        if dropped > 0 || bytes.capacity > bytes.count { bytes = Array(bytes[dropped...]) }
        dropped = 0
    }

    /// A part of it.
    package struct Part: Hashable, Sendable {
        /// Whole characters; bytes that are not UTF-8 are replaced by U+FFFD.
        package let text: String
        /// The offset behind the text.
        package let next: Int
        /// How many bytes before the text are no longer kept, of those that were asked for.
        package let skipped: Int
    }

    /// What is kept from an offset on, which may be beyond the end.
    ///
    /// - Parameter offset: 0 or more.
    package func part(from offset: Int) -> Part {
        precondition(offset >= 0)
        let end = readableEnd
        let asked = min(offset, end)
        var first = max(asked, start)
        if first > asked {
            // Where bytes were dropped, the rest of a character may be left over.
            var leftOver = 0
            while leftOver < 3, first < end, bytes[dropped + first - start] & 0xC0 == 0x80 {
                first += 1
                leftOver += 1
            }
        }
        first = min(first, end)
        let part = bytes[(dropped + first - start)..<(dropped + end - start)]
        return Part(text: String(decoding: part, as: UTF8.self), next: end, skipped: first - asked)
    }
}

extension ArraySlice<UInt8> {
    /// How many bytes at the end are the beginning of a character whose rest may follow: 0 to 3.
    fileprivate var unfinishedCharacterLength: Int {
        for length in 1...3 where length <= count {
            let lead = self[endIndex - length]
            guard lead & 0xC0 != 0x80 else { continue }
            guard length < Self.characterLength(lead) else { return 0 }
            return length == 1 || Self.mayFollow(lead, self[endIndex - length + 1]) ? length : 0
        }
        return 0
    }

    /// How long the character is that begins with a byte; 1 where none does.
    private static func characterLength(_ lead: UInt8) -> Int {
        switch lead {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 1
        }
    }

    /// Whether a continuation byte can be the second of a character: neither a longer form than need be, nor half a surrogate
    /// pair, nor beyond the last character.
    private static func mayFollow(_ lead: UInt8, _ second: UInt8) -> Bool {
        switch lead {
        case 0xE0: second >= 0xA0
        case 0xED: second < 0xA0
        case 0xF0: second >= 0x90
        case 0xF4: second < 0x90
        default: true
        }
    }
}
