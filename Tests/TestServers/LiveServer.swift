import Foundation
package import Libuv
import Logging
package import TaskCore
package import TaskServer

/// A server on a thread of its own, on a free port of 127.0.0.1.
package final class LiveServer: Sendable {
    private let ports = Locked((server: 0, control: 0))
    private let isReady = Gate()
    private let hasEnded = Gate()

    package var port: Int { ports.withLock(\.server) }

    /// - Parameter configure: changes the default configuration.
    package init(
        _ types: [TaskType] = TaskType.builtIn, _ configure: @Sendable (inout ServerConfiguration) -> Void = { _ in }
    ) {
        prepareProcess()
        var configuration = ServerConfiguration()
        configuration.host = "127.0.0.1"
        configuration.port = 0
        configure(&configuration)
        let settings = configuration
        Thread.detachNewThread { [self] in
            serve(settings, types)
            isReady.open()
            hasEnded.open()
        }
        isReady.wait()
    }

    private func serve(_ configuration: ServerConfiguration, _ types: [TaskType]) {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        guard let loop = try? EventLoop(),
            let server = try? TaskServer(configuration, TaskCatalog(types, timeScale: 1), on: loop, logger),
            let serverPort = server.endpoints.first?.port, let address = loop.localAddress()
        else { return }
        try? server.announce()
        // A connection to this listener ends the server: another thread may not call the loop.
        var mustEnd = false
        guard
            let listener = try? Listener(
                on: loop, endpoint: .tcp(address), backlog: 1,
                onConnection: {
                    mustEnd = true
                    try? $0.get().close()
                }),
            let controlPort = listener.endpoint?.port
        else { return }
        ports.withLock { $0 = (serverPort, controlPort) }
        isReady.open()
        loop.run { mustEnd }
        listener.close()
        // The second signal interrupts the running task.
        server.stop(.interrupt)
        server.stop(.interrupt)
        loop.run { loop.liveHandles == 0 }
        loop.close()
    }

    /// Ends the server, as a second ^C does, and returns when it has ended. Must be called once.
    package func end() {
        guard let loop = try? EventLoop() else { return }
        var isConnected = false
        if let address = loop.localAddress(port: ports.withLock(\.control)), let stream = try? SocketStream(on: loop) {
            try? stream.connect(to: .tcp(address)) { _ in isConnected = true }
            loop.run { isConnected }
            stream.close()
            loop.run()
        }
        loop.close()
        hasEnded.wait()
    }
}

extension EventLoop {
    /// An address of 127.0.0.1.
    package func localAddress(port: Int = 0) -> SocketAddress? {
        var address: SocketAddress?
        try? resolve(host: "127.0.0.1", port: port) { address = try? $0.get().first }
        run { address != nil }
        return address
    }
}
