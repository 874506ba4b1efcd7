import TaskCore

/// The server that a client connects to, and how long it waits.
package struct ClientConfiguration: Sendable {
    /// A name or an address. The client tries every address that the name resolves to.
    package var host = "localhost"

    /// 1 to 65535.
    package var port = defaultPort

    /// The size of one read, in bytes.
    package var readSize = 65536

    /// The time limit of a request that does not wait for a task, in milliseconds. That of the first request includes
    /// connecting.
    package var connectTimeout: UInt64 = 5000

    package init() {}

    /// `localhost:4321`, `[::1]:4321`
    package var address: String { hostAndPort(host, port) }
}

extension ClientConfiguration {
    package func foreignAnswer(_ reason: String) -> ClientError { .foreignAnswer(host: host, port: port, reason) }

    func timedOut(after milliseconds: UInt64, _ stage: ClientError.Stage) -> ClientError {
        .timedOut(host: host, port: port, milliseconds: milliseconds, stage)
    }
}

/// Puts an IPv6 address in brackets.
func hostAndPort(_ host: String, _ port: Int) -> String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
}
