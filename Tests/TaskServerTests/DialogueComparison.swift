import Libuv
import ModelRuns
import TaskQueue
import Testing
import Wire

@testable import TaskServer

/// Where the server and the reference differ.
struct Difference: Error, CustomStringConvertible {
    let description: String
}

/// One random sequence of steps, each taken on a real server and on the reference, and compared before the next.
final class DialogueComparison {
    /// One of the clients; `unread` is what it was sent while it did not read.
    struct Guest {
        let client: Client
        var outbox = ModelOutbox()
        var isReading = true
        var unread: [String] = []
    }

    /// The connection that asks for the statistics after every step.
    static let observer = 1
    private static let mostGuests = 4

    var generator: SeededGenerator
    private let connectionLimit: Int
    let gate = ModelGate()
    let dialogue: Dialogue
    var model: ModelServer
    var writer = ModelWriter()
    var guests: [Int: Guest] = [:]
    /// Which connections had guests that closed their sockets.
    private var story: [String] = []

    init(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let limits = QueueLimits(
            waiting: generator.number(1..<7), heldBytes: generator.number(20..<200),
            finished: generator.number(1..<9), age: nil)
        let unanswered = generator.number(1..<6)
        let connectionLimit = generator.number(3..<7)
        // A whole step comes in one round, however small the parts.
        let readSize = [200, 1000, 65536].randomElement(using: &generator)!
        dialogue = try Dialogue(timeScale: 1, types: gate.types) {
            $0.maximumQueued = limits.waiting
            $0.maximumMemory = limits.heldBytes
            $0.keptResults = limits.finished
            $0.maximumUnanswered = unanswered
            $0.maximumConnections = connectionLimit
            $0.maximumMessage = ModelMessage.limit
            $0.readSize = readSize
        }
        self.generator = generator
        self.connectionLimit = connectionLimit
        model = ModelServer(limits, maximumUnanswered: unanswered)
        story = [
            "\(limits), max-unanswered \(unanswered), max-connections \(connectionLimit), reads of \(readSize) bytes"
        ]
    }

    /// - Returns: what was done, where the two differ in the end.
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

    func tell(_ line: String) { story.append(line) }

    // MARK: Steps

    private func step() throws(Difference) {
        model.beginStep()
        let id = guests.keys.sorted().filter { $0 != Self.observer }.randomElement(using: &generator)
        switch generator.number(0..<100) {
        case 0..<14: try open()
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
        case 31..<34: try stopReading(id)
        case 34..<38: try waitShortly(id)
        default: try send(id)
        }
    }

    private func open() throws(Difference) {
        guard let running = model.queue.running, model.queue[running].type != .long else { return }
        tell("the function of task \(running) returns")
        model.returnFromFunction()
        gate.open()
        try compare()
    }

    private func connect() throws(Difference) {
        guard guests.count <= Self.mostGuests, let client = try? dialogue.connect() else { return }
        if model.connectionCount >= connectionLimit {
            tell("a client too many")
            model.refused[.tooManyConnections, default: 0] += 1
            let expected = Self.tooMany(connectionLimit)
            try wait("a refusal") { client.isClosed && client.lineCount > 0 }
            try check([expected], of: client, "a client too many")
            client.close()
        } else {
            model.connect()
            tell("\(model.accepted) connects")
            guests[model.accepted] = Guest(client: client)
        }
        try compare()
    }

    private static func tooMany(_ limit: Int) -> String {
        ModelServer.error(.tooManyConnections, nil, #","limit":"max-connections","value":\#(limit)"#)
    }

    private func send(_ id: Int) throws(Difference) {
        // A connection that holds much would be closed.
        guard let connection = model.connections[id], !connection.inputEnded, connection.backlog.count < 8 else {
            return
        }
        var guest = guests[id]!
        let (before, writerBefore) = (model, writer)
        for _ in 0..<generator.number(1..<5) {
            guest.outbox.append(writer.message(model.queue.tasks.count, &generator))
        }
        let count = generator.oneIn(3) ? generator.number(1..<(guest.outbox.count + 1)) : guest.outbox.count
        let (text, events) = guest.outbox.take(count)
        model.receive(events, isInside: guest.outbox.isInsideMessage, from: id)
        // What depends on the speed of threads is not foretold: another step will do.
        guard !model.isAmbiguous else { return (model, writer) = (before, writerBefore) }
        guests[id] = guest
        tell("\(id) -> \(Self.short(text))")
        try send(text, id)
        try compare()
    }

    private static func short(_ text: String) -> String {
        text.debugDescription.replacing(String(repeating: "x", count: 100), with: "…")
    }

    private func send(_ text: String, _ id: Int) throws(Difference) {
        do { try guests[id]!.client.send(text) } catch { throw Difference(description: "cannot send: \(error)") }
    }

    /// A wait whose time-out is over within the step.
    private func waitShortly(_ id: Int) throws(Difference) {
        guard model.connections[id]?.inputEnded == false, !model.isPaused(id), guests[id]!.outbox.isBetweenMessages,
            let task = model.queue.ids.randomElement(using: &generator)
        else { return }
        let request: ModelRequest = generator.oneIn(2) ? .status(task, .short) : .result(task, .short)
        try deliver(request, id)
        model.passTime()
        try compare()
    }

    /// A whole message, when nothing else is on its way.
    private func deliver(_ request: ModelRequest, _ id: Int) throws(Difference) {
        let message = ModelMessage(writer.sequence(), request)
        tell("\(id) -> \(message.text.debugDescription)")
        try send(message.text, id)
        model.receive([message.event], isInside: false, from: id)
    }

    private func endInput(of id: Int) throws(Difference) {
        guard model.connections[id]?.inputEnded == false else { return }
        let before = model
        model.endInput(of: id)
        guard !model.isAmbiguous else { return model = before }
        tell("\(id) shuts down its sending side")
        try? guests[id]!.client.shutDownWriting()
        try compare()
    }

    private func stopReading(_ id: Int) throws(Difference) {
        tell("\(id) reads \(guests[id]!.isReading ? "no more" : "on")")
        if guests[id]!.isReading {
            guests[id]!.client.stopReading()
            guests[id]!.isReading = false
        } else {
            try readOn(id)
        }
    }

    private func readOn(_ id: Int) throws(Difference) {
        guard !guests[id]!.isReading else { return }
        guests[id]!.isReading = true
        try? guests[id]!.client.startReading()
        try compare()
    }

    /// With nothing unread, as most programs end.
    private func close(_ id: Int) throws(Difference) {
        try readOn(id)
        guard guests[id] != nil else { return }
        tell("\(id) closes")
        model.vanish(id)
        guard !model.isAmbiguous else { return }
        guests.removeValue(forKey: id)?.client.close()
        try compare()
    }

    private func reset(_ id: Int) throws(Difference) {
        tell("\(id) resets the connection")
        model.reset(id)
        guests.removeValue(forKey: id)?.client.reset()
        try compare()
    }

    private func stop() throws(Difference) {
        tell("the server is told to stop")
        model.stop()
        dialogue.server.stop(.interrupt)
        try compare()
    }

    /// All clients go, and all tasks end: nothing may be left.
    private func finish() throws(Difference) {
        for id in guests.keys.sorted() where id != Self.observer && !model.isLeaving {
            model.beginStep()
            if guests[id] != nil { try close(id) }
        }
        while let running = model.queue.running, !model.isLeaving, !model.isAmbiguous {
            model.beginStep()
            if model.queue[running].type != .long {
                try open()
            } else {
                try deliver(.cancel(running), Self.observer)
                try compare()
            }
        }
        let server = dialogue.server
        guard !model.isAmbiguous else { return }
        guard !model.isLeaving else {
            // Else the server gives some of them a second for their results.
            for guest in guests.values { guest.client.close() }
            return try wait("the stop") { server.stopPhase == .stopped }
        }
        guard server.queue.waiterCount == 0, server.sessions.count == 1, server.connectionBytes == 0 else {
            throw Difference(description: "something of a client is left: \(server.statistics)")
        }
    }
}
