import CLibuv

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file that a user names for what a program answers (libuv's calls without a callback).
package enum OutputFile {
    /// Writes a file whole: readers see nothing, what stood there before, or all of `bytes`.
    ///
    /// A link is followed, and stays. What is no file, a device or a pipe say, gets the bytes as they are.
    ///
    /// - Throws: `UVError`, with nothing left behind.
    package static func write(_ bytes: [UInt8], to path: String) throws(UVError) {
        switch try target(of: path) {
        case .file(let path): try SmallFile.write(bytes, to: path)
        case .stream: try writeThrough(bytes, path)
        }
    }

    /// Tries whether a file can be written there, and leaves nothing behind: for whoever would have to wait for what is to be
    /// written. What is no file is not touched.
    package static func check(_ path: String) throws(UVError) {
        if case .file(let path) = try target(of: path) { try SmallFile.checkDraft(of: path) }
    }

    private enum Target {
        /// One that is there, or may be made; no link.
        case file(String)
        case stream
    }

    /// What stands at a path, or behind the link there (`uv_fs_stat`, `uv_fs_realpath`).
    private static func target(of path: String) throws(UVError) -> Target {
        var request = uv_fs_t()
        defer { uv_fs_req_cleanup(&request) }
        // Where nothing is there, making it tells why that can't be done.
        guard uv_fs_stat(nil, &request, path, nil) == 0 else { return .file(path) }
        // S_IFMT, S_IFDIR and S_IFREG, which Swift finds twice.
        switch request.statbuf.st_mode & 0o170000 {
        case 0o040000: throw UVError(code: .isDirectory, call: "uv_fs_stat")
        case 0o100000: return .file(try realPath(path))
        default: return .stream
        }
    }

    private static func realPath(_ path: String) throws(UVError) -> String {
        var request = uv_fs_t()
        defer { uv_fs_req_cleanup(&request) }
        try Libuv.check("uv_fs_realpath", uv_fs_realpath(nil, &request, path, nil))
        return String(cString: request.ptr.assumingMemoryBound(to: CChar.self))
    }

    private static func writeThrough(_ bytes: [UInt8], _ path: String) throws(UVError) {
        let file = try SmallFile.call("uv_fs_open") {
            uv_fs_open(nil, $0, path, O_WRONLY | O_NOCTTY | O_CLOEXEC, 0, nil)
        }
        try SmallFile.closing(file) { () throws(UVError) in try SmallFile.write(bytes, to: file) }
    }
}
