import Libuv
import ModelRuns
import QueueModel
import TaskCore
import TaskQueue
import TestServers
import Testing

@testable import TaskServer

/// How the server differs from the model.
private struct Difference: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// One random sequence of steps. Each is taken by a server and by the model, and the two are compared before the next one.
private final class Comparison {
    /// The connection that asks for the statistics after every step.
    private static let observer = 1
    private static let maximumClients = 4

    private var generator: SeededGenerator
    private let gate = Gate()
    private let dialogue: Dialogue
    private var model: ModelServer
    private var writer = ModelWriter()
    private var clients: [Int: TestClient] = [:]
    /// The steps so far.
    private var story: [String] = []

    init(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let limits = Limits(
            queued: generator.number(1..<7), memory: generator.number(20..<200),
            keptResults: generator.number(1..<9))
        let unanswered = generator.number(1..<6)
        // A step is read in one loop iteration, however small the reads are.
        let readSize = [200, 1000, 65536].randomElement(using: &generator)!
        dialogue = try Dialogue(
            timeScale: 1, types: ModelType.allCases.map { [gate] in gate.holding($0.type) }, gate: gate
        ) {
            $0.limits.queued = limits.queued
            $0.limits.memory = limits.memory
            $0.limits.keptResults = limits.keptResults
            $0.limits.unanswered = unanswered
            $0.limits.message = ModelMessage.limit
            $0.readSize = readSize
        }
        // The order in which connections have their turns must not depend on the speed of the machine.
        dialogue.server.iterationTime = 3_600_000
        self.generator = generator
        model = ModelServer(limits, maximumUnanswered: unanswered)
        story = ["\(limits), max-unanswered \(unanswered), reads of \(readSize) bytes"]
    }

    /// - Returns: the steps and the difference; nil if there is none.
    func run() throws -> String? {
        defer { dialogue.end() }
        do throws(Difference) {
            try connect()
            try connect()
            for _ in 0..<generator.number(5..<60) { try step() }
            try finish()
            return nil
        } catch {
            return (story + ["\(error)"]).joined(separator: "\n")
        }
    }

    // MARK: Steps

    private func step() throws(Difference) {
        let client = clients.keys.sorted().filter { $0 != Self.observer }.randomElement(using: &generator)
        switch (generator.number(0..<100), client) {
        case (0..<14, _): try endTask()
        case (14..<20, _), (_, nil): try connect()
        case (20, _): try stop()
        case (21..<25, let id?): try reset(id)
        case (25..<30, let id?): try endInput(of: id)
        case (_, let id?): try send(id)
        }
    }

    /// Takes a step with the model and the server and compares them, unless the model does not predict the step.
    ///
    /// - Returns: whether the step was taken.
    @discardableResult private func take(
        _ name: String, _ change: (inout ModelServer) -> Void, _ action: () throws -> Void
    ) throws(Difference) -> Bool {
        var next = model
        next.beginStep()
        change(&next)
        guard !next.isUnpredictable else { return false }
        model = next
        story.append(name)
        do { try action() } catch { throw Difference("cannot: \(error)") }
        try compare()
        return true
    }

    private func connect() throws(Difference) {
        guard clients.count <= Self.maximumClients else { return }
        let id = model.accepted + 1
        try take("\(id) connects", { $0.connect() }, { clients[id] = try dialogue.connect(as: model.user(id)) })
    }

    private func send(_ id: Int) throws(Difference) {
        // A connection that holds much would be closed.
        guard let connection = model.connections[id], !connection.inputEnded, connection.input.count < 8 else { return }
        var messages: [ModelMessage] = []
        for _ in 0..<generator.number(1..<5) {
            messages.append(writer.message(model.queue.tasks.count, &generator))
        }
        try send(messages, id)
    }

    @discardableResult private func send(_ messages: [ModelMessage], _ id: Int) throws(Difference) -> Bool {
        let text = messages.map(\.text).joined()
        let shown = text.replacing(String(repeating: "x", count: 100), with: "…")
        let name = "\(id) -> \(shown.debugDescription)"
        return try take(name, { $0.receive(messages, from: id) }, { try clients[id]?.send(text) })
    }

    private func endInput(of id: Int) throws(Difference) {
        guard model.connections[id]?.inputEnded == false else { return }
        try take("\(id) ends its input", { $0.endInput(of: id) }, { try clients[id]?.shutDownWriting() })
    }

    /// Not after the end of input, when the server reads nothing and notices it in a later check.
    private func reset(_ id: Int) throws(Difference) {
        guard model.connections[id]?.inputEnded == false else { return }
        try take("\(id) is reset", { $0.remove(id) }, { clients.removeValue(forKey: id)?.reset() })
    }

    /// - Returns: false if no task runs, or the model does not predict its end.
    @discardableResult private func endTask() throws(Difference) -> Bool {
        guard let running = model.queue.running else { return false }
        if model.type(of: running) == .long {
            return try send([ModelMessage(writer.sequence(), .cancel(running))], Self.observer)
        }
        return try take("task \(running) returns", { $0.returnFromFunction() }, { gate.release() })
    }

    private func stop() throws(Difference) {
        guard model.queue.running != nil, !model.queue.isDraining, generator.oneIn(2) else { return }
        try take("a signal stops the server", { $0.drain() }, { dialogue.server.stop(.interrupt) })
    }

    /// Ends all tasks, then all connections. Nothing may be left.
    private func finish() throws(Difference) {
        while try endTask() {}
        guard model.queue.running == nil else { return }
        for id in clients.keys.sorted() where id != Self.observer { try reset(id) }
        let server = dialogue.server
        guard server.waiters.count == 0, server.connections.count == 1, server.connections.heldBytes == 0 else {
            throw Difference(
                "left: \(server.waiters.count) waiters, \(server.connections.count) connections, "
                    + "\(server.connections.heldBytes) bytes")
        }
    }

    // MARK: Comparison

    /// Runs the loop until everything that the model predicts has happened, and checks that nothing else has.
    private func compare() throws(Difference) {
        try takeReplies()
        // When this is answered, everything that was sent before is read, also what has no reply.
        try ask(.info)
        let server = dialogue.server
        try wait("the running task to be \(model.queue.running.map(String.init(describing:)) ?? "none")") {
            server.queue.running == model.queue.running && server.deferred.isEmpty
        }
        try wait("\(model.waits.count) waiters") { server.waiters.count == model.waits.count }
        try wait("\(model.connections.count) connections") { server.connections.count == model.connections.count }
        guard gate.wait(forEntries: model.functionStarts) else {
            throw Difference("not \(model.functionStarts) functions were called")
        }
        try ask(.stats)
        for (id, client) in clients where !client.hasReceivedNothing {
            throw Difference("\(id) received more: \(lines(of: client))")
        }
    }

    private func ask(_ request: ModelRequest) throws(Difference) {
        let message = ModelMessage(writer.sequence(), request)
        try? clients[Self.observer]?.send(message.text)
        model.receive([message], from: Self.observer)
        try takeReplies()
    }

    /// Checks the replies, and closes the clients whose connections have ended.
    private func takeReplies() throws(Difference) {
        for (id, client) in clients.sorted(by: { $0.key < $1.key }) {
            for expected in model.takeReplies(of: id) {
                try wait("\(id) to receive \(expected)") { client.lineCount > 0 || client.isClosed }
                let line = client.line().map(ModelServer.masked) ?? "the end"
                guard line == expected else { throw Difference("\(id) received \(line)\ninstead of \(expected)") }
            }
            guard !model.isOpen(id) else { continue }
            try wait("the end of \(id)") { client.isClosed }
            guard client.lineCount == 0 else {
                throw Difference("\(id) received more before its end: \(lines(of: client))")
            }
            client.close()
            clients[id] = nil
            model.remove(id)
        }
    }

    private func lines(of client: TestClient) -> [String] {
        (0..<client.lineCount).compactMap { _ in client.line().map(ModelServer.masked) }
    }

    private func wait(_ what: String, for condition: () -> Bool) throws(Difference) {
        if condition() { return }
        dialogue.wait(what, for: condition)
        if !condition() { throw Difference("waited in vain for \(what)") }
    }
}

struct ServerModelTests {
    /// Random dialogues of several clients with a server over sockets, compared with `ModelServer`, which predicts every
    /// line.
    @Test func theServerAnswersAsTheModelPredicts() async throws {
        let failure = try await ModelRun.failure(in: 50) { try Comparison(seed: $0).run() }
        if let failure { Issue.record("\(failure)") }
    }
}
