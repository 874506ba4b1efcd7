import Libuv

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The environment of a program to be started: that of this process when the program starts, with changes.
package struct ProcessEnvironment: Hashable, Sendable {
    /// Values by name; nil for a variable that is removed.
    private var changes: [String: String?]

    /// - Parameter changes: values of variables that are added or replaced, by name. Neither contains a NUL; a name is not
    ///   empty and contains no `=`.
    package init(changing changes: [String: String] = [:]) {
        for (name, value) in changes { Self.check(name, value) }
        self.changes = changes.mapValues(Optional.some)
    }

    /// The value of a variable; nil if it is not set. Setting nil removes it.
    package subscript(name: String) -> String? {
        get { changes[name] ?? environmentVariable(name) }
        set {
            Self.check(name, newValue)
            changes.updateValue(newValue, forKey: name)
        }
    }

    private static func check(_ name: String, _ value: String?) {
        precondition(!name.isEmpty && !name.utf8.contains { $0 == 0 || $0 == UInt8(ascii: "=") })
        precondition(value?.utf8.contains(0) != true)
    }

    /// Passes an array of `NAME=value` that ends with NULL. Inherited entries are not copied, so that a change is cheap.
    ///
    /// - Parameter inherited: the variables of this process. Tests replace them.
    func withCStrings<Result>(
        changing inherited: UnsafePointer<UnsafeMutablePointer<CChar>?> = UnsafePointer(environ),
        _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        if changes.isEmpty { return body(inherited) }
        let names = changes.keys.map { Array($0.utf8) }
        let added = changes.compactMap { name, value in value.map { strdup("\(name)=\($0)") } }
        defer { for entry in added { free(entry) } }
        var entries: [UnsafeMutablePointer<CChar>?] = []
        var next = inherited
        while let entry = next.pointee {
            if !names.contains(where: { isEntry(entry, named: $0) }) { entries.append(entry) }
            next += 1
        }
        return (entries + added + [nil]).withUnsafeBufferPointer { body($0.baseAddress!) }
    }
}

private func isEntry(_ entry: UnsafePointer<CChar>, named name: [UInt8]) -> Bool {
    let begins = name.withUnsafeBytes { strncmp(entry, $0.baseAddress!, $0.count) == 0 }
    return begins && entry[name.count] == CChar(UInt8(ascii: "="))
}
