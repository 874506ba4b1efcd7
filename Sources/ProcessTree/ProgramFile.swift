#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Looks for programs and directories before they are needed. They may appear or vanish afterwards.
package enum ProgramFile {
    /// The search path if `PATH` is not set (`confstr`).
    private static let standardPath = "/bin:/usr/bin"

    /// The files that `execvp` tries, in order.
    ///
    /// - Parameters:
    ///   - name: a path if it contains a `/`; otherwise it is looked up in each directory of `path`.
    ///   - path: directories separated by colons, an empty one being the current one; nil for the standard path.
    static func candidates(for name: String, path: String?) -> [String] {
        if name.utf8.contains(UInt8(ascii: "/")) { return [name] }
        return (path ?? standardPath).split(separator: ":", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? "./\(name)" : "\($0)/\(name)" }
    }

    /// Finds the file that `execvp` would run: the first of the `candidates` that this process may execute.
    ///
    /// - Parameter directory: the current directory of the future program; nil for that of this process.
    package static func find(_ name: String, path: String?, in directory: String?) -> String? {
        guard !name.isEmpty else { return nil }
        return candidates(for: name, path: path).lazy.compactMap { runnable($0, in: directory) }.first
    }

    package static func exists(_ path: String, in directory: String?) -> Bool {
        kind(of: absolute(path, in: directory)) != nil
    }

    /// Whether `path` is a directory that this process may enter.
    package static func isDirectory(_ path: String) -> Bool { kind(of: path) == S_IFDIR && access(path, X_OK) == 0 }

    private static func runnable(_ name: String, in directory: String?) -> String? {
        let path = absolute(name, in: directory)
        return kind(of: path) == S_IFREG && access(path, X_OK) == 0 ? path : nil
    }

    private static func absolute(_ path: String, in directory: String?) -> String {
        path.hasPrefix("/") ? path : "\(directory ?? ".")/\(path)"
    }

    /// The type bits of a file's mode, behind links; nil if there is no such file.
    private static func kind(of path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }
}
