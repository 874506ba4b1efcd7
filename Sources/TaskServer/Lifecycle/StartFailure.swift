package import Libuv

/// Why a server could not start.
package enum StartFailure: Error, CustomStringConvertible {
    case nameNotResolved(host: String, UVError)
    case cannotListen(SocketAddress, UVError)
    /// The machine has none of the addresses of the host.
    case noUsableAddress(host: String, UVError)
    /// Other machines can reach the address.
    case notTrusted(SocketAddress)
    /// `TCPUsers.same` cannot be checked at the address.
    case usersUnknown(SocketAddress)
    case portFile(path: String, UVError)
    case socketFile(path: String, SocketFile.Failure)
    case noSuchGroup(String)
    case socketAccess(path: String, UnixSocketConfiguration, UVError)
    case unixSocket(path: String, UVError)
    case processGuard(UVError)
    case loop(UVError)

    /// One line, with what to do.
    package var description: String {
        switch self {
        case .nameNotResolved(let host, let error):
            "cannot resolve the host \"\(host)\": \(error.message). Give another --host, such as localhost"
        case .cannotListen(let address, let error) where error.code == .addressInUse:
            "\(address) is in use, perhaps by another uv-taskd. Stop that, or choose another --port (0 takes a free one)"
        case .cannotListen(let address, let error) where error.code == .addressNotAvailable:
            "this machine does not have the address \(address.host). Give --host one that it has, such as localhost"
        case .cannotListen(let address, let error) where error.code == .permissionDenied:
            "not allowed to listen on \(address). Choose a --port above 1023"
        case .cannotListen(let address, let error):
            "cannot listen on \(address): \(error)"
        case .noUsableAddress(let host, let error):
            "cannot listen on any address of \"\(host)\": \(error.message). Give another --host, such as 127.0.0.1"
        case .notTrusted(let address):
            """
            \(address.port == 0 ? address.host : "\(address)") can be reached by other machines, unencrypted. Listen on \
            localhost, and reach it through ssh (uv-task --ssh HOST); or, if the network itself is trusted (WireGuard, a pod), say --trust-network
            """
        case .usersUnknown(let address):
            """
            --tcp-users same is only for loopback addresses: the system does not know the users of other machines, \
            which can reach \(address.host). Give a loopback address as --host, or leave --tcp-users out
            """
        case .socketFile(let path, .pathTooLong(let bytes)):
            """
            the path \(path) has \(bytes) bytes, and the system takes at most \(Endpoint.longestPath) for a socket. \
            Give --socket a shorter path
            """
        case .socketFile(let path, .isServed):
            "\(path) is served by another process, perhaps another uv-taskd. Stop that, or choose another --socket"
        case .socketFile(let path, .isNoSocket):
            "\(path) exists and is no socket. Remove it, or choose another --socket"
        case .socketFile(let path, .folderIsShared):
            """
            other users could replace the socket \(path), since they own its folder or may write to it. Choose a folder that \
            only you may write to
            """
        case .socketFile(let path, .cannotLock(let error)) where error.code == .noSuchFile:
            "the folder of \(path) does not exist. Create it, or choose another --socket"
        case .socketFile(let path, .cannotLock(let error)) where error.code == .permissionDenied:
            """
            not allowed to lock \(path).lock. Give --socket a path in a folder that you can write to; if the file is one \
            that another user's server has left, remove it
            """
        case .socketFile(let path, .cannotLock(let error)):
            "cannot lock \(path).lock: \(error.message). Give --socket a path in a folder that you can write to"
        case .socketFile(let path, .cannotReplace(let error)):
            "cannot replace the socket \(path): \(error.message). Remove it, or choose another --socket"
        case .noSuchGroup(let group):
            "there is no group \"\(group)\". Give --socket-group one that the system has"
        case .socketAccess(let path, let socket, let error):
            "cannot give the socket \(path) \(socket.accessText): \(error.message). Choose "
                + (socket.group == nil
                    ? "another --socket-mode, or another folder"
                    : "a --socket-group that you are a member of, or start as root")
        case .unixSocket(let path, let error):
            "cannot listen on \(path): \(error.message). Choose another --socket"
        case .portFile(let path, let error) where error.code == .exists:
            "the port file \(path) exists and is not a regular file. Give another --port-file"
        case .portFile(let path, let error):
            "cannot write the port file \(path): \(error.message). Give --port-file a path that can be written"
        case .processGuard(let error):
            "cannot start the process that guards commands: \(error)"
        case .loop(let error):
            "cannot start the event loop: \(error)"
        }
    }
}
