import CLibuv

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Programs and directories, looked for before they are needed. They may come and go afterwards.
package enum ProgramFile {
    /// Where a program is searched that has no `/` in its name, where nothing else is said (`confstr`).
    static let standardPath = "/bin:/usr/bin"

    /// Finds the file that would run, as `execvp` does (`uv_fs_stat`, `uv_fs_access`).
    ///
    /// - Parameters:
    ///   - name: a path where it has a `/`; else looked for in each directory of `path`.
    ///   - path: directories with colons between them, an empty one being the current one; nil for the standard ones.
    ///   - directory: the current one, when it will run; nil for this process's.
    /// - Returns: its path; nil where there is no ordinary file that may be run.
    package static func find(_ name: String, path: String?, in directory: String?) -> String? {
        guard !name.isEmpty else { return nil }
        if name.utf8.contains(UInt8(ascii: "/")) { return runnable(name, in: directory) }
        return (path ?? standardPath).split(separator: ":", omittingEmptySubsequences: false).lazy
            .compactMap { runnable($0.isEmpty ? "./\(name)" : "\($0)/\(name)", in: directory) }.first
    }

    /// Whether there is anything of that path.
    package static func exists(_ path: String, in directory: String?) -> Bool {
        kind(of: absolute(path, in: directory)) != nil
    }

    /// Whether there is a directory that can be entered (`uv_fs_stat`, `uv_fs_access`).
    package static func isDirectory(_ path: String) -> Bool { kind(of: path) == 0o040000 && isExecutable(path) }

    private static func runnable(_ name: String, in directory: String?) -> String? {
        let path = absolute(name, in: directory)
        return kind(of: path) == 0o100000 && isExecutable(path) ? path : nil
    }

    private static func absolute(_ path: String, in directory: String?) -> String {
        path.hasPrefix("/") ? path : "\(directory ?? ".")/\(path)"
    }

    /// Its kind, of the file's mode (S_IFMT, which Swift finds twice); nil where nothing is there.
    private static func kind(of path: String) -> UInt64? {
        var request = uv_fs_t()
        defer { uv_fs_req_cleanup(&request) }
        guard uv_fs_stat(nil, &request, path, nil) == 0 else { return nil }
        return request.statbuf.st_mode & 0o170000
    }

    private static func isExecutable(_ path: String) -> Bool {
        var request = uv_fs_t()
        defer { uv_fs_req_cleanup(&request) }
        return uv_fs_access(nil, &request, path, X_OK, nil) == 0
    }
}
