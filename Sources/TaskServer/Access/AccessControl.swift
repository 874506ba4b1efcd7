import Libuv
import TaskCore

/// Determines who connects, and decides who may: when a connection is accepted, before anything is read from it.
///
/// A client that may connect may send every request.
struct AccessControl {
    private let owners = SocketOwners()
    private let tcpUsers: TCPUsers
    /// The server's user.
    private let ownUser: UserID
    private let socket: String?
    /// Stands for several users, and so for none.
    private let unmappedUser = Libuv.unmappedUser().map(UserID.init)

    init(_ configuration: ServerConfiguration, _ catalog: TaskCatalog) {
        tcpUsers = configuration.tcpUsers(for: catalog)
        ownUser = configuration.ownUser
        socket = configuration.unixSocket?.path
    }

    /// - Parameter endpoint: that of the listener.
    func peer(of stream: SocketStream, on endpoint: Endpoint) -> Peer {
        let number: UInt32? =
            switch endpoint {
            case .unix: stream.peerUser
            case .tcp where endpoint.isLocal: owners.user(ofPeerOf: stream)
            // The system knows only the users of this machine.
            case .tcp: nil
            }
        let user = number.map(UserID.init)
        return Peer(user: user == unmappedUser ? nil : user)
    }

    /// Why the peer may not use the server; nil if it may.
    ///
    /// The mode of a unix socket has decided who can connect. An unknown peer is refused: a client that has sent something and
    /// left has no user any more. Root is refused too unless it is the server's user: some VPN programs forward whole networks
    /// to loopback as root.
    func refusal(of peer: Peer, on endpoint: Endpoint) -> Refusal? {
        guard case .tcp = endpoint, endpoint.isLocal, tcpUsers == .same, peer.user != ownUser else { return nil }
        return .notAllowed(peer.user, owner: ownUser, socket: socket)
    }
}
