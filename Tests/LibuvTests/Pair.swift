import CLibuv
import Glibc
import Testing

@testable import Libuv

/// Records the events of a stream.
final class Recorder: StreamDelegate {
    var bytes: [UInt8] = []
    var ends: [UVError?] = []
    var drains = 0
    var text: String { String(decoding: bytes, as: UTF8.self) }

    func streamDidRead(_ bytes: Span<UInt8>) {
        for index in bytes.indices { self.bytes.append(bytes[index]) }
    }
    func streamDidEnd(_ error: UVError?) { ends.append(error) }
    func streamDidDrain() { drains += 1 }
}

/// A client and the server's end of its connection, on one loop.
struct Pair {
    let loop: EventLoop
    let listener: Listener
    let client: SocketStream
    let server: SocketStream
    let clientEvents = Recorder()
    let serverEvents = Recorder()

    /// Over TCP.
    ///
    /// - Parameter clientHost: the address to which the client connects, if not that of the listener.
    init(_ host: String = "127.0.0.1", from clientHost: String? = nil) throws {
        let loop = try EventLoop()
        try self.init(on: loop, .tcp(loop.address(host)), from: clientHost)
    }

    /// Over a unix socket.
    static func unix() throws -> Pair {
        let path = "/tmp/uv-task-test-\(randomBits())"
        defer { unlink(path) }
        return try Pair(on: EventLoop(), .unix(path: path))
    }

    private init(on loop: EventLoop, _ endpoint: Endpoint, from clientHost: String? = nil) throws {
        var accepted: SocketStream?
        listener = try Listener(on: loop, endpoint: endpoint, backlog: 10) { connection in
            // A test may connect further clients.
            if accepted == nil { accepted = try? connection.get() } else { try? connection.get().close() }
        }
        var target = try #require(listener.endpoint)
        if let clientHost, let port = target.port { target = try .tcp(loop.address(clientHost).with(port: port)) }
        client = try SocketStream(on: loop)
        var outcome: UVError??
        try client.connect(to: target) { outcome = .some($0) }
        loop.run { outcome != nil && accepted != nil }
        #expect(outcome == .some(nil))
        server = try #require(accepted)
        client.delegate = clientEvents
        server.delegate = serverEvents
        self.loop = loop
    }

    func close() {
        loop.close(client, server, listener)
    }
}

extension EventLoop {
    func address(_ host: String) throws -> SocketAddress {
        var found: [SocketAddress] = []
        try resolve(host: host, port: 0) { found = (try? $0.get()) ?? [] }
        run { !found.isEmpty }
        return try #require(found.first)
    }
}
