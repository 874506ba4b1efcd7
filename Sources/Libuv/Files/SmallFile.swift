import CLibuv

/// Blocking file operations (libuv's calls without a callback).
package enum SmallFile {
    /// Replaces a file atomically: readers see nothing, the old content, or all of `text`. The file keeps its mode; a new one
    /// gets the mode that the umask allows.
    ///
    /// - Parameter beforeRename: called when only the rename is left.
    /// - Throws: with nothing left behind; `exists` if `path` is not a regular file.
    package static func write(_ text: String, to path: String, beforeRename: () -> Void = {}) throws(UVError) {
        try write(Array(text.utf8), to: path, beforeRename: beforeRename)
    }

    static func write(_ bytes: [UInt8], to path: String, beforeRename: () -> Void = {}) throws(UVError) {
        let mode = try modeOfFile(path)
        let (draft, file) = try createDraft(of: path, replacing: mode)
        try onFailure({ try? remove(draft) }) { () throws(UVError) in
            try closing(file) { () throws(UVError) in
                try write(bytes, to: file)
                if let mode { try call("uv_fs_fchmod") { uv_fs_fchmod(nil, $0, file, mode, nil) } }
            }
            beforeRename()
            try call("uv_fs_rename") { uv_fs_rename(nil, $0, draft, path, nil) }
        }
    }

    /// Checks that `write` can create its draft, and leaves nothing behind.
    static func checkDraft(of path: String) throws(UVError) {
        let (draft, file) = try createDraft(of: path, replacing: try modeOfFile(path))
        defer { try? remove(draft) }
        try close(file)
    }

    /// Creates the file that is renamed to `path` later. It never opens an existing file or follows a link.
    ///
    /// - Parameter mode: the mode of the file to be replaced. Until the draft is complete, only its owner may read it.
    private static func createDraft(
        of path: String, replacing mode: Int32?
    ) throws(UVError) -> (path: String, file: Int32) {
        let draft = "\(path).\(uv_os_getpid())"
        try? remove(draft)
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
        return (draft, try open(draft, flags, mode: mode == nil ? 0o666 : 0o600))
    }

    /// Runs `body` and closes a descriptor. Some file systems report a failed write only when the file is closed.
    static func closing(_ file: Int32, _ body: () throws(UVError) -> Void) throws(UVError) {
        try onFailure({ try? close(file) }, body)
        try close(file)
    }

    private static func close(_ file: Int32) throws(UVError) {
        try call("uv_fs_close") { uv_fs_close(nil, $0, file, nil) }
    }

    /// Reads a file from its start to its end, or to the limit in bytes.
    package static func read(_ path: String, upTo limit: Int) throws(UVError) -> [UInt8] {
        let file = try open(path, O_RDONLY)
        defer { try? close(file) }
        var bytes: [UInt8] = []
        while bytes.count < limit {
            let chunk = try read(upTo: min(limit - bytes.count, 16384), from: file)
            if chunk.isEmpty { break }
            bytes += chunk
        }
        return bytes
    }

    /// Removes a regular file (`uv_fs_unlink`).
    package static func remove(_ path: String) throws(UVError) {
        _ = try modeOfFile(path)
        try call("uv_fs_unlink") { uv_fs_unlink(nil, $0, path, nil) }
    }

    /// The permission bits of a regular file (`uv_fs_lstat`); nil if there is no file.
    ///
    /// - Throws: `exists` for a device, a pipe, a directory or a link, which must not be replaced.
    private static func modeOfFile(_ path: String) throws(UVError) -> Int32? {
        var request = uv_fs_t()
        defer { uv_fs_req_cleanup(&request) }
        guard uv_fs_lstat(nil, &request, path, nil) == 0 else { return nil }
        guard request.statbuf.st_mode & UInt64(S_IFMT) == UInt64(S_IFREG) else {
            throw UVError(code: .exists, call: "uv_fs_lstat")
        }
        return Int32(request.statbuf.st_mode & 0o777)
    }

    /// Opens a file, which exec closes (`uv_fs_open`).
    static func open(_ path: String, _ flags: Int32, mode: Int32 = 0) throws(UVError) -> Int32 {
        try call("uv_fs_open") { uv_fs_open(nil, $0, path, flags | O_CLOEXEC, mode, nil) }
    }

    // MARK: Open descriptors

    /// Writes all of `bytes`, and waits if the descriptor would block.
    static func write(_ bytes: [UInt8], to file: Int32) throws(UVError) {
        var sent = 0
        while sent < bytes.count {
            do throws(UVError) {
                sent += try writeOnce(bytes[sent...], to: file)
            } catch  where error.code == .tryAgain {
                waitUntilReady(file, POLLOUT)
            }
        }
    }

    /// Makes one write of at least one byte (`uv_fs_write`), and returns how many were written.
    static func writeOnce(_ bytes: ArraySlice<UInt8>, to file: Int32) throws(UVError) -> Int {
        let count = try call("uv_fs_write") { request in
            bytes.withUnsafeBytes { source in
                let start = UnsafeMutableRawPointer(mutating: source.baseAddress!)
                var buffer = uv_buf_t(base: start.assumingMemoryBound(to: CChar.self), len: source.count)
                return uv_fs_write(nil, request, file, &buffer, 1, -1, nil)
            }
        }
        return Int(count)
    }

    /// Makes one read (`uv_fs_read`), and waits if the descriptor would block.
    ///
    /// - Parameter count: the most bytes to read; at least 1.
    /// - Returns: empty at the end.
    package static func read(upTo count: Int, from file: Int32) throws(UVError) -> [UInt8] {
        precondition(count > 0)
        var bytes = [UInt8](repeating: 0, count: count)
        while true {
            do throws(UVError) {
                let result = try call("uv_fs_read") { request in
                    bytes.withUnsafeMutableBytes { target in
                        let start = target.baseAddress!.assumingMemoryBound(to: CChar.self)
                        var buffer = uv_buf_t(base: start, len: target.count)
                        return uv_fs_read(nil, request, file, &buffer, 1, -1, nil)
                    }
                }
                bytes.removeLast(count - Int(result))
                return bytes
            } catch  where error.code == .interrupted {
                // libuv does not repeat an interrupted read.
            } catch  where error.code == .tryAgain {
                waitUntilReady(file, POLLIN)
            }
        }
    }

    /// Waits until a call on `file` would return at once, even if with an error, or until a signal arrives (`poll`).
    ///
    /// - Parameter timeout: in milliseconds; -1 for none.
    @discardableResult
    static func waitUntilReady(_ file: Int32, _ events: Int32, timeout: Int32 = -1) -> Bool {
        var entry = pollfd(fd: file, events: Int16(events), revents: 0)
        return poll(&entry, 1, timeout) > 0
    }

    @discardableResult
    static func call(
        _ name: String, _ start: (UnsafeMutablePointer<uv_fs_t>) -> Int32
    ) throws(UVError) -> Int32 {
        var request = uv_fs_t()
        defer { uv_fs_req_cleanup(&request) }
        return try check(name, start(&request))
    }
}
