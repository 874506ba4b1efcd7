import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import uv_task

extension CommandTests {
    final class ServerCommandsTests {
        let server = LiveServer(types)
        var harness: CommandHarness

        init() { harness = CommandHarness(server) }
        deinit { server.end() }

        @Test func statsAndInfo() {
            let stats = harness.perform("stats")
            #expect(stats.output.hasPrefix("uptime ") && stats.code == 0 && stats.errors.isEmpty)
            #expect(harness.perform("info").output.hasPrefix("name "))
            let info = harness.perform("info", "--json").output
            #expect(info.hasPrefix("{\"name\":\"uv-taskd\",") && info.hasSuffix("}\n"))
        }

        @Test func theListIsATable() {
            #expect(harness.perform("list") == CommandOutcome(""))
            harness.errorSize = CommandHarness.terminal
            #expect(harness.perform("list") == CommandOutcome("", "no tasks\n"))
            _ = harness.perform("run", "echo", "", "--wait")
            _ = harness.perform("run", "bad", "", "--wait")
            let lines = harness.perform("list").output.split(separator: "\n")
            #expect(lines.count == 3 && lines[0].hasPrefix("ID  STATUS"))
            #expect(harness.perform("list", "--status", "error").output.split(separator: "\n").count == 2)
            harness.outputSize = CommandHarness.terminal
            #expect(harness.perform("list").output.contains("\u{1B}[31m"))
            harness.environment = ["NO_COLOR": "1"]
            #expect(!harness.perform("list").output.contains("\u{1B}"))
            harness.environment = ["TERM": "dumb"]
            #expect(!harness.perform("list").output.contains("\u{1B}"))
        }

        @Test func aLongListArrivesInParts() {
            harness.input = [bytes(String(repeating: "x\n", count: 1200))]
            _ = harness.perform("run", "echo", "--each-line")
            func count(_ last: Int) -> Int {
                harness.perform("list", "--last", "\(last)").output.split(separator: "\n").count - 1
            }
            #expect(count(20) == 20)
            #expect(count(1100) == 1100)
            #expect(count(5000) == 1200)
            #expect(harness.perform("list", "--last", "1100", "--json").output.split(separator: "\n").count == 2)
            harness.errorSize = CommandHarness.terminal
            #expect(harness.perform("list", "--last", "20").errors.hasPrefix("the newest 20; --last 200 shows more"))
            #expect(harness.perform("list", "--last", "1200").errors == "")
        }

        @Test func aShortPartIsNotTheEnd() {
            let server = FakeServer([
                .answer("{\"seq\":1,\"tasks\":[],\"next\":900}\n"),
                .answer("{\"seq\":2,\"tasks\":[{\"task_id\":7,\"status\":\"success\"}],\"next\":3}\n"),
            ])
            let ran = CommandHarness(server).perform("list", "--status", "success", "--last", "1")
            #expect(ran.output.split(separator: "\n").count == 2)
            #expect(
                server.received == """
                    {"seq":1,"type":"list","status":"success","limit":1}
                    {"seq":2,"type":"list","status":"success","before":900,"limit":1}

                    """)
        }

        @Test(arguments: [
            "{\"seq\":2,\"tasks\":[],\"next\":5}", "{\"seq\":2,\"tasks\":[],\"next\":6}",
            "{\"seq\":2,\"tasks\":[{\"task_id\":5,\"status\":\"success\"}]}",
        ]) func aListWhoseIDsDoNotFallIsForeign(part: String) {
            let server = FakeServer([
                .answer("{\"seq\":1,\"tasks\":[{\"task_id\":5,\"status\":\"success\"}],\"next\":5}\n"),
                .answer(part + "\n"), .close,
            ])
            let ran = CommandHarness(server).perform("list")
            #expect(ran.output.isEmpty && ran.code == 6)
            #expect(ran.errors.contains("is not uv-taskd: a list "))
        }

        @Test func aRefusal() {
            let server = FakeServer([.answer("{\"error\":{\"code\":\"draining\",\"message\":\"\"}}\n")])
            let ran = CommandHarness(server).perform("stats", "--json")
            #expect(
                ran
                    == CommandOutcome(
                        "{\"error\":{\"code\":\"draining\",\"message\":\"\"}}\n",
                        "uv-task: draining; try again when it runs again\n", 5))
        }
    }
}
