import TaskCore

/// The server that a client connects to, and how long it waits.
package struct ClientConfiguration: Sendable {
    package var server = ServerAddress.tcp(host: defaultHost, port: defaultPort)

    /// The size of one read, in bytes.
    package var readSize = 65536

    /// The time limit of a request that does not wait for a task, in milliseconds. That of the first request includes
    /// connecting, except over ssh.
    package var connectTimeout: UInt64 = 5000

    /// Whether the time limit of the first request includes connecting over ssh. Usually not: ssh may ask for a password.
    package var limitsLogin = false

    package init() {}

    /// The time limit for connecting and the first answer; nil if there is none.
    var firstTimeout: UInt64? { if case .ssh = server, !limitsLogin { nil } else { connectTimeout } }
}

extension ClientConfiguration {
    package func foreignAnswer(_ reason: String) -> ClientError { .foreignAnswer(server, reason) }

    func timedOut(after milliseconds: UInt64, _ stage: ClientError.Stage) -> ClientError {
        .timedOut(server, milliseconds: milliseconds, stage)
    }
}
