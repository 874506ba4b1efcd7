/// Something in a file of task types that keeps it from being used.
package struct TaskFileMistake: Error, Hashable, Sendable {
    /// Counted from 1 on; nil where it is about the file as a whole.
    package let line: Int?

    /// Which value it is about, such as `tasks.thumbnail.timeout`; nil where the file is no TOML.
    package let key: String?

    /// What was found or expected, in words that follow the key.
    package let words: String

    /// As one line: `tasks.toml:7: tasks.thumbnail.timeout: must be …`.
    package func text(in file: String) -> String {
        let place = line.map { "\(file):\($0)" } ?? file
        return [place, key, words].compactMap(\.self).joined(separator: ": ")
    }
}

/// Every mistake in a file of task types; at least one.
package struct TaskFileMistakes: Error, Hashable {
    /// In the order of the file.
    package let mistakes: [TaskFileMistake]
}
