import TestServers
import Testing

@testable import uv_task

final class ServerCommandsTests {
    let server = LiveServer(types)
    var harness: CommandHarness

    init() { harness = CommandHarness(server) }
    deinit { server.end() }

    @Test func statsAndInfoPrintTheReply() {
        #expect(harness.perform("stats").output.hasPrefix("uptime "))
        #expect(harness.perform("info").output.hasPrefix("name "))
        let info = harness.perform("info --json").output
        #expect(info.hasPrefix("{\"name\":\"uv-taskd\",") && info.hasSuffix("}\n"))
    }

    @Test(arguments: ["", " --json"]) func aForeignUserIsRefused(option: String) {
        let reply = #"{"error":{"code":"not_allowed","message":"only user 7 may use it"}}"# + "\n"
        CommandHarness(.greet(reply), .close)
            .expect("info\(option)", option.isEmpty ? "" : reply, says: "only user 7 may use it", code: 5)
    }

    @Test func theProxyNeedsNoTerminal() {
        harness.isTyped = true
        let ran = harness.perform("proxy")
        #expect(ran.code == 64 && ran.errors.hasPrefix("uv-task: proxy passes a program's input to the server"))
    }

    // MARK: list

    @Test func theListIsATable() {
        harness.expect("list")
        harness.errorSize = CommandHarness.terminal
        #expect(harness.perform("list") == CommandOutcome("", "no tasks\n"))
        _ = harness.perform("run echo x --wait")
        _ = harness.perform("run bad x --wait")
        let list = harness.perform("list").output
        #expect(list.hasPrefix("ID  STATUS") && list.lineCount == 3)
        #expect(harness.perform("list --status error").output.lineCount == 2)
        harness.outputSize = CommandHarness.terminal
        for (environment, hasColors) in [
            ([:], true), (["NO_COLOR": ""], true), (["NO_COLOR": "1"], false), (["TERM": "dumb"], false),
        ] {
            harness.environment = environment
            #expect(harness.perform("list").output.contains("\u{1B}[31m") == hasColors)
        }
    }

    @Test func theListNamesOtherUsers() {
        let tasks = #""tasks":[{"task_id":1,"status":"success","submitted_by":{"uid":1000}}]"#
        harness = CommandHarness(FakeServer(connections: [[.answer(reply(1, tasks))], [.answer(reply(1, tasks))]]))
        harness.userNames = [1000: "alice"]
        let lines = harness.perform("list").output.split(separator: "\n")
        #expect(lines[0].hasPrefix("ID  STATUS   TYPE  USER ") && lines[1].hasPrefix(" 1  success  -     alice "))
        harness.expect("list --json", "{\(tasks)}\n")
    }

    @Test func aLongListArrivesInParts() {
        harness.input = [bytes(String(repeating: "x\n", count: 1200))]
        _ = harness.perform("run echo --each-line")
        for (option, count) in [("", 20), (" --last 1100", 1100), (" --last 5000", 1200)] {
            let rows = harness.perform("list\(option)").output.split(separator: "\n").dropFirst()
            let ids = rows.compactMap { $0.split(separator: " ").first.flatMap { Int($0) } }
            #expect(ids == (1...1200).suffix(count).reversed())
        }
        #expect(harness.perform("list --last 1100 --json").output.lineCount == 2)
        harness.errorSize = CommandHarness.terminal
        #expect(harness.perform("list").errors.hasPrefix("the newest 20; --last 200 shows more"))
        #expect(harness.perform("list --last 1200").errors == "")
    }

    @Test func aShortPartIsNotTheEnd() {
        let server = FakeServer([
            .answer(reply(1, #""tasks":[],"next":900"#)),
            .answer(reply(2, #""tasks":[{"task_id":7,"status":"success"}],"next":3"#)),
        ])
        #expect(CommandHarness(server).perform("list --status success --last 1").output.lineCount == 2)
        #expect(
            server.received == """
                {"seq":1,"type":"list","status":"success","limit":1}
                {"seq":2,"type":"list","status":"success","before":900,"limit":1}

                """)
    }

    @Test(arguments: [
        #""tasks":[],"next":5"#, #""tasks":[],"next":6"#, #""tasks":[{"task_id":5,"status":"success"}]"#,
    ]) func aListWhoseIDsDoNotFallIsForeign(part: String) {
        let first = #""tasks":[{"task_id":5,"status":"success"}],"next":5"#
        let ran = CommandHarness(.answer(reply(1, first)), .answer(reply(2, part)), .close).perform("list")
        #expect(ran.output.isEmpty && ran.code == 6 && ran.errors.contains("is not uv-taskd: a list "))
    }
}
