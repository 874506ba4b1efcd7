import TaskCore
import TaskProtocol

/// Whom a client talks to, and how patiently.
package struct ClientConfiguration: Sendable {
    /// A name or an address; every address that the name resolves to is tried.
    package var host = "localhost"

    /// 1 to 65535.
    package var port = 4321

    /// The most bytes that one read brings.
    package var readSize = 65536

    /// From the beginning of connecting to the first answer, and from each later request that does not wait
    /// to its answer; in milliseconds.
    package var connectTimeout: UInt64 = 5000

    /// The longest reply that is taken, in bytes.
    package var maximumReply = MessageLimits.reply

    /// The usual one.
    package init() {}

    /// Host and port in one word: `localhost:4321`, `[::1]:4321`
    package var place: String { Self.place(host, port) }

    /// An IPv6 address stands in brackets.
    static func place(_ host: String, _ port: Int) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
