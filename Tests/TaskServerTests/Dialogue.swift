import Foundation
import Libuv
import Logging
import TaskCore
import TaskProtocol
import TaskQueue
import TestServers
import Testing

@testable import TaskServer

/// How clients reach the server of a test.
enum Transport: CaseIterable {
    case tcp
    case unix
}

/// A server and clients on one loop, in one thread: a test reads as a dialogue.
final class Dialogue {
    let loop: EventLoop
    let server: TaskServer
    private let gate: Gate?
    private var clients: [TestClient] = []
    private let socket: String?
    /// For `connect(as:)`.
    private var userListener: Listener?
    private var connectingUser: UserID?
    private var connectedUsers = 0
    private var hasEnded = false

    /// - Parameter gate: opened at the end of the test.
    init(
        over transport: Transport = .tcp, timeScale: Double = 0, types: [TaskType] = TaskType.builtIn,
        gate: Gate? = nil, _ configure: (inout ServerConfiguration) -> Void = { _ in }
    ) throws {
        prepareProcess()
        self.gate = gate
        var configuration = ServerConfiguration()
        configuration.host = "127.0.0.1"
        configuration.port = 0
        // A machine may stand still for longer than the defaults.
        configuration.limits.writeTime = 3_600_000
        configuration.limits.drainTime = 3_600_000
        if transport == .unix {
            configuration.unixSocket = UnixSocketConfiguration(path: temporaryPath())
            configuration.usesTCP = false
        }
        configure(&configuration)
        socket = configuration.unixSocket?.path
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

    // MARK: Clients

    /// - Parameter transport: nil for the first endpoint.
    func connect(over transport: Transport? = nil) throws -> TestClient {
        let endpoint = server.endpoints.first { transport == nil || ($0.port == nil) == (transport == .unix) }
        let client = try TestClient(to: #require(endpoint), on: loop)
        clients.append(client)
        return client
    }

    /// Connects a client of this user in the eyes of the server; nil is an unknown user.
    func connect(as user: UserID?) throws -> TestClient {
        connectingUser = user
        if userListener == nil {
            let address = try #require(loop.localAddress())
            userListener = try Listener(on: loop, endpoint: .tcp(address), backlog: 10) { [unowned self] stream in
                guard let stream = try? stream.get() else { return }
                server.connections.add(stream, Peer(user: connectingUser), refusing: nil)
                connectedUsers += 1
            }
        }
        let known = connectedUsers
        let client = try TestClient(to: #require(userListener?.endpoint), on: loop)
        clients.append(client)
        wait("the connection") { connectedUsers > known }
        return client
    }

    /// The server's side of a client. Ids count accepted clients: no earlier one may have been refused.
    func connection(of client: TestClient) throws -> Connection {
        let index = try #require(clients.firstIndex { $0 === client })
        let id = ConnectionID(rawValue: UInt64(index + 1))
        wait("the connection") { server.connections[id] != nil }
        return try #require(server.connections[id])
    }

    /// A client that submits task 1 with `run`, asks for its result this often, and does not read the replies.
    func stalledClient(_ run: String, results: Int) throws -> TestClient {
        let client = try connect()
        try client.send(run + Legacy.status(1))
        client.expect(#"{"task_id":1}"#, #"{"status":"success"}"#)
        client.stopReading()
        try client.send(String(repeating: Legacy.result(1), count: results))
        return client
    }

    // MARK: Waiting

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
        if hasEnded { return }
        hasEnded = true
        gate?.open()
        for client in clients { client.close() }
        userListener?.close()
        server.stop(.interrupt)
        server.stop(.interrupt)
        // One is the timer of this wait.
        loop.waitForTest("the last handle to close") { loop.liveHandles <= 1 }
        loop.close()
        guard let socket else { return }
        #expect(!FileManager.default.fileExists(atPath: socket), "the server removes its socket")
        try? FileManager.default.removeItem(atPath: socket + ".lock")
    }
}

/// The servers of a test. A suite has this as a property; they end when the test returns.
final class Servers {
    private var dialogues: [Dialogue] = []

    deinit { for dialogue in dialogues { dialogue.end() } }

    func start(
        over transport: Transport = .tcp, timeScale: Double = 0, types: [TaskType] = TaskType.builtIn,
        gate: Gate? = nil, _ configure: (inout ServerConfiguration) -> Void = { _ in }
    ) throws -> Dialogue {
        let dialogue = try Dialogue(over: transport, timeScale: timeScale, types: types, gate: gate, configure)
        dialogues.append(dialogue)
        return dialogue
    }

    /// A server and a client.
    func withClient(
        over transport: Transport = .tcp, timeScale: Double = 0, types: [TaskType] = TaskType.builtIn,
        gate: Gate? = nil, _ configure: (inout ServerConfiguration) -> Void = { _ in }
    ) throws -> (dialogue: Dialogue, client: TestClient) {
        let dialogue = try start(over: transport, timeScale: timeScale, types: types, gate: gate, configure)
        return (dialogue, try dialogue.connect())
    }

    /// A server whose tasks run until the gate opens, and a client.
    func gated(
        over transport: Transport = .tcp, _ configure: (inout ServerConfiguration) -> Void = { _ in }
    ) throws -> (gate: Gate, dialogue: Dialogue, client: TestClient) {
        let gate = Gate()
        let (dialogue, client) = try withClient(over: transport, types: gate.types, gate: gate, configure)
        return (gate, dialogue, client)
    }

    /// A server that keeps one result. Task 2 runs until the gate opens; `slow` has submitted task 1 and reads no more.
    func withSlowClient() throws -> (gate: Gate, dialogue: Dialogue, client: TestClient, slow: TestClient) {
        let (gate, dialogue, client) = try gated { $0.limits.keptResults = 1 }
        gate.open()
        let run = Legacy.run("echo", String(repeating: "x", count: 1_000_000))
        let slow = try dialogue.stalledClient(run, results: 0)
        gate.close()
        client.roundTrip(Requests.run(0, "revers", "ab"))
        return (gate, dialogue, client, slow)
    }
}

extension Gate {
    /// A type whose function is held after its delay.
    ///
    /// - Parameter type: a type with a function.
    func holding(_ type: TaskType) -> TaskType {
        guard case .function(let delay, let function) = type.work else {
            preconditionFailure("\(type.name) is a command")
        }
        return TaskType(name: type.name, delay: delay) { [self] data in
            wait()
            return try function(data)
        }
    }

    /// The built-in types, all held.
    var types: [TaskType] { TaskType.builtIn.map(holding) }
}

extension EventLoop {
    /// Runs until the condition holds. After 300 s the test has failed.
    func waitForTest(_ what: String, _ condition: () -> Bool) {
        guard let timer = try? Timer(on: self) else { return }
        // Counted in ticks: a machine that stands still spends none.
        var ticksLeft = 15_000
        func tick() {
            ticksLeft -= 1
            timer.start(after: 20, tick)
        }
        tick()
        run { ticksLeft == 0 || condition() }
        timer.close()
        if ticksLeft == 0 { Issue.record("waited in vain for \(what)") }
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
        // The system would hold back a write for up to 40 ms while an earlier one is not acknowledged.
        if endpoint.port != nil { try stream.disableDelay() }
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

    /// The next replies in short, each with its `seq`, or `-`: the status and the data, as in `2 success ab` and
    /// `3 waiting timed out`; the code of an error or a failure, as in `4 cancelled`; `5 answered` for any other reply. The
    /// end of the connection is `closed`.
    func replies(_ count: Int) -> [String] {
        (0..<count).map { _ in
            let reply = object()
            if reply.isEmpty { return "closed" }
            let error = (reply["error"] ?? reply["failure"]) as? [String: Any]
            let parts: [Any?] = [
                reply["seq"] ?? "-", error?["code"] ?? reply["status"] ?? "answered", reply["data"] as? String,
                reply["timed_out"].map { _ in "timed out" },
            ]
            return parts.compactMap { $0.map { "\($0)" } }.joined(separator: " ")
        }
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

    var pendingError: UVError? { stream.pendingError }

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
