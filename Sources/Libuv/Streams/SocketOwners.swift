import CLibuv

/// Asks which user owns the other end of a TCP connection within this machine (`sock_diag`).
@safe package final class SocketOwners {
    /// Nil if the system has no such question.
    private let diagnosis: Int32?
    private var lastNumber: UInt32 = 0

    package init() {
        let socket = uv_task_open_diagnosis()
        diagnosis = socket < 0 ? nil : socket
    }

    deinit {
        if let diagnosis { closeDescriptor(diagnosis) }
    }

    /// The user whose process has the other end of a TCP connection open. Does not block, and takes some microseconds.
    ///
    /// - Returns: nil if unknown: the client has left, it is on another machine, or the system does not tell.
    package func user(ofPeerOf stream: SocketStream) -> UInt32? {
        guard let diagnosis, let socket = stream.descriptor else { return nil }
        lastNumber &+= 1
        return UInt32(exactly: uv_task_peer_owner(diagnosis, lastNumber, socket))
    }
}
