import CLibuv

/// Whether a path leads to something that is no socket (`uv_fs_stat`). False if it leads nowhere, or cannot be followed.
package func isOtherThanSocket(_ path: String) -> Bool {
    var request = uv_fs_t()
    defer { uv_fs_req_cleanup(&request) }
    return uv_fs_stat(nil, &request, path, nil) == 0
        && request.statbuf.st_mode & UInt64(S_IFMT) != UInt64(S_IFSOCK)
}
