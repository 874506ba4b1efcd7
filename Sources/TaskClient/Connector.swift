import Libuv

/// Finds a server: resolves its name and tries every address in turn, within one deadline.
struct Connector {
    let configuration: ClientConfiguration
    let loop: EventLoop
    let deadline: Deadline

    /// After how many seconds of silence the server's machine is asked whether the connection is still there.
    private static let keepAlive = 60

    /// - Returns: a connected stream.
    func connect() throws(ClientError) -> TCPStream {
        let addresses = try resolve()
        var failure: ClientError?
        var missingFamily: ClientError?
        for (index, address) in addresses.enumerated() {
            // An address that swallows everything must leave time for the next one.
            let share = deadline.remaining / UInt64(addresses.count - index)
            do {
                return try connect(to: address, within: share)
            } catch {
                switch error {
                case .nothingListens: failure = failure ?? error
                case .cannotConnect(_, _, let cause) where cause.meansMissingFamily(for: address): missingFamily = error
                default: failure = error
                }
            }
        }
        throw failure ?? missingFamily ?? timeout
    }

    private func resolve() throws(ClientError) -> [SocketAddress] {
        var found: Result<[SocketAddress], UVError>?
        do throws(UVError) {
            try loop.resolve(host: configuration.host, port: configuration.port) { found = $0 }
            loop.run { found != nil || deadline.isOver }
            if let found { return try found.get() }
        } catch {
            throw .cannotResolve(host: configuration.host, error)
        }
        throw timeout
    }

    private func connect(to address: SocketAddress, within share: UInt64) throws(ClientError) -> TCPStream {
        let stream: TCPStream
        do throws(UVError) {
            stream = try TCPStream(on: loop)
        } catch {
            throw failure(error)
        }
        do throws(UVError) {
            let ownDeadline = try Deadline(after: max(share, 1), on: loop)
            defer { ownDeadline.close() }
            var outcome: UVError??
            try stream.connect(to: address) { outcome = .some($0) }
            loop.run { outcome != nil || ownDeadline.isOver }
            if let outcome {
                if let error = outcome { throw error }
                try stream.disableDelay()
                // Else whoever waits for a task's end would not notice that the server's machine is gone.
                try stream.keepAlive(after: Self.keepAlive)
                return stream
            }
        } catch {
            stream.close()
            throw failure(error)
        }
        stream.close()
        throw timeout
    }

    private func failure(_ error: UVError) -> ClientError {
        error.code == .connectionRefused
            ? .nothingListens(host: configuration.host, port: configuration.port)
            : .cannotConnect(host: configuration.host, port: configuration.port, error)
    }

    private var timeout: ClientError {
        .timedOut(
            host: configuration.host, port: configuration.port, milliseconds: configuration.connectTimeout,
            .connecting)
    }
}
