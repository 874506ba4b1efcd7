import Libuv
import ModelRuns
import TaskCore
import TaskProtocol
import TaskQueue
import Testing

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
    static let mostGuests = 4

    var generator: SeededGenerator
    let connectionLimit: Int
    let gate = ModelGate()
    let dialogue: Dialogue
    var model: ModelServer
    var writer = ModelWriter()
    var guests: [Int: Guest] = [:]
    /// What was done.
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
        // In which order sessions that have had their turn are served must not depend on how fast the machine is.
        dialogue.server.roundTime = 60_000
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
            // What a client sent last may be lost where it closes with something unread: that is to be read before.
            try wait("the last task's end") { server.queue.running == nil }
            // Else the server gives some of them a second for their results.
            for guest in guests.values { guest.client.close() }
            return try wait("the stop") { server.stopPhase == .stopped }
        }
        guard server.queue.waiterCount == 0, server.sessions.count == 1, server.connectionBytes == 0 else {
            throw Difference(description: "something of a client is left: \(server.statistics)")
        }
    }
}
