import Libuv
import Logging
import TaskCore
import TaskProtocol
import Testing

@testable import TaskServer

/// A server, its loop, and clients of it, in one thread: a test reads as a dialogue.
final class Dialogue {
    let loop: EventLoop
    let server: TaskServer
    private var clients: [Client] = []

    init(
        timeScale: Double = 0, types: [TaskType] = TaskType.builtIn,
        _ configure: (inout ServerConfiguration) -> Void = { _ in }
    ) throws {
        prepareProcess()
        var configuration = ServerConfiguration()
        configuration.host = "127.0.0.1"
        configuration.port = 0
        configure(&configuration)
        loop = try EventLoop(readSize: configuration.readSize)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let catalog = TaskCatalog(types, timeScale: timeScale)
        do {
            server = try TaskServer(configuration, catalog, on: loop, logger)
            try server.announce()
        } catch {
            loop.close()
            throw error
        }
    }

    func connect() throws -> Client {
        let client = try Client(to: #require(server.addresses.first), on: loop)
        clients.append(client)
        return client
    }

    /// Runs the loop until the condition holds.
    func wait(_ what: String, for condition: () -> Bool) {
        loop.waitForTest(what, condition)
    }

    /// Ends the server and everything on the loop; nothing may be left.
    func end() {
        for client in clients { client.close() }
        server.stop(.interrupt)
        server.stop(.interrupt)
        loop.waitForTest("the last handle") { loop.liveHandles <= 1 }
        loop.close()
    }
}

extension EventLoop {
    /// Runs until the condition holds; after a minute the test has failed.
    func waitForTest(_ what: String, _ condition: () -> Bool) {
        guard let timer = try? Timer(on: self) else { return }
        var isOver = false
        timer.start(after: 60_000) { isOver = true }
        run { isOver || condition() }
        timer.close()
        if isOver { Issue.record("waited in vain for \(what)") }
    }
}

/// One connection, with lines for words.
final class Client: ByteStreamDelegate {
    private let stream: TCPStream
    private let loop: EventLoop
    private var received: [UInt8] = []
    private(set) var isClosed = false
    private(set) var error: UVError?

    init(to address: SocketAddress, on loop: EventLoop) throws {
        self.loop = loop
        stream = try TCPStream(on: loop)
        var outcome: UVError??
        try stream.connect(to: address) { outcome = .some($0) }
        loop.waitForTest("a connection") { outcome != nil }
        if case .some(.some(let error)) = outcome {
            stream.close()
            throw error
        }
        // Else the system keeps what follows an unanswered part back, for up to 40 ms.
        try stream.disableDelay()
        stream.delegate = self
        try stream.startReading()
    }

    /// Sends text as it is.
    func send(_ text: String) throws { try stream.write(text.utf8Span.span) }

    /// The next line, without its newline; nil where the connection was closed before.
    func line() -> String? {
        loop.waitForTest("a line") { received.contains(10) || isClosed }
        guard let end = received.firstIndex(of: 10) else { return nil }
        defer { received.removeSubrange(...end) }
        return String(decoding: received[..<end], as: UTF8.self)
    }

    func expect(_ lines: String..., at location: SourceLocation = #_sourceLocation) {
        for expected in lines {
            let actual = line()
            #expect(actual == expected, sourceLocation: location)
        }
    }

    func expectClosed(at location: SourceLocation = #_sourceLocation) {
        loop.waitForTest("the end of the connection") { isClosed }
        #expect(received.isEmpty, "\(String(decoding: received, as: UTF8.self))", sourceLocation: location)
    }

    /// Lets the server do what came before: it answers in the order of arrival.
    func roundTrip(_ text: String) {
        try? send(text)
        _ = line()
    }

    var hasSentAll: Bool { stream.isDrained }
    /// How many whole lines have come in and were not taken.
    var lineCount: Int { received.count { $0 == 10 } }
    /// How many bytes have come in and were not taken.
    var byteCount: Int { received.count }
    var hasReceivedNothing: Bool { received.isEmpty && !isClosed }

    func stopReading() { stream.stopReading() }
    func startReading() throws { try stream.startReading() }
    func shutDownWriting() throws { try stream.shutDownWriting() }
    func close() { stream.close() }
    func reset() { stream.reset() }

    func streamDidRead(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBufferPointer { received.append(contentsOf: $0) }
    }

    func streamDidEnd(_ error: UVError?) {
        self.error = error
        isClosed = true
    }

    func streamDidDrain() {}
}
