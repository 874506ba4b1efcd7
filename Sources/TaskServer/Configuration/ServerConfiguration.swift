import Libuv
package import TaskCore

/// What an operator can set. The initial values are the defaults.
package struct ServerConfiguration: Sendable {
    /// A name or an address. The server listens on every address that the name resolves to.
    package var host = "localhost"

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

    package init() {}

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
