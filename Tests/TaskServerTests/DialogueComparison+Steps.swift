import Libuv
import ModelRuns
import TaskCore
import TaskProtocol
import Testing

@testable import TaskServer

/// What each step does, to the server and to the reference.
extension DialogueComparison {
    func open() throws(Difference) {
        guard let running = model.queue.running, model.queue[running].type != .long else { return }
        tell("the function of task \(running) returns")
        model.returnFromFunction()
        gate.open()
        try compare()
    }

    func connect() throws(Difference) {
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

    func send(_ id: Int) throws(Difference) {
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
    func waitShortly(_ id: Int) throws(Difference) {
        guard model.connections[id]?.inputEnded == false, !model.isPaused(id), guests[id]!.outbox.isBetweenMessages,
            let task = model.queue.ids.randomElement(using: &generator)
        else { return }
        let requests: [ModelRequest] = [.status(task, .short), .result(task, .short), .log(task, offset: 0, .short)]
        let request = requests[generator.number(0..<3)]
        try deliver(request, id)
        model.passTime()
        try compare()
    }

    /// A whole message, when nothing else is on its way.
    func deliver(_ request: ModelRequest, _ id: Int) throws(Difference) {
        let message = ModelMessage(writer.sequence(), request)
        tell("\(id) -> \(message.text.debugDescription)")
        try send(message.text, id)
        model.receive([message.event], isInside: false, from: id)
    }

    func endInput(of id: Int) throws(Difference) {
        guard model.connections[id]?.inputEnded == false else { return }
        let before = model
        model.endInput(of: id)
        guard !model.isAmbiguous else { return model = before }
        tell("\(id) shuts down its sending side")
        try? guests[id]!.client.shutDownWriting()
        try compare()
    }

    func stopReading(_ id: Int) throws(Difference) {
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
    func close(_ id: Int) throws(Difference) {
        try readOn(id)
        guard guests[id] != nil else { return }
        tell("\(id) closes")
        model.vanish(id)
        guard !model.isAmbiguous else { return }
        guests.removeValue(forKey: id)?.client.close()
        try compare()
    }

    func reset(_ id: Int) throws(Difference) {
        tell("\(id) resets the connection")
        model.reset(id)
        guests.removeValue(forKey: id)?.client.reset()
        try compare()
    }

    func stop() throws(Difference) {
        tell("the server is told to stop")
        model.stop()
        dialogue.server.stop(.interrupt)
        try compare()
    }
}
