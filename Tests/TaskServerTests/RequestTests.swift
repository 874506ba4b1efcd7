import TaskCore
import TestServers
import Testing

@testable import TaskServer

/// Beyond the dialogues of PROTOCOL.md, and what `ModelServer` predicts.
struct RequestTests {
    private let servers = Servers()

    @Test func requestsMayNameTheInstanceThatARunReports() throws {
        var instances: Set<String> = []
        for _ in 1...2 {
            let (_, client) = try servers.withClient()
            try client.send(Requests.run(1, "echo"))
            let instance = try #require(client.object()["instance"] as? String)
            try client.send(Requests.other(2, "list", #","instance":"\#(instance)""#))
            #expect(client.replies(1) == ["2 answered"])
            #expect(instances.insert(instance).inserted, "each server is an instance of its own")
        }
    }

    /// A function that was called runs to its end, and the replies to the cancels report how it ended.
    @Test func aCancelThatIsTooLateReportsSuccess() throws {
        let (gate, dialogue, client) = try servers.gated()
        client.roundTrip(Requests.run(1, "echo"))
        #expect(gate.wait(forEntries: 1))
        try client.send(Requests.cancel(2, 1) + Requests.cancel(3, 1))
        try dialogue.connect().roundTrip(Requests.status(1, 1))
        #expect(client.hasReceivedNothing)
        gate.open()
        #expect(client.replies(2) == ["2 success", "3 success"])
    }

    @Test func theRefusalOfAnUnknownNameListsSomeOfManyTypes() {
        let names = (1...1000).map { "type\($0)" }
        let refusal = Refusal.unknownTaskName("tipe1000", known: names, nearest: "type1000")
        #expect(refusal.names == Array(names.prefix(100)) && refusal.nearest == "type1000")
        let shown = names.prefix(20).joined(separator: ", ")
        #expect(
            refusal.message
                == "no task type has the name \"tipe1000\" (did you mean type1000?); there are \(shown), and 980 more")
    }
}
