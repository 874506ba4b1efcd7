import Libuv
import TaskCore
import TaskProtocol
import TaskQueue
import Testing

@testable import TaskServer

/// What the server does, against what it should.
extension DialogueComparison {
    /// Runs the loop until all that is foretold has come, and then makes sure that nothing else has.
    func compare() throws(Difference) {
        // The sequence ends here.
        guard !model.isAmbiguous else { return }
        try takeReplies()
        guard !model.isLeaving else { return }
        // Once this is answered, whatever was sent before is read, also where it has no answer.
        try ask(.info)
        let server = dialogue.server
        try wait("the task that runs, \(model.queue.running.map(String.init) ?? "none")") {
            server.queue.running?.rawValue == model.queue.running && server.news.isEmpty
        }
        try wait("\(model.waiters.count) waits", but: { "there are \(server.queue.waiterCount)" }) {
            server.queue.waiterCount == model.waiters.count
        }
        guard gate.wait(forEntries: model.functionStarts) else {
            throw Difference(description: "not \(model.functionStarts) functions were called")
        }
        try wait("\(model.connectionCount) connections") { server.sessions.count == model.connectionCount }
        try ask(.stats)
        for (id, guest) in guests where guest.isReading && !guest.client.hasReceivedNothing {
            throw Difference(description: "\(id) got more: \(lines(of: guest.client))")
        }
    }

    private func ask(_ request: ModelRequest) throws(Difference) {
        let message = ModelMessage(writer.sequence(), request)
        try? guests[Self.observer]?.client.send(message.text)
        model.receive([message.event], isInside: false, from: Self.observer)
        try takeReplies()
    }

    /// Checks what the clients get, and lets those go whose connections are closed.
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
            try wait("\(expected) for \(id)", but: { "it got \(lines(of: client))" }) {
                client.lineCount >= expected.count || client.isClosed
            }
            try check(expected, of: client, "\(id)")
        }
        for id in guests.keys.sorted() where model.connections[id]?.isClosed == true && !model.isLeaving {
            let client = guests.removeValue(forKey: id)!.client
            try wait("the end of \(id)") { client.isClosed }
            guard client.lineCount == 0 else {
                throw Difference(description: "\(id) got more before its end: \(lines(of: client))")
            }
            client.close()
            model.connections[id]!.isGone = true
        }
    }

    func check(_ expected: [String], of client: Client, _ name: String) throws(Difference) {
        for line in expected {
            let actual = client.line().map(ModelServer.masked) ?? "the end"
            guard actual == line else {
                throw Difference(description: "\(name) got      \(actual)\ninstead of \(line)")
            }
        }
    }

    private func lines(of client: Client) -> [String] {
        (0..<client.lineCount).compactMap { _ in client.line().map(ModelServer.masked) }
    }

    /// Runs the loop until the condition holds, for half a minute at most.
    func wait(
        _ what: String, but instead: () -> String = { "" }, for condition: () -> Bool
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
