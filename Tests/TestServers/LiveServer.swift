import Foundation
import Libuv
import Logging
import TaskClient
package import TaskCore
package import TaskServer

/// A real server on a thread of its own, on a free port of 127.0.0.1.
package final class LiveServer: Sendable {
    private let ports = Locked((server: 0, control: 0))
    private let isReady = DispatchSemaphore(value: 0)
    private let hasEnded = DispatchSemaphore(value: 0)

    /// On 127.0.0.1.
    package var port: Int { ports.withLock(\.server) }

    /// - Parameter configure: changes of the standard configuration.
    package init(
        _ types: [TaskType] = TaskType.builtIn, timeScale: Double = 1,
        _ configure: @Sendable (inout ServerConfiguration) -> Void = { _ in }
    ) {
        prepareProcess()
        var configuration = ServerConfiguration()
        configuration.host = "127.0.0.1"
        configuration.port = 0
        configure(&configuration)
        let settings = configuration
        Thread.detachNewThread { [self] in
            serve(settings, types, timeScale)
            isReady.signal()
            hasEnded.signal()
        }
        isReady.wait()
    }

    private func serve(_ configuration: ServerConfiguration, _ types: [TaskType], _ timeScale: Double) {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        guard let loop = try? EventLoop(),
            let server = try? TaskServer(configuration, TaskCatalog(types, timeScale: timeScale), on: loop, logger)
        else { return }
        try? server.announce()
        var control: SocketAddress?
        try? loop.resolve(host: "127.0.0.1", port: 0) { control = try? $0.get().first }
        loop.run { control != nil }
        var mustEnd = false
        guard let control,
            let listener = try? TCPListener(
                on: loop, address: control, backlog: 1,
                onConnection: {
                    mustEnd = true
                    try? $0.get().close()
                })
        else { return }
        ports.withLock { $0 = (server.addresses.first?.port ?? 0, listener.address?.port ?? 0) }
        isReady.signal()
        loop.run { mustEnd }
        listener.close()
        // Twice: at once.
        server.stop(.interrupt)
        server.stop(.interrupt)
        loop.run { loop.liveHandles == 0 }
        loop.close()
    }

    /// Ends the server, as a second ^C would, and returns when it is gone. To be called once.
    package func end() {
        var configuration = ClientConfiguration()
        configuration.host = "127.0.0.1"
        configuration.port = ports.withLock(\.control)
        (try? ClassicClient(configuration))?.close()
        hasEnded.wait()
    }
}
