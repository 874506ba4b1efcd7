import TaskCore
import TaskProtocol
import TaskQueue
import Testing

@testable import TaskServer

/// What clients see of tasks that are commands.
struct CommandRequestTests {
    private func type(_ name: String, _ arguments: [String], _ change: (inout Command) -> Void = { _ in }) -> TaskType {
        var command = Command(arguments.map { CommandArgument($0) })
        change(&command)
        return TaskType(name: name, description: "Does \(name)", work: .command(command))
    }

    private var bytes: TaskType {
        type("bytes", ["cat"]) {
            $0.data = .base64
            $0.result = .base64
        }
    }

    @Test func bytesComeAndGoAsBase64() throws {
        let dialogue = try Dialogue(types: [bytes])
        let client = try dialogue.connect()
        try client.send(Numbered.run(1, "bytes", "AP8=") + Numbered.result(2, 1) + Numbered.result(3, 1, Numbered.wait))
        _ = client.line()
        client.expect(
            #"{"seq":2,"status":"execute","data":null}"#,
            #"{"seq":3,"status":"success","data":"AP8=","encoding":"base64"}"#)
        try client.send(#"{"type":"get_result","task_id":1}"#)
        client.expect(#"{"status":"success","data":"AP8="}"#)
        dialogue.end()
    }

    /// What is answered does not grow with what there is.
    @Test func anUnknownNameAmongAThousandTypes() throws {
        let dialogue = try Dialogue(types: (1...1000).map { type("type\($0)", ["true"]) })
        let client = try dialogue.connect()
        try client.send(Numbered.run(1, "tipe1000", ""))
        let error = try #require(client.object()["error"] as? [String: Any])
        #expect(error["names"] as? [String] == (1...100).map { "type\($0)" })
        #expect(error["nearest"] as? String == "type1000")
        let shown = (1...20).map { "type\($0)" }.joined(separator: ", ")
        #expect(
            error["message"] as? String
                == "no task type has the name \"tipe1000\" (did you mean type1000?); there are \(shown), and 980 more")
        dialogue.end()
    }

    /// Nothing is queued; a classic request ends its connection.
    @Test func dataThatATypeDoesNotTakeIsRefused() throws {
        let dialogue = try Dialogue(types: [bytes, type("say", ["printf", "%s", "x{data}"])])
        let client = try dialogue.connect()
        let long = String(repeating: "x", count: CommandArgument.longest)
        try client.send(
            Numbered.run(1, "bytes", "no base64") + Numbered.run(2, "say", "a\\u0000b") + Numbered.run(3, "say", long))
        for (seq, words) in [(1, "base64"), (2, "U+0000"), (3, "at most 131070 bytes")] {
            let object = client.object()
            let error = object["error"] as? [String: Any]
            #expect(object["seq"] as? Int == seq && error?["code"] as? String == "bad_data")
            #expect((error?["message"] as? String)?.contains(words) == true)
        }
        for data in [#""no base64""#, #""AP8""#] {
            let classic = try dialogue.connect()
            try classic.send(#"{"type":"run","task_name":"bytes","data":\#(data)}"#)
            classic.expectClosed()
        }
        try client.send(Numbered.ask(4, "stats"))
        let statistics = client.object()
        #expect(statistics["submitted"] as? Int == 0 && statistics["closed_for_errors"] as? Int == 2)
        #expect((statistics["refused"] as? [String: Int])?["bad_data"] == 5)
        try client.send(Numbered.run(5, "say", String(long.dropLast())) + Numbered.result(6, 1, Numbered.wait))
        #expect(client.object()["task_id"] as? Int == 1)
        #expect((client.object()["data"] as? String)?.utf8.count == CommandArgument.longest)
        dialogue.end()
    }

    @Test func aFailureTellsOfTheCommand() throws {
        let dialogue = try Dialogue(types: [type("fail", ["sh", "-c", "echo no luck >&2; exit 3"])])
        let client = try dialogue.connect()
        try client.send(Numbered.run(1, "fail") + Numbered.log(2, 1, Numbered.wait))
        _ = client.line()
        // Whether the end comes with the text depends on who is faster.
        let log = client.object()
        #expect(log["text"] as? String == "no luck\n" && log["offset"] as? Int == 8)
        try client.send(Numbered.result(3, 1, Numbered.wait))
        let result = client.object()
        let failure = result["failure"] as? [String: Any]
        #expect(result["status"] as? String == "error" && failure?["code"] as? String == "exit")
        #expect(failure?["exit_status"] as? Int == 3 && failure?["stderr"] as? String == "no luck\n")
        try client.send(Numbered.log(4, 1, offset: 3))
        client.expect(#"{"seq":4,"text":"luck\n","offset":8,"ended":true}"#)
        #expect(dialogue.server.queue.counts.heldBytes == 16)
        dialogue.end()
    }

    @Test func theTypesAreDescribed() throws {
        let picture = type("picture", ["cat"]) { $0.data = .base64 }
        let hash = type("hash", ["cat"]) {
            $0.result = .base64
            $0.expected = .seconds(2)
        }
        let dialogue = try Dialogue(timeScale: 0.5, types: [picture, hash, TaskType.builtIn[1]])
        let client = try dialogue.connect()
        try client.send(Numbered.ask(1, "info"))
        let line = try #require(client.line())
        let types =
            #""task_types":[{"name":"picture","delay_ms":0,"command":true,"description":"Does picture","data":"base64"},"#
            + #"{"name":"hash","delay_ms":0,"command":true,"usual_ms":2000,"description":"Does hash","result":"base64"},"#
            + #"{"name":"revers","delay_ms":1000,"usual_ms":1000}]"#
        #expect(line.contains(types), "\(line)")
        dialogue.end()
    }

    /// What a type usually takes is what its runs took that succeeded.
    @Test func runsTellHowLongATypeTakes() throws {
        let nap = type("nap", ["sh", "-c", "sleep 0.05; exit {data}"]) { $0.expected = .seconds(60) }
        let dialogue = try Dialogue(types: [nap, type("sleep", ["sleep", "{data}"])])
        let client = try dialogue.connect()
        for (id, exitStatus) in zip(1..., [0, 1, 0, 1, 0]) {
            #expect(dialogue.server.durations.all == [60_000, nil])
            try client.send(Numbered.run(1, "nap", "\(exitStatus)") + Numbered.status(2, id, Numbered.wait))
            #expect((client.object()["eta_ms"] as? Int ?? 0) > 50_000)
            #expect(client.object()["status"] as? String == (exitStatus == 0 ? "success" : "error"))
        }
        #expect((50..<10_000).contains(dialogue.server.durations.all[0] ?? 0))
        // A task that was cancelled tells nothing.
        try client.send(Numbered.run(3, "sleep", "100") + Numbered.cancel(4, 6))
        #expect(client.object()["eta_ms"] == nil)
        #expect(client.object()["status"] as? String == "error")
        #expect(dialogue.server.durations.all[1] == nil)
        dialogue.end()
    }

    /// Where nobody knows how long it takes, no time is told; and to come back after, a second.
    @Test func whatIsNotKnownIsNotTold() throws {
        let dialogue = try Dialogue(types: [type("sleep", ["sleep", "100"])] + TaskType.builtIn) {
            $0.maximumQueued = 1
        }
        let client = try dialogue.connect()
        try client.send(
            Numbered.run(1, "sleep") + Numbered.run(2, "echo") + Numbered.run(3, "echo") + Numbered.status(4, 2))
        let running = client.object()
        #expect(running["position"] as? Int == 0 && running["eta_ms"] == nil)
        let waiting = client.object()
        #expect(waiting["position"] as? Int == 1 && waiting["eta_ms"] == nil)
        let error = client.object()["error"] as? [String: Any]
        #expect(error?["code"] as? String == "queue_full" && error?["retry_after_ms"] as? Int == 1000)
        let status = client.object()
        #expect(status["position"] as? Int == 1 && status["eta_ms"] == nil)
        dialogue.end()
    }
}
