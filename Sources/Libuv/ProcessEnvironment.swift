import CLibuv

/// The environment of a process that is to be started.
package struct ProcessEnvironment: Hashable, Sendable {
    /// `NAME=value`
    let entries: [String]

    /// This process's (`uv_os_environ`), with some variables added or given another value. Bytes of the others that are not UTF-8
    /// are replaced by U+FFFD.
    ///
    /// - Parameter changes: values by name; neither has a byte 0, and no name is empty or has a `=`.
    package init(changing changes: [String: String]) {
        precondition(
            changes.allSatisfy { name, value in
                !name.isEmpty && !name.utf8.contains { $0 == 0 || $0 == UInt8(ascii: "=") } && !value.utf8.contains(0)
            })
        let own = Self.ofThisProcess.filter { changes[$0.name] == nil }
        entries = (own + changes.map { ($0.key, $0.value) }).map { "\($0.name)=\($0.value)" }.sorted()
    }

    /// The value of a variable; nil where it has none.
    subscript(name: String) -> String? {
        let prefix = "\(name)=".utf8
        return entries.first { $0.utf8.starts(with: prefix) }.flatMap { String($0.utf8.dropFirst(prefix.count)) }
    }

    private static var ofThisProcess: [(name: String, value: String)] {
        var items: UnsafeMutablePointer<uv_env_item_t>?
        var count: Int32 = 0
        guard uv_os_environ(&items, &count) == 0 else { return [] }
        defer { uv_os_free_environ(items, count) }
        return (0..<Int(count)).map { (String(cString: items![$0].name), String(cString: items![$0].value)) }
    }
}
