import Foundation
import Libuv
import Logging
import TaskCore
import TaskProtocol
import TaskQueue
import Testing

@testable import TaskServer

/// A server and clients on one loop, in one thread: a test reads as a dialogue.
final class Dialogue {
    let loop: EventLoop
    let server: TaskServer
    private var clients: [TestClient] = []

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

    func connect() throws -> TestClient {
        let client = try TestClient(to: #require(server.endpoints.first), on: loop)
        clients.append(client)
        return client
    }

    /// Connects a client, and finds its connection on the server.
    func connectKnown() throws -> (client: TestClient, connection: Connection) {
        let known = server.connections.accepted
        let client = try connect()
        wait("the connection") { server.connections.accepted > known }
        return (client, try #require(server.connections.all.max { $0.id.rawValue < $1.id.rawValue }))
    }

    /// Runs the loop until the condition holds.
    func wait(_ what: String, for condition: () -> Bool) { loop.waitForTest(what, condition) }

    func wait(forWaiters count: Int) { wait("\(count) waiters") { server.waiters.count == count } }
    func waitForShutdown() { wait("the end of the shutdown") { server.shutdown.state == .stopped } }

    /// The number of connections that a limit has closed.
    func closed(by limit: Limit) -> Int? { server.refusals.limitClosures.first { $0.name == limit.name }?.count }

    /// The number of requests and connections that were refused with a code.
    func refused(_ code: Refusal.Code) -> Int? { server.refusals.refusals.first { $0.name == code.rawValue }?.count }

    /// Stops the server and closes everything on the loop. Nothing may be left.
    func end() {
        for client in clients { client.close() }
        server.stop(.interrupt)
        server.stop(.interrupt)
        loop.waitForTest("the last handle to close") { loop.liveHandles <= 1 }
        loop.close()
    }
}

extension EventLoop {
    /// Runs until the condition holds. After a minute the test has failed.
    func waitForTest(_ what: String, _ condition: () -> Bool) {
        guard let timer = try? Timer(on: self) else { return }
        var ticks = 0
        // A timer may make the condition true right before the loop waits for events. The ticks end that wait.
        func tick() {
            ticks += 1
            timer.start(after: 20, tick)
        }
        tick()
        run { ticks > 3000 || condition() }
        timer.close()
        if ticks > 3000 { Issue.record("waited in vain for \(what)") }
    }
}

/// A client that sends text and receives lines.
final class TestClient: Libuv.StreamDelegate {
    private let stream: SocketStream
    private let loop: EventLoop
    private var received: [UInt8] = []
    /// The number of bytes at the start of `received` that are known to contain no newline.
    private var searched = 0
    private(set) var isClosed = false
    private(set) var error: UVError?

    init(to endpoint: Endpoint, on loop: EventLoop) throws {
        self.loop = loop
        stream = try SocketStream(on: loop)
        var outcome: UVError??
        try stream.connect(to: endpoint) { outcome = .some($0) }
        loop.waitForTest("a connection") { outcome != nil }
        if case .some(.some(let error)) = outcome {
            stream.close()
            throw error
        }
        // The system would hold back what follows an unanswered part for up to 40 ms.
        try stream.disableDelay()
        stream.delegate = self
        try stream.startReading()
    }

    func send(_ text: String) throws { try stream.write(text.utf8Span.span) }

    /// The next line, without its newline; nil if the connection was closed before.
    func line() -> String? {
        loop.waitForTest("a line") { endOfLine() != nil || isClosed }
        guard let end = endOfLine() else { return nil }
        defer {
            received.removeSubrange(...end)
            searched = 0
        }
        return String(decoding: received[..<end], as: UTF8.self)
    }

    /// With `memchr`: a loop in Swift, unoptimized, takes seconds for results of some megabytes.
    private func endOfLine() -> Int? {
        let found = received.withUnsafeBytes { bytes -> Int? in
            guard let start = bytes.baseAddress else { return nil }
            return memchr(start + searched, 10, bytes.count - searched).map {
                $0 - UnsafeMutableRawPointer(mutating: start)
            }
        }
        if found == nil { searched = received.count }
        return found
    }

    /// The next line as an object; empty if there is none.
    func object() -> [String: Any] {
        guard let line = line(), let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) else {
            return [:]
        }
        return object as? [String: Any] ?? [:]
    }

    /// The code of the next line, which is a refusal, and its `seq`.
    func refusal() -> (sequence: Int?, code: String?) {
        let object = object()
        return (object["seq"] as? Int, (object["error"] as? [String: Any])?["code"] as? String)
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

    /// Sends a request and ignores its reply. Then the server has read everything that this client sent before.
    func roundTrip(_ text: String) {
        try? send(text)
        _ = line()
    }

    var hasSentAll: Bool { stream.isDrained }
    /// The number of whole lines that were received and not taken.
    var lineCount: Int { received.count { $0 == 10 } }
    /// The number of bytes that were received and not taken.
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
