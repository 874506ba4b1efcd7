package import Libuv

/// Why a server could not start.
package enum StartFailure: Error, CustomStringConvertible {
    case nameNotResolved(host: String, UVError)
    case cannotListen(SocketAddress, UVError)
    /// The machine has none of the addresses of the host.
    case noUsableAddress(host: String, UVError)
    case portFile(path: String, UVError)
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
