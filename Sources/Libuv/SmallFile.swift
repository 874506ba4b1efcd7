import CLibuv

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Files that are read and written while nothing else waits (libuv's calls without a callback).
package enum SmallFile {
    /// Writes a file whole: readers see nothing, what stood there before, or all of `text`. Who may read and write it stays as
    /// it was; a new one is as the process's umask lets it.
    ///
    /// - Parameter beforeItAppears: called when nothing but the last step is left.
    /// - Throws: `UVError`, with nothing left behind; `exists` where something else than a file stands there.
    package static func write(
        _ text: String, to path: String, beforeItAppears: () -> Void = {}
    ) throws(UVError) {
        try write(Array(text.utf8), to: path, beforeItAppears: beforeItAppears)
    }

    /// The same of bytes.
    static func write(
        _ bytes: [UInt8], to path: String, beforeItAppears: () -> Void = {}
    ) throws(UVError) {
        let mode = try modeOfFile(path)
        let (draft, file) = try openDraft(of: path, mode)
        do throws(UVError) {
            try closing(file) { () throws(UVError) in
                try write(bytes, to: file)
                if let mode { try call("uv_fs_fchmod") { uv_fs_fchmod(nil, $0, file, mode, nil) } }
            }
            beforeItAppears()
            try call("uv_fs_rename") { uv_fs_rename(nil, $0, draft, path, nil) }
        } catch {
            try? remove(draft)
            throw error
        }
    }

    /// Tries whether `write` could begin, and leaves nothing behind.
    static func checkDraft(of path: String) throws(UVError) {
        let (draft, file) = try openDraft(of: path, try modeOfFile(path))
        defer { try? remove(draft) }
        try closing(file) { () throws(UVError) in }
    }

    /// Made anew, and through no link that a stranger has put there.
    ///
    /// - Parameter mode: of the file that it replaces, which it has not yet: nobody else sees it half written. Nil for none.
    private static func openDraft(of path: String, _ mode: Int32?) throws(UVError) -> (path: String, file: Int32) {
        let draft = "\(path).\(uv_os_getpid())"
        try? remove(draft)
        let file = try call("uv_fs_open") {
            uv_fs_open(
                nil, $0, draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode == nil ? 0o666 : 0o600, nil)
        }
        return (draft, file)
    }

    /// Closes a descriptor after `body`, whatever becomes of it: some systems tell only then that a write failed.
    static func closing(_ file: Int32, _ body: () throws(UVError) -> Void) throws(UVError) {
        do throws(UVError) {
            try body()
        } catch {
            _ = try? call("uv_fs_close") { uv_fs_close(nil, $0, file, nil) }
            throw error
        }
        try call("uv_fs_close") { uv_fs_close(nil, $0, file, nil) }
    }

    /// Reads a file from its start, or whatever else can be read there (`uv_fs_open`, `uv_fs_read`).
    ///
    /// - Parameter most: how many bytes are read at most; the rest is left.
    package static func read(_ path: String, upTo most: Int) throws(UVError) -> [UInt8] {
        let file = try call("uv_fs_open") { uv_fs_open(nil, $0, path, O_RDONLY | O_CLOEXEC, 0, nil) }
        defer { _ = try? call("uv_fs_close") { uv_fs_close(nil, $0, file, nil) } }
        var bytes: [UInt8] = []
        while bytes.count < most {
            let piece = try read(upTo: min(most - bytes.count, 65536), from: file)
            if piece.isEmpty { break }
            bytes += piece
        }
        return bytes
    }

    /// Removes a file, and nothing else than a file (`uv_fs_unlink`).
    package static func remove(_ path: String) throws(UVError) {
        _ = try modeOfFile(path)
        try call("uv_fs_unlink") { uv_fs_unlink(nil, $0, path, nil) }
    }

    /// Who may read, write and run a file (`uv_fs_lstat`); nil where nothing is there.
    ///
    /// - Throws: where something else stands there: a device, a pipe or a link is somebody's, and not to be replaced.
    private static func modeOfFile(_ path: String) throws(UVError) -> Int32? {
        var request = uv_fs_t()
        defer { uv_fs_req_cleanup(&request) }
        guard uv_fs_lstat(nil, &request, path, nil) == 0 else { return nil }
        // S_IFMT and S_IFREG, which Swift finds twice.
        if request.statbuf.st_mode & 0o170000 != 0o100000 {
            throw UVError(code: .exists, call: "uv_fs_lstat")
        }
        return Int32(request.statbuf.st_mode & 0o777)
    }

    /// Writes all of `bytes` to an open descriptor, waiting where it would block (`uv_fs_write`, `poll`).
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

    /// Writes once to an open descriptor (`uv_fs_write`).
    ///
    /// - Parameter bytes: at least one.
    /// - Returns: how many were taken, from the first on.
    static func writeOnce(_ bytes: ArraySlice<UInt8>, to file: Int32) throws(UVError) -> Int {
        let taken = try call("uv_fs_write") { request in
            bytes.withUnsafeBytes { source in
                let start = UnsafeMutableRawPointer(mutating: source.baseAddress!)
                var buffer = uv_buf_t(base: start.assumingMemoryBound(to: CChar.self), len: source.count)
                return uv_fs_write(nil, request, file, &buffer, 1, -1, nil)
            }
        }
        return Int(taken)
    }

    /// Reads once from an open descriptor, waiting where it would block (`uv_fs_read`, `poll`).
    ///
    /// - Parameter count: the most bytes to read; at least 1.
    /// - Returns: what is there by then; empty at the end.
    static func read(upTo count: Int, from file: Int32) throws(UVError) -> [UInt8] {
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
                // Reading is what libuv leaves to its caller to repeat.
            } catch  where error.code == .tryAgain {
                waitUntilReady(file, POLLIN)
            }
        }
    }

    /// Returns when `file` is ready, or at a signal (`poll`).
    private static func waitUntilReady(_ file: Int32, _ events: Int32) {
        var wanted = pollfd(fd: file, events: Int16(events), revents: 0)
        poll(&wanted, 1, -1)
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
