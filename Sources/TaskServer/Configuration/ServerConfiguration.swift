import Libuv
package import TaskCore

/// Which users a listener on a loopback address serves.
package enum TCPUsers: String, CaseIterable, Sendable {
    case any
    /// The user that runs the server.
    case same
}

/// A unix socket to listen on.
package struct UnixSocketConfiguration: Sendable {
    package var path: String

    /// The permission bits of the file; nil for 600, or 660 with a group.
    package let mode: UInt16?

    /// The name or number of a group for the file; nil for the one that the system chooses.
    package let group: String?

    package init(path: String, mode: UInt16? = nil, group: String? = nil) {
        self.path = path
        self.mode = mode
        self.group = group
    }

    var fileMode: UInt16 { mode ?? (group == nil ? 0o600 : 0o660) }

    /// `mode 0600`, or `mode 0660 and group staff`.
    var accessText: String {
        let digits = String(fileMode, radix: 8)
        let mode = "mode " + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
        return group.map { "\(mode) and group \($0)" } ?? mode
    }
}

/// What an operator can set. The initial values are the defaults.
package struct ServerConfiguration: Sendable {
    package var unixSocket: UnixSocketConfiguration?

    /// Whether the server listens on `host` and `port`. Without TCP there must be a unix socket.
    package var usesTCP = true

    /// Nil for `same` if there are task types that run commands, else `any`.
    package var tcpUsers: TCPUsers?

    /// Whether the server may listen on addresses that other machines can reach.
    package var trustsNetwork = false

    /// A name or an address. The server listens on every address that the name resolves to.
    package var host = defaultHost

    /// 0 to 65535. With 0 the system chooses a free port.
    package var port = defaultPort

    /// The file that receives the port once every address listens. The server removes it when it stops accepting.
    package var portFile: String?

    /// The most bytes that one read returns.
    package var readSize = 65536

    /// The number of connections that may wait to be accepted.
    package var backlog = 1000

    package var limits = Limits()

    /// The time between SIGTERM and SIGKILL for a command that is to end, in milliseconds.
    package var killTime = 5000

    /// The number of descriptors that a command may open; nil for as many as the server.
    var commandDescriptorLimit: Int?

    /// The user that counts as the one that runs the server. Tests change it.
    var ownUser = UserID(rawValue: Libuv.ownUser)

    package init() {}

    func tcpUsers(for catalog: TaskCatalog) -> TCPUsers { tcpUsers ?? (catalog.hasCommands ? .same : .any) }

    /// The configuration with at most as many connections as there are descriptors, but at least one, and with the
    /// original descriptor limit for commands.
    func within(_ descriptors: DescriptorLimit) -> ServerConfiguration {
        var bounded = self
        let most = max(1, descriptors.current - ConnectionTable.reservedDescriptors)
        bounded.limits.connections = min(limits.connections ?? .max, most)
        bounded.commandDescriptorLimit = descriptors.before
        return bounded
    }

    /// The bytes that all connections together may hold: as many as the tasks, but at least some whole messages.
    var maximumConnectionMemory: Int { max(limits.memory, 16 * limits.message) }
}
