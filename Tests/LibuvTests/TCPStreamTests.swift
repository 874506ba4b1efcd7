import Testing

@testable import Libuv

/// What a stream told, in order.
private final class Recorder: ByteStreamDelegate {
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
    let listener: TCPListener
    let client: TCPStream
    let server: TCPStream
    let clientEvents = Recorder()
    let serverEvents = Recorder()

    init(readSize: Int = 65536) throws {
        loop = try EventLoop(readSize: readSize)
        var accepted: TCPStream?
        listener = try TCPListener(on: loop, address: loopback(on: loop), backlog: 10) { connection in
            // Only the first one is the pair's.
            if accepted == nil { accepted = try? connection.get() } else { try? connection.get().close() }
        }
        client = try TCPStream(on: loop)
        var outcome: UVError??
        try client.connect(to: #require(listener.address)) { outcome = .some($0) }
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

struct TCPStreamTests {
    @Test func bytesArriveAndTheEndIsTold() throws {
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
        #expect(pair.clientEvents.bytes == [4], "the other direction is still open")
        pair.close()
    }

    @Test func oneReadBringsNoMoreThanTheLoopsBuffer() throws {
        let pair = try Pair(readSize: 1)
        try pair.server.startReading()
        try pair.client.write([1, 2, 3, 4, 5].span)
        pair.loop.run { pair.serverEvents.bytes.count == 5 }
        #expect(pair.serverEvents.bytes == [1, 2, 3, 4, 5])
        pair.close()
    }

    @Test func whatTheSocketDoesNotTakeFollowsInOrder() throws {
        let pair = try Pair()
        let block = (0..<8_000_000).map { UInt8(truncatingIfNeeded: $0 / 251) }
        try pair.client.write(block.span)
        #expect(!pair.client.isDrained, "eight megabytes are more than the socket takes")
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

    @Test func aStreamThatDoesNotReadLeavesTheBytesToTheSystem() throws {
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

    @Test func aResetIsAnError() throws {
        prepareProcess()
        let pair = try Pair()
        try pair.client.write([1].span)
        try pair.server.startReading()
        pair.loop.run { !pair.serverEvents.bytes.isEmpty }
        // Closing with something unread resets the connection.
        try pair.client.write([2].span)
        pair.server.stopReading()
        pair.server.close()
        try pair.client.startReading()
        pair.loop.run { !pair.clientEvents.ends.isEmpty }
        let end = try #require(pair.clientEvents.ends.first)
        #expect(end?.name == "ECONNRESET")
        pair.close()
    }

    @Test func aClosedStreamTellsNothingAndLetsItsDelegateGo() throws {
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
        #expect(pair.server.peer == nil)
        pair.close()
    }

    @Test func whatWasQueuedIsFreedWithTheStream() throws {
        let pair = try Pair()
        try pair.client.write(Array(repeating: 7, count: 8_000_000).span)
        #expect(!pair.client.isDrained)
        pair.close()
        #expect(pair.client.unsentBytes == 0)
    }

    @Test func nobodyListening() throws {
        let pair = try Pair()
        let address = try #require(pair.listener.address)
        pair.listener.close()
        pair.loop.run { pair.loop.liveHandles == 2 }
        let stream = try TCPStream(on: pair.loop)
        var outcome: UVError??
        try stream.connect(to: address) { outcome = .some($0) }
        pair.loop.run { outcome != nil }
        #expect(outcome??.code == .connectionRefused)
        stream.close()
        pair.close()
    }

    @Test func aConnectGivenUpIsCancelled() throws {
        let pair = try Pair()
        let stream = try TCPStream(on: pair.loop)
        var outcome: UVError??
        try stream.connect(to: #require(pair.listener.address)) { outcome = .some($0) }
        stream.close()
        pair.loop.run { outcome != nil }
        #expect(outcome??.code == .cancelled)
        pair.close()
    }
}
