import TaskCore
import TaskQueue
import Testing

@testable import TaskServer

/// Requests for tasks that are commands.
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

    @Test func dataAndResultsMayBeBase64() throws {
        let dialogue = try Dialogue(types: [bytes])
        let client = try dialogue.connect()
        try client.send(Requests.run(1, "bytes", "AP8=") + Requests.result(2, 1) + Requests.result(3, 1, Requests.wait))
        _ = client.line()
        client.expect(
            #"{"seq":2,"status":"execute","data":null}"#,
            #"{"seq":3,"status":"success","data":"AP8=","encoding":"base64"}"#)
        try client.send(#"{"type":"get_result","task_id":1}"#)
        client.expect(#"{"status":"success","data":"AP8="}"#)
        dialogue.end()
    }

    @Test func theRefusalOfAnUnknownNameListsSomeOfManyTypes() throws {
        let dialogue = try Dialogue(types: (1...1000).map { type("type\($0)", ["true"]) })
        let client = try dialogue.connect()
        try client.send(Requests.run(1, "tipe1000", ""))
        let error = try #require(client.object()["error"] as? [String: Any])
        #expect(error["names"] as? [String] == (1...100).map { "type\($0)" })
        #expect(error["nearest"] as? String == "type1000")
        let shown = (1...20).map { "type\($0)" }.joined(separator: ", ")
        #expect(
            error["message"] as? String
                == "no task type has the name \"tipe1000\" (did you mean type1000?); there are \(shown), and 980 more")
        dialogue.end()
    }

    @Test func dataThatATypeDoesNotAcceptIsRefused() throws {
        let dialogue = try Dialogue(types: [bytes, type("say", ["printf", "%s", "x{data}"])])
        let client = try dialogue.connect()
        let long = String(repeating: "x", count: CommandArgument.longest)
        try client.send(
            Requests.run(1, "bytes", "no base64") + Requests.run(2, "say", "a\\u0000b") + Requests.run(3, "say", long))
        for (seq, words) in [(1, "base64"), (2, "U+0000"), (3, "131070 bytes")] {
            let object = client.object()
            let error = object["error"] as? [String: Any]
            #expect(object["seq"] as? Int == seq && error?["code"] as? String == "bad_data")
            #expect((error?["message"] as? String)?.contains(words) == true)
        }
        for data in [#""no base64""#, #""AP8""#] {
            let legacy = try dialogue.connect()
            try legacy.send(#"{"type":"run","task_name":"bytes","data":\#(data)}"#)
            legacy.expectClosed()
        }
        try client.send(Requests.other(4, "stats"))
        let statistics = client.object()
        #expect(statistics["submitted"] as? Int == 0 && statistics["closed_for_errors"] as? Int == 2)
        #expect((statistics["refused"] as? [String: Int])?["bad_data"] == 5)
        try client.send(Requests.run(5, "say", String(long.dropLast())) + Requests.result(6, 1, Requests.wait))
        #expect(client.object()["task_id"] as? Int == 1)
        #expect((client.object()["data"] as? String)?.utf8.count == CommandArgument.longest)
        dialogue.end()
    }

    @Test func aFailureReportsExitStatusAndErrorOutput() throws {
        let dialogue = try Dialogue(types: [type("fail", ["sh", "-c", "echo no luck >&2; exit 3"])])
        let client = try dialogue.connect()
        try client.send(Requests.run(1, "fail") + Requests.log(2, 1, Requests.wait))
        _ = client.line()
        // The end may be reported with the text or later.
        let log = client.object()
        #expect(log["text"] as? String == "no luck\n" && log["offset"] as? Int == 8)
        try client.send(Requests.result(3, 1, Requests.wait))
        let result = client.object()
        let failure = result["failure"] as? [String: Any]
        #expect(result["status"] as? String == "error" && failure?["code"] as? String == "exit")
        #expect(failure?["exit_status"] as? Int == 3 && failure?["stderr"] as? String == "no luck\n")
        try client.send(Requests.log(4, 1, offset: 3))
        client.expect(#"{"seq":4,"text":"luck\n","offset":8,"ended":true}"#)
        #expect(dialogue.server.queue.counts.heldBytes == 16)
        dialogue.end()
    }

    @Test func infoDescribesTheTypes() throws {
        let picture = type("picture", ["cat"]) { $0.data = .base64 }
        let hash = type("hash", ["cat"]) {
            $0.result = .base64
            $0.expected = .seconds(2)
        }
        let dialogue = try Dialogue(timeScale: 0.5, types: [picture, hash, TaskType.builtIn[1]])
        let client = try dialogue.connect()
        try client.send(Requests.other(1, "info"))
        let line = try #require(client.line())
        let types =
            #""task_types":[{"name":"picture","delay_ms":0,"command":true,"description":"Does picture","data":"base64"},"#
            + #"{"name":"hash","delay_ms":0,"command":true,"usual_ms":2000,"description":"Does hash","result":"base64"},"#
            + #"{"name":"revers","delay_ms":1000,"usual_ms":1000}]"#
        #expect(line.contains(types), "\(line)")
        dialogue.end()
    }

    @Test func theUsualDurationFollowsSuccessfulRuns() throws {
        let nap = type("nap", ["sh", "-c", "sleep 0.05; exit {data}"]) { $0.expected = .seconds(60) }
        let dialogue = try Dialogue(types: [nap, type("sleep", ["sleep", "{data}"])])
        func usualDuration(_ type: UInt16) -> Int? {
            dialogue.server.queue.usualDuration(of: TaskTypeIndex(rawValue: type))
        }
        let client = try dialogue.connect()
        for (id, exitStatus) in zip(1..., [0, 1, 0, 1, 0]) {
            #expect(usualDuration(0) == 60_000 && usualDuration(1) == nil)
            try client.send(Requests.run(1, "nap", "\(exitStatus)") + Requests.status(2, id, Requests.wait))
            #expect((client.object()["eta_ms"] as? Int ?? 0) > 50_000)
            #expect(client.object()["status"] as? String == (exitStatus == 0 ? "success" : "error"))
        }
        #expect((50..<60_000).contains(try #require(usualDuration(0))))
        // A cancelled task does not count.
        try client.send(Requests.run(3, "sleep", "100") + Requests.cancel(4, 6))
        #expect(client.object()["eta_ms"] == nil)
        #expect(client.object()["status"] as? String == "error")
        #expect(usualDuration(1) == nil)
        dialogue.end()
    }

    /// A retry is then recommended after a second.
    @Test func anUnknownDurationIsNotReported() throws {
        let dialogue = try Dialogue(types: [type("sleep", ["sleep", "100"])] + TaskType.builtIn) {
            $0.limits.queued = 1
        }
        let client = try dialogue.connect()
        try client.send(
            Requests.run(1, "sleep") + Requests.run(2, "echo") + Requests.run(3, "echo") + Requests.status(4, 2))
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
