#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The environment of a program to be started.
package struct ProcessEnvironment: Hashable, Sendable {
    /// `NAME=value`, sorted.
    let entries: [String]

    /// The environment of this process with some variables added or replaced. Invalid UTF-8 in the others is replaced by
    /// U+FFFD.
    ///
    /// - Parameter changes: values by name. Neither contains a NUL; a name is not empty and contains no `=`.
    package init(changing changes: [String: String]) {
        precondition(
            changes.allSatisfy { name, value in
                !name.isEmpty && !name.utf8.contains { $0 == 0 || $0 == UInt8(ascii: "=") } && !value.utf8.contains(0)
            })
        let inherited = Self.ofThisProcess.filter { entry in
            changes[String(Substring(entry.utf8.prefix { $0 != UInt8(ascii: "=") }))] == nil
        }
        entries = (inherited + changes.map { "\($0.key)=\($0.value)" }).sorted()
    }

    subscript(name: String) -> String? {
        let prefix = "\(name)=".utf8
        return entries.first { $0.utf8.starts(with: prefix) }.flatMap { String($0.utf8.dropFirst(prefix.count)) }
    }

    private static var ofThisProcess: [String] {
        var entries: [String] = []
        var next = environ
        while let entry = next.pointee {
            entries.append(String(cString: entry))
            next += 1
        }
        return entries
    }
}
