package import TaskQueue

/// The rules of `TaskLog`, written without regard to memory or speed.
package struct ReferenceLog {
    /// How many bytes at the end are kept.
    package let capacity: Int

    /// All bytes that were ever written.
    package var bytes: [UInt8] = []
    package var hasEnded = false

    package init(capacity: Int) { self.capacity = capacity }

    package var start: Int { max(0, bytes.count - capacity) }
    package var count: Int { bytes.count - start }

    /// The bytes at the end are held back if more bytes can make them one character.
    package var readableEnd: Int {
        guard !hasEnded else { return bytes.count }
        for length in 1...3 where bytes.count >= length {
            for byte in [0x80, 0x90, 0xA0] as [UInt8] {
                for more in 1...3 {
                    let character = Array(bytes.suffix(length)) + [byte] + Array(repeating: 0x80, count: more - 1)
                    if let text = String(validating: character, as: UTF8.self), text.unicodeScalars.count == 1 {
                        return bytes.count - length
                    }
                }
            }
        }
        return bytes.count
    }

    package func part(from offset: Int) -> TaskLog.Part {
        let end = readableEnd
        let asked = min(offset, end)
        var first = max(asked, start)
        // The rest of a character whose beginning is dropped.
        if asked < start { first += bytes[first..<end].prefix(3).prefix { (0x80..<0xC0).contains($0) }.count }
        return TaskLog.Part(
            text: String(decoding: bytes[first..<end], as: UTF8.self), next: end, skipped: first - asked)
    }
}
