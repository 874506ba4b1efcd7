import CLibuv

/// What can be known of a folder before a file in it is trusted.
package enum FolderState: Hashable, Sendable {
    /// There is no such folder.
    case absent
    /// - Parameters:
    ///   - isShared: whether other users than the owner may create files in it.
    ///   - isOwn: whether this user owns it.
    case present(isShared: Bool, isOwn: Bool)
    /// The system does not say.
    case unknown(UVError)

    /// Looks at a path (`uv_fs_stat`), behind links.
    package init(of path: String) {
        var request = uv_fs_t()
        defer { uv_fs_req_cleanup(&request) }
        do throws(UVError) {
            try check("uv_fs_stat", uv_fs_stat(nil, &request, path, nil))
        } catch {
            self = [.noSuchFile, .notADirectory].contains(error.code) ? .absent : .unknown(error)
            return
        }
        let mode = request.statbuf.st_mode
        self =
            mode & UInt64(S_IFMT) == UInt64(S_IFDIR)
            ? .present(isShared: mode & 0o022 != 0, isOwn: request.statbuf.st_uid == UInt64(ownUser)) : .absent
    }
}
