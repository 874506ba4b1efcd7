import Testing

@testable import Libuv

/// Records the events of a stream.
private final class Recorder: StreamDelegate {
    var bytes: [UInt8] = []
    var ends: [UVError?] = []
    var drains = 0

    func streamDidRead(_ bytes: Span<UInt8>) {
        for index in bytes.indices { self.bytes.append(bytes[index]) }
    }
    func streamDidEnd(_ error: UVError?) { ends.append(error) }
    func streamDidDrain() { drains += 1 }
}

/// Two connected streams on one loop.
private struct Pair {
    let loop: EventLoop
    let listener: Listener
    let client: SocketStream
    let server: SocketStream
    let clientEvents = Recorder()
    let serverEvents = Recorder()

    init(readSize: Int = 65536) throws {
        loop = try EventLoop(readSize: readSize)
        var accepted: SocketStream?
        listener = try Listener(on: loop, endpoint: .tcp(loopback(on: loop)), backlog: 10) { connection in
            // A test may connect further clients.
            if accepted == nil { accepted = try? connection.get() } else { try? connection.get().close() }
        }
        client = try SocketStream(on: loop)
        var outcome: UVError??
        try client.connect(to: #require(listener.endpoint)) { outcome = .some($0) }
        loop.run { outcome != nil && accepted != nil }
        #expect(outcome == .some(nil))
        server = try #require(accepted)
        client.delegate = clientEvents
        server.delegate = serverEvents
    }

    func close() {
        client.close()
        server.close()
        listener.close()
        loop.run()
        #expect(loop.liveHandles == 0)
        loop.close()
    }
}

func loopback(on loop: EventLoop) throws -> SocketAddress {
    var found: [SocketAddress] = []
    try loop.resolve(host: "127.0.0.1", port: 0) { found = (try? $0.get()) ?? [] }
    loop.run { !found.isEmpty }
    return try #require(found.first)
}

struct SocketStreamTests {
    @Test func bytesAndTheEndOfTheStreamArrive() throws {
        let pair = try Pair()
        try pair.server.startReading()
        try pair.server.startReading()
        try pair.client.write([1, 2, 3].span)
        try pair.client.shutDownWriting()
        pair.loop.run { !pair.serverEvents.ends.isEmpty }
        #expect(pair.serverEvents.bytes == [1, 2, 3])
        #expect(pair.serverEvents.ends == [nil])

        try pair.client.startReading()
        try pair.server.write([4].span)
        pair.loop.run { !pair.clientEvents.bytes.isEmpty }
        #expect(pair.clientEvents.bytes == [4], "the other direction stays open")
        pair.close()
    }

    @Test func aReadIsLimitedByTheLoopsBuffer() throws {
        let pair = try Pair(readSize: 1)
        try pair.server.startReading()
        try pair.client.write([1, 2, 3, 4, 5].span)
        pair.loop.run { pair.serverEvents.bytes.count == 5 }
        #expect(pair.serverEvents.bytes == [1, 2, 3, 4, 5])
        pair.close()
    }

    @Test func queuedWritesFollowInOrder() throws {
        let pair = try Pair()
        let block = (0..<8_000_000).map { UInt8(truncatingIfNeeded: $0 / 251) }
        try pair.client.write(block.span)
        #expect(!pair.client.isDrained, "eight megabytes exceed the socket buffer")
        try pair.client.write([255, 254].span)
        #expect(pair.clientEvents.drains == 0)
        #expect((1...block.count).contains(pair.client.unsentBytes), "the system has taken some")
        try pair.server.startReading()
        pair.loop.run { pair.serverEvents.bytes.count == block.count + 2 && pair.client.isDrained }
        #expect(pair.serverEvents.bytes == block + [255, 254])
        #expect(pair.clientEvents.drains == 1)
        #expect(pair.client.unsentBytes == 0)
        pair.close()
    }

    @Test func aStoppedStreamDeliversNothingUntilItReads() throws {
        let pair = try Pair()
        try pair.server.startReading()
        pair.server.stopReading()
        try pair.client.write([1].span)
        let timer = try Timer(on: pair.loop)
        var waited = false
        timer.start(after: 20) { waited = true }
        pair.loop.run { waited }
        #expect(pair.serverEvents.bytes.isEmpty)
        try pair.server.startReading()
        pair.loop.run { !pair.serverEvents.bytes.isEmpty }
        timer.close()
        pair.close()
    }

    @Test func aResetIsReportedAsAnError() throws {
        prepareProcess()
        let pair = try Pair()
        try pair.client.write([1].span)
        try pair.server.startReading()
        pair.loop.run { !pair.serverEvents.bytes.isEmpty }
        // Closing a socket with unread input resets the connection.
        try pair.client.write([2].span)
        pair.server.stopReading()
        pair.server.close()
        try pair.client.startReading()
        pair.loop.run { !pair.clientEvents.ends.isEmpty }
        let end = try #require(pair.clientEvents.ends.first)
        #expect(end?.name == "ECONNRESET")
        pair.close()
    }

    @Test func aClosedStreamReleasesItsDelegateAndIgnoresCalls() throws {
        let pair = try Pair()
        weak var recorder: Recorder?
        do {
            let delegate = Recorder()
            recorder = delegate
            pair.server.delegate = delegate
        }
        #expect(recorder != nil)
        try pair.server.startReading()
        pair.server.close()
        #expect(recorder == nil)
        try pair.server.write([1].span)
        try pair.server.startReading()
        pair.server.stopReading()
        #expect(pair.server.peerEndpoint == nil)
        pair.close()
    }

    @Test func closingFreesQueuedWrites() throws {
        let pair = try Pair()
        try pair.client.write(Array(repeating: 7, count: 8_000_000).span)
        #expect(!pair.client.isDrained)
        pair.close()
        #expect(pair.client.unsentBytes == 0)
    }

    @Test func connectingWithoutAListenerIsRefused() throws {
        let pair = try Pair()
        let endpoint = try #require(pair.listener.endpoint)
        pair.listener.close()
        pair.loop.run { pair.loop.liveHandles == 2 }
        let stream = try SocketStream(on: pair.loop)
        var outcome: UVError??
        try stream.connect(to: endpoint) { outcome = .some($0) }
        pair.loop.run { outcome != nil }
        #expect(outcome??.code == .connectionRefused)
        stream.close()
        pair.close()
    }

    @Test func closingCancelsAConnect() throws {
        let pair = try Pair()
        let stream = try SocketStream(on: pair.loop)
        var outcome: UVError??
        try stream.connect(to: #require(pair.listener.endpoint)) { outcome = .some($0) }
        stream.close()
        pair.loop.run { outcome != nil }
        #expect(outcome??.code == .cancelled)
        pair.close()
    }
}
