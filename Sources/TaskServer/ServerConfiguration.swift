import Wire

/// What an operator can set; the defaults are those of the command line.
package struct ServerConfiguration: Sendable {
    /// A name or an address; the server listens on every address that the name resolves to.
    package var host = "localhost"

    /// 0 to 65535; with 0 the system chooses a free one.
    package var port = 4321

    /// Where the port is written once every address listens; the file goes when the server stops accepting.
    package var portFile: String?

    /// The most bytes that one read brings.
    package var readSize = 65536

    /// How many connections may wait to be accepted.
    package var backlog = 1000

    /// How long a connection may be idle, in milliseconds; nil for as long as it likes.
    package var idleTimeout: UInt64?

    /// The longest request, in bytes; at most `MessageLimits.largestRequest`.
    package var maximumMessage = MessageLimits.request

    /// How long a stop waits for the task that runs, in milliseconds.
    package var drainTimeout: UInt64 = 30_000

    package init() {}
}
