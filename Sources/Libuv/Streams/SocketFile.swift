import CLibuv

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The path of a unix socket while this process serves it, and nobody else does.
///
/// A killed server leaves its socket, which refuses connections and is removed. The lock (`flock` on `PATH.lock`) makes
/// probing, removing and binding one step. It ends with the process that has it. Its file is never removed: two servers could
/// lock different files.
@safe package final class SocketFile {
    package enum Failure: Error, Equatable {
        /// The path has more bytes than `Endpoint.longestPath`.
        case pathTooLong(bytes: Int)
        /// Another process serves the path.
        case isServed
        /// There is something that is no socket.
        case isNoSocket
        /// Users other than this one and root could replace the socket.
        case folderIsShared
        case cannotLock(UVError)
        /// The system cannot say whether the socket that exists is served, or does not let it be removed.
        case cannotReplace(UVError)
    }

    package let path: String
    /// The descriptor that has the lock; nil once released.
    private var lock: Int32?
    /// The file of the socket, once it is bound.
    private var file: (device: UInt64, inode: UInt64)?

    /// Locks the path, and removes the socket that a killed server left there.
    ///
    /// - Throws: with nothing changed but the lock's file, which may be new.
    package init(_ path: String) throws(Failure) {
        let length = path.utf8.count
        // The system would take it for a name outside of the file system.
        guard length > 0 else { throw .cannotReplace(UVError(code: .noSuchFile, call: "bind")) }
        guard length <= Endpoint.longestPath else { throw .pathTooLong(bytes: length) }
        if Self.isShared(Self.folder(of: path)) { throw .folderIsShared }
        // Before the lock, too: nothing is created beside a path that cannot be a socket.
        if let status = Self.status(of: path), !status.isSocket { throw .isNoSocket }
        let lock = try Self.lock(path + ".lock")
        try onFailure({ closeDescriptor(lock) }) { () throws(Failure) in try Self.removeUnserved(path) }
        self.path = path
        self.lock = lock
    }

    deinit { release() }

    /// The path up to its last slash.
    private static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Whether other users may rename files of this user in a folder, as they could between two calls that name the socket.
    private static func isShared(_ folder: String) -> Bool {
        var status = stat()
        guard stat(folder, &status) == 0 else { return false }
        let isWritable = status.st_mode & 0o022 != 0 && status.st_mode & S_ISVTX == 0
        return isWritable || ![0, geteuid()].contains(status.st_uid)
    }

    private static func lock(_ path: String) throws(Failure) -> Int32 {
        let lock: Int32
        do throws(UVError) {
            // Only the owner may open it: a process that can open it could hold the lock and keep the server from starting.
            lock = try SmallFile.open(path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
        } catch {
            throw .cannotLock(error)
        }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            let error = UVError(systemError: errno, call: "flock")
            closeDescriptor(lock)
            throw error.code == .tryAgain ? .isServed : .cannotLock(error)
        }
        return lock
    }

    private static func removeUnserved(_ path: String) throws(Failure) {
        // A connection to a file of another kind is refused, too.
        guard let status = status(of: path) else { return }
        guard status.isSocket else { throw .isNoSocket }
        do throws(UVError) {
            let probe = try check("connect", uv_task_connect_unix(path))
            closeDescriptor(probe)
        } catch {
            guard error.code == .connectionRefused else {
                // A full backlog is that of a server.
                throw error.code == .tryAgain ? .isServed : .cannotReplace(error)
            }
            guard unlink(path) == 0 else { throw .cannotReplace(UVError(systemError: errno, call: "unlink")) }
            return
        }
        throw .isServed
    }

    // MARK: The bound socket

    /// Gives the new socket to a group, and then its mode. Until this returns only its owner may connect.
    ///
    /// - Parameters:
    ///   - mode: the permission bits.
    ///   - group: nil for the group that the system chose.
    package func setAccess(mode: UInt16, group: UInt32?) throws(UVError) {
        guard let status = Self.status(of: path), status.isSocket else {
            throw UVError(code: .noSuchFile, call: "lstat")
        }
        file = (status.device, status.inode)
        if let group, group != status.group {
            guard lchown(path, uid_t.max, group) == 0 else { throw UVError(systemError: errno, call: "lchown") }
        }
        // Without following links this needs glibc 2.32, and /proc on Linux before 6.6.
        guard mode != status.mode else { return }
        guard fchmodat(AT_FDCWD, path, mode_t(mode), AT_SYMLINK_NOFOLLOW) == 0 else {
            throw UVError(systemError: errno, call: "fchmodat")
        }
    }

    /// Removes the socket if it still is this server's, and ends the lock. Further calls do nothing.
    package func release() {
        guard let lock = lock.take() else { return }
        if let file, let status = Self.status(of: path), status.isSocket, (status.device, status.inode) == file {
            unlink(path)
        }
        // Closing alone is not enough: a child has a copy of the descriptor until its exec.
        flock(lock, LOCK_UN)
        closeDescriptor(lock)
    }

    private struct Status {
        let isSocket: Bool
        let device: UInt64
        let inode: UInt64
        let group: UInt32
        let mode: UInt16
    }

    /// Of the file itself if it is a link; nil if there is none.
    private static func status(of path: String) -> Status? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        return Status(
            isSocket: status.st_mode & S_IFMT == S_IFSOCK, device: UInt64(status.st_dev), inode: UInt64(status.st_ino),
            group: status.st_gid, mode: UInt16(status.st_mode & 0o7777))
    }
}
