import CLibuv

/// A file that the user names for the output of a program (libuv's calls without a callback).
package enum OutputFile {
    /// Replaces a file atomically: readers see nothing, the old content, or all of `bytes`.
    ///
    /// A link is followed and kept. A device or a pipe is written to directly.
    ///
    /// - Throws: with nothing left behind.
    package static func write(_ bytes: [UInt8], to path: String) throws(UVError) {
        if let file = try replaceableFile(at: path) { return try SmallFile.write(bytes, to: file) }
        let stream = try SmallFile.open(path, O_WRONLY | O_NOCTTY)
        try SmallFile.closing(stream) { () throws(UVError) in try SmallFile.write(bytes, to: stream) }
    }

    /// Checks that the file can be written, before the user waits for its content. A device or a pipe is not opened.
    package static func check(_ path: String) throws(UVError) {
        if let file = try replaceableFile(at: path) { try SmallFile.checkDraft(of: file) }
    }

    /// The regular file to be replaced, behind links, or the file to be created; nil for a device or a pipe.
    private static func replaceableFile(at path: String) throws(UVError) -> String? {
        var request = uv_fs_t()
        defer { uv_fs_req_cleanup(&request) }
        // If there is nothing at the path, creating the file reports why that fails.
        guard uv_fs_stat(nil, &request, path, nil) == 0 else { return path }
        switch request.statbuf.st_mode & UInt64(S_IFMT) {
        case UInt64(S_IFDIR): throw UVError(code: .isDirectory, call: "uv_fs_stat")
        case UInt64(S_IFREG): return try realPath(path)
        default: return nil
        }
    }

    private static func realPath(_ path: String) throws(UVError) -> String {
        var request = uv_fs_t()
        defer { uv_fs_req_cleanup(&request) }
        try Libuv.check("uv_fs_realpath", uv_fs_realpath(nil, &request, path, nil))
        return String(cString: request.ptr.assumingMemoryBound(to: CChar.self))
    }
}
