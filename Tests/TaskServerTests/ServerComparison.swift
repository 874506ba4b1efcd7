import Libuv
import ModelRuns
import QueueModel
import TaskCore
import TaskQueue
import Testing

@testable import TaskServer

/// How the server differs from the model.
struct Difference: Error, CustomStringConvertible {
    let description: String
}

/// One random sequence of steps. Each is taken by a server and by the model, and the two are compared before the next one.
final class ServerComparison {
    /// A client of the server.
    private struct Guest {
        let client: TestClient
        var outbox = ModelOutbox()
        var isReading = true
        /// The lines that were sent to it while it did not read.
        var unread: [String] = []
    }

    /// The connection that asks for the statistics after every step.
    private static let observer = 1
    private static let maximumGuests = 4

    private var generator: SeededGenerator
    private let connectionLimit: Int
    private let gate = ModelGate()
    private let dialogue: Dialogue
    private var model: ModelServer
    private var writer = ModelWriter()
    private var guests: [Int: Guest] = [:]
    /// The steps so far.
    private var story: [String] = []

    init(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let limits = Limits(
            queued: generator.number(1..<7), memory: generator.number(20..<200),
            keptResults: generator.number(1..<9))
        let unanswered = generator.number(1..<6)
        let connectionLimit = generator.number(3..<7)
        // A step is read in one loop iteration, however small the reads are.
        let readSize = [200, 1000, 65536].randomElement(using: &generator)!
        dialogue = try Dialogue(timeScale: 1, types: gate.types) {
            $0.limits.queued = limits.queued
            $0.limits.memory = limits.memory
            $0.limits.keptResults = limits.keptResults
            $0.limits.unanswered = unanswered
            $0.limits.connections = connectionLimit
            $0.limits.message = ModelMessage.limit
            $0.readSize = readSize
        }
        // The order in which connections have their turns must not depend on the speed of the machine.
        dialogue.server.iterationTime = 60_000
        self.generator = generator
        self.connectionLimit = connectionLimit
        model = ModelServer(limits, maximumUnanswered: unanswered)
        story = [
            "\(limits), max-unanswered \(unanswered), max-connections \(connectionLimit), reads of \(readSize) bytes"
        ]
    }

    /// - Returns: the steps and the difference; nil if there is none.
    func run() throws -> String? {
        defer {
            gate.remove()
            dialogue.end()
        }
        do throws(Difference) {
            try connect()
            try connect()
            for _ in 0..<generator.number(5..<60) where !model.isLeaving && !model.isAmbiguous { try step() }
            if !model.isAmbiguous { try finish() }
            return nil
        } catch {
            return (story + ["\(error)"]).joined(separator: "\n")
        }
    }

    private func note(_ line: String) { story.append(line) }

    // MARK: Steps

    private func step() throws(Difference) {
        model.beginStep()
        let id = guests.keys.sorted().filter { $0 != Self.observer }.randomElement(using: &generator)
        switch generator.number(0..<100) {
        case 0..<14: try endTask()
        case 14..<20: try connect()
        case 97: if !model.isStopping { try stop() }
        case let kind: if let id { try step(kind, of: id) } else { try connect() }
        }
    }

    private func step(_ kind: Int, of id: Int) throws(Difference) {
        switch kind {
        case 20..<24: try close(id)
        case 24..<27: try reset(id)
        case 27..<31: try endInput(of: id)
        case 31..<34: try toggleReading(id)
        case 34..<38: try waitShortly(id)
        default: try send(id)
        }
    }

    private func endTask() throws(Difference) {
        guard let running = model.queue.running, model.type(of: running) != .long else { return }
        note("the function of task \(running) returns")
        model.returnFromFunction()
        gate.open()
        try compare()
    }

    private func connect() throws(Difference) {
        guard guests.count <= Self.maximumGuests, let client = try? dialogue.connect() else { return }
        if model.connectionCount >= connectionLimit {
            note("a client too many connects")
            model.rejectConnection()
            let members = #","limit":"max-connections","value":\#(connectionLimit)"#
            let expected = ModelServer.error(.tooManyConnections, nil, members)
            try wait("a refusal") { client.isClosed && client.lineCount > 0 }
            try check([expected], of: client, "a client too many")
            client.close()
        } else {
            model.connect()
            note("\(model.accepted) connects")
            guests[model.accepted] = Guest(client: client)
        }
        try compare()
    }

    private func send(_ id: Int) throws(Difference) {
        // A connection that holds much would be closed.
        guard let connection = model.connections[id], !connection.inputEnded, connection.input.count < 8 else { return }
        var guest = guests[id]!
        let (modelBefore, writerBefore) = (model, writer)
        for _ in 0..<generator.number(1..<5) {
            guest.outbox.append(writer.message(model.queue.tasks.count, &generator))
        }
        let count = generator.oneIn(3) ? generator.number(1..<(guest.outbox.count + 1)) : guest.outbox.count
        let (text, events) = guest.outbox.take(count)
        model.receive(events, from: id)
        // An ambiguous step is not taken.
        guard !model.isAmbiguous else { return (model, writer) = (modelBefore, writerBefore) }
        guests[id] = guest
        note("\(id) -> \(text.debugDescription.replacing(String(repeating: "x", count: 100), with: "…"))")
        try send(text, id)
        try compare()
    }

    private func send(_ text: String, _ id: Int) throws(Difference) {
        do { try guests[id]!.client.send(text) } catch { throw Difference(description: "cannot send: \(error)") }
    }

    /// A wait whose timeout passes within the step.
    private func waitShortly(_ id: Int) throws(Difference) {
        guard model.connections[id]?.inputEnded == false, !model.isPaused(id), guests[id]!.outbox.isBetweenMessages,
            let task = model.queue.ids.randomElement(using: &generator)
        else { return }
        let requests: [ModelRequest] = [.status(task, .short), .result(task, .short), .log(task, offset: 0, .short)]
        let request = requests[generator.number(0..<3)]
        try deliver(request, id)
        model.passTime()
        try compare()
    }

    /// Sends a whole message of a client that has sent no part of another one.
    private func deliver(_ request: ModelRequest, _ id: Int) throws(Difference) {
        let message = ModelMessage(writer.sequence(), request)
        note("\(id) -> \(message.text.debugDescription)")
        try send(message.text, id)
        model.receive([message.event], from: id)
    }

    private func endInput(of id: Int) throws(Difference) {
        guard model.connections[id]?.inputEnded == false else { return }
        let before = model
        model.endInput(of: id)
        guard !model.isAmbiguous else { return model = before }
        note("\(id) closes its sending side")
        try? guests[id]!.client.shutDownWriting()
        try compare()
    }

    private func toggleReading(_ id: Int) throws(Difference) {
        note("\(id) \(guests[id]!.isReading ? "stops" : "resumes") reading")
        if guests[id]!.isReading {
            guests[id]!.client.stopReading()
            guests[id]!.isReading = false
        } else {
            try resumeReading(id)
        }
    }

    private func resumeReading(_ id: Int) throws(Difference) {
        guard !guests[id]!.isReading else { return }
        guests[id]!.isReading = true
        try? guests[id]!.client.startReading()
        try compare()
    }

    /// Closes the socket with nothing unread, as most programs do.
    private func close(_ id: Int) throws(Difference) {
        try resumeReading(id)
        guard guests[id] != nil else { return }
        note("\(id) closes")
        model.vanish(id)
        guard !model.isAmbiguous else { return }
        guests.removeValue(forKey: id)?.client.close()
        try compare()
    }

    private func reset(_ id: Int) throws(Difference) {
        note("\(id) resets the connection")
        model.reset(id)
        guests.removeValue(forKey: id)?.client.reset()
        try compare()
    }

    private func stop() throws(Difference) {
        note("a signal stops the server")
        model.stop()
        dialogue.server.stop(.interrupt)
        try compare()
    }

    /// Closes all clients and ends all tasks. Nothing may be left.
    private func finish() throws(Difference) {
        for id in guests.keys.sorted() where id != Self.observer && !model.isLeaving {
            model.beginStep()
            if guests[id] != nil { try close(id) }
        }
        while let running = model.queue.running, !model.isLeaving, !model.isAmbiguous {
            model.beginStep()
            if model.type(of: running) != .long {
                try endTask()
            } else {
                try deliver(.cancel(running), Self.observer)
                try compare()
            }
        }
        let server = dialogue.server
        guard !model.isAmbiguous else { return }
        guard !model.isLeaving else {
            // A client that closes with something unread may lose what it sent last, which the server must have read.
            try wait("the end of the last task") { server.queue.running == nil }
            // The server would give some of them a second for their results.
            for guest in guests.values { guest.client.close() }
            return try wait("the end of the shutdown") { server.shutdown.state == .stopped }
        }
        guard server.waiters.count == 0, server.connections.count == 1, server.connections.heldBytes == 0 else {
            throw Difference(
                description: "left: \(server.waiters.count) waiters, \(server.connections.count) connections, "
                    + "\(server.connections.heldBytes) bytes")
        }
    }

    // MARK: Comparison

    /// Runs the loop until everything that the model predicts has happened, and checks that nothing else has.
    private func compare() throws(Difference) {
        guard !model.isAmbiguous else { return }
        try takeReplies()
        guard !model.isLeaving else { return }
        // When this is answered, everything that was sent before is read, also what has no reply.
        try ask(.info)
        let server = dialogue.server
        try wait("the running task to be \(model.queue.running.map(String.init(describing:)) ?? "none")") {
            server.queue.running == model.queue.running && server.deferred.isEmpty
        }
        try wait("\(model.waiters.count) waiters", instead: { "there are \(server.waiters.count)" }) {
            server.waiters.count == model.waiters.count
        }
        guard gate.wait(forEntries: model.functionStarts) else {
            throw Difference(description: "not \(model.functionStarts) functions were called")
        }
        try wait("\(model.connectionCount) connections") { server.connections.count == model.connectionCount }
        try ask(.stats)
        for (id, guest) in guests where guest.isReading && !guest.client.hasReceivedNothing {
            throw Difference(description: "\(id) received more: \(lines(of: guest.client))")
        }
    }

    private func ask(_ request: ModelRequest) throws(Difference) {
        let message = ModelMessage(writer.sequence(), request)
        try? guests[Self.observer]?.client.send(message.text)
        model.receive([message.event], from: Self.observer)
        try takeReplies()
    }

    /// Checks the replies, and removes the clients whose connections are closed.
    private func takeReplies() throws(Difference) {
        for id in guests.keys.sorted() {
            guests[id]!.unread += model.connections[id]?.replies ?? []
            model.connections[id]?.replies = []
            if model.connections[id]?.isClosed == true, !guests[id]!.isReading {
                guests[id]!.isReading = true
                try? guests[id]!.client.startReading()
            }
            guard guests[id]!.isReading else { continue }
            let expected = guests[id]!.unread
            guests[id]!.unread = []
            let client = guests[id]!.client
            try wait("\(expected) for \(id)", instead: { "it received \(lines(of: client))" }) {
                client.lineCount >= expected.count || client.isClosed
            }
            try check(expected, of: client, "\(id)")
        }
        for id in guests.keys.sorted() where model.connections[id]?.isClosed == true && !model.isLeaving {
            let client = guests.removeValue(forKey: id)!.client
            try wait("the end of \(id)") { client.isClosed }
            guard client.lineCount == 0 else {
                throw Difference(description: "\(id) received more before its end: \(lines(of: client))")
            }
            client.close()
            model.connections[id]!.isGone = true
        }
    }

    private func check(_ expected: [String], of client: TestClient, _ name: String) throws(Difference) {
        for line in expected {
            let actual = client.line().map(ModelServer.masked) ?? "the end"
            guard actual == line else {
                throw Difference(description: "\(name) received \(actual)\ninstead of \(line)")
            }
        }
    }

    private func lines(of client: TestClient) -> [String] {
        (0..<client.lineCount).compactMap { _ in client.line().map(ModelServer.masked) }
    }

    /// Runs the loop until the condition holds, for at most half a minute.
    private func wait(
        _ what: String, instead: () -> String = { "" }, for condition: () -> Bool
    ) throws(Difference) {
        if condition() { return }
        guard let timer = try? Timer(on: dialogue.loop) else { throw Difference(description: "no timer") }
        var isOver = false
        timer.start(after: 30_000) { isOver = true }
        dialogue.loop.run { isOver || condition() }
        timer.close()
        if isOver { throw Difference(description: "waited in vain for \(what)\n\(instead())") }
    }
}
