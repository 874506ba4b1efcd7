import Libuv
import TaskCore
import TaskProtocol
import TaskQueue

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

    /// How many tasks may wait; at least 1.
    package var maximumQueued = 100_000

    /// How many bytes of data, results and keys may be held; see also `maximumConnectionMemory`.
    package var maximumMemory = 256 << 20

    /// How many finished tasks are kept; at least 1.
    package var keptResults = 100_000

    /// How long a finished task is kept, in milliseconds; nil for as long as the other limits let it.
    package var keptTime: UInt64?

    /// How many connections there may be at a time; nil for as many as the system allows.
    package var maximumConnections: Int?

    /// How many requests of one connection may wait for a task's end before it is read no further.
    package var maximumUnanswered = MessageLimits.unansweredRequests

    /// How long a client may take nothing of its replies, in milliseconds.
    package var writeTimeout: UInt64 = 30_000

    /// How long a stop waits for the task that runs, in milliseconds.
    package var drainTimeout: UInt64 = 30_000

    /// How long a command may take to end when it is asked to, before it is killed, in milliseconds.
    package var killTime: UInt64 = 5000

    /// How many descriptors commands may have open; nil for as many as the server.
    var commandDescriptorLimit: Int?

    package init() {}

    /// With no more connections than there can be descriptors for, and one at least; and with the old limit for commands.
    func within(_ descriptors: DescriptorLimit) -> ServerConfiguration {
        var bounded = self
        let most = max(1, descriptors.current - TaskServer.reservedDescriptors)
        bounded.maximumConnections = min(maximumConnections ?? .max, most)
        bounded.commandDescriptorLimit = descriptors.before
        return bounded
    }

    /// How many bytes all connections together may hold: as much as the tasks, and some whole messages at least.
    var maximumConnectionMemory: Int { max(maximumMemory, 16 * maximumMessage) }

    var queueLimits: QueueLimits {
        QueueLimits(waiting: maximumQueued, heldBytes: maximumMemory, finished: keptResults, age: keptTime)
    }

    /// As `info` tells them.
    var limits: [ServerInformation.Limit] {
        [
            ServerInformation.Limit(LimitName.message, maximumMessage),
            ServerInformation.Limit(LimitName.queued, maximumQueued),
            ServerInformation.Limit(LimitName.memory, maximumMemory),
            ServerInformation.Limit(LimitName.keptResults, keptResults),
            ServerInformation.Limit(LimitName.keptTime, keptTime.map { Int(clamping: $0) }),
            ServerInformation.Limit(LimitName.connections, maximumConnections),
            ServerInformation.Limit(LimitName.unanswered, maximumUnanswered),
            ServerInformation.Limit(LimitName.idleTime, idleTimeout.map { Int(clamping: $0) }),
            ServerInformation.Limit(LimitName.writeTime, Int(clamping: writeTimeout)),
            ServerInformation.Limit(LimitName.drainTime, Int(clamping: drainTimeout)),
        ]
    }
}
