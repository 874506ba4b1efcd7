import Foundation
import Libuv
import ProcessTree
import TaskCore
import TaskQueue
import TestServers
import Testing

@testable import TaskServer

struct CommandRunTests {
    private let servers = Servers()

    // MARK: Data and result

    /// What shells, terminals and programs could take for something else than text.
    @Test(arguments: [
        "", "a b\n", "; touch trace", "$(touch trace)", "`touch trace`", "| & > <", "*", "~", "$HOME", "%s%n", "'\"\\",
        "!!", "#", "{data}{id}", "--", "--version", "\u{1}\u{1B}[31m", "a\u{301} 👩‍👩‍👧", "\u{feff}\u{2028}",
    ]) func dataIsNeverInterpreted(data: String) throws {
        #expect(try TaskTrial.outcome(of: script("cat"), data) == .success(data))
        let arguments = command(["printf", "%s|", "--", "{data}", "a{data}{data}", "{id}"])
        #expect(try TaskTrial.outcome(of: arguments, data) == .success("--|\(data)|a\(data)\(data)|1|"))
        let both = command(["sh", "-c", "printf '%s|' \"$1\"; cat", "--", "{data}"])
        #expect(try TaskTrial.outcome(of: both, data) == .success("\(data)|\(data)"))
    }

    @Test func aCommandTurnsDataIntoItsResult() throws {
        let data = String(repeating: "0123456789abcde\n", count: 60_000)
        let bytes = [UInt8](0...255)
        let argument = String(repeating: "x", count: CommandArgument.longest - 1)
        let binary = script("cat; printf '\\377'") {
            $0.data = .base64
            $0.result = .base64
        }
        for (type, data, result) in [
            (script("cat"), data, data), (script("tee /dev/stderr"), data, data),
            (binary, Base64.encode(bytes), Base64.encode(bytes + [255])),
            (command(["printf", "%s", "y{data}"]), argument, "y" + argument),
            // Much of the data is not read.
            (script("printf done"), data, "done"), (script("head -c 5"), data, "01234"),
            // The limit of the output is inclusive.
            (script("printf 12345") { $0.maximumOutput = 5 }, "", "12345"),
        ] {
            #expect(try TaskTrial.outcome(of: type, data) == .success(result))
        }
    }

    /// A variable of the server itself would pretend that somebody submitted the task.
    @Test(arguments: [nil, 0, 1000] as [UInt32?]) func aCommandIsToldWhoSubmittedItsTask(user: UInt32?) throws {
        let loop = try EventLoop()
        let context = try CommandContext(on: loop)
        var command = Command([CommandArgument("true")])
        command.environment = ["LANG": "C.UTF-8"]
        var environment = ProcessEnvironment(changing: command.environment)
        environment["UV_TASK_SUBMITTER"] = user.map { "\($0)" }
        let submitter = user.map { UserID(rawValue: $0) }
        #expect(context.program(command, ["true"], submitter: submitter).environment == environment)
        context.close()
        loop.run()
        loop.close()
    }

    // MARK: Failures

    private static func notStarted(_ reason: String) -> TaskFailure {
        TaskFailure(.spawn, "the command could not be started: \(reason)")
    }

    @Test(
        arguments: [
            (script("echo 'no such file' >&2; exit 3"), .exited(status: 3), "no such file\n"),
            (script("exit 255"), .exited(status: 255), nil),
            (script("kill -SEGV $$"), .ended(bySignal: 11, named: "Segmentation fault"), nil),
            (script("kill -TERM $$"), .ended(bySignal: 15, named: "Terminated"), nil),
            (script("exec sleep 1000000") { $0.timeout = .milliseconds(1) }, .timedOut(after: .milliseconds(1)), nil),
            (script("yes") { $0.maximumOutput = 100_000 }, .outputTooLarge(limit: 100_000), nil),
            // Bytes are counted, not characters.
            (script("printf яяя") { $0.maximumOutput = 5 }, .outputTooLarge(limit: 5), nil),
            (script("printf 'a\\377'"), .outputNotUTF8, nil),
            // The last characters have two bytes, so that the first one is cut in the middle.
            (
                script("yes \u{44f} | head -2000 | tr -d '\\n' >&2; printf '\\377' >&2; exit 1"), .exited(status: 1),
                String(repeating: "\u{44f}", count: 511) + "\u{FFFD}"
            ),
            (command(["/nowhere/program"]), notStarted("no such file or directory (/nowhere/program)"), nil),
            (command(["no-such-program"]), notStarted("no such file or directory (no-such-program)"), nil),
            (
                command(["true"]) { $0.directory = "/nowhere" },
                notStarted("no such file or directory (true in /nowhere)"), nil
            ),
            (command(["/etc/passwd"]), notStarted("permission denied (/etc/passwd)"), nil),
            (command(["/"]), notStarted("permission denied (/)"), nil),
        ] as [(TaskType, TaskFailure, String?)])
    func aFailureSaysWhyTheCommandFailed(type: TaskType, failure: TaskFailure, errorOutput: String?) throws {
        var expected = failure
        expected.errorOutput = errorOutput
        #expect(try TaskTrial.failure(of: type) == expected)
    }

    /// The loop reads 16 bytes at a time and learns of the end before it has read all.
    @Test func theOutputLimitHoldsForWhatIsReadAfterTheEnd() throws {
        prepareProcess()
        let loop = try EventLoop(readSize: 16)
        let runner = try TaskRunner(on: loop)
        let process = temporaryPath()
        let type = script("head -c 20000 /dev/zero; echo $$ >\(process)") { $0.maximumOutput = 10000 }
        var outcome: Result<String, TaskFailure>?
        runner.start(type, for: .first, data: "", submitter: nil) { outcome = $0 }
        func contents(_ file: String) -> String { (try? String(contentsOfFile: file, encoding: .utf8)) ?? "" }
        // The shell has ended, and the loop has not noticed it.
        while !contents("/proc/\(contents(process).dropLast())/stat").contains(") Z ") {}
        loop.run { outcome != nil }
        let failure = #expect(throws: TaskFailure.self) { try outcome?.get() }
        #expect(failure?.code == .outputTooLarge)
        runner.close()
        loop.close()
        try FileManager.default.removeItem(atPath: process)
    }

    // MARK: With a server

    @Test func aCommandMayCloseItsStreamsEarly() throws {
        let go = temporaryPath()
        defer { try? FileManager.default.removeItem(atPath: go) }
        let type = script("echo $$ >&2; exec <&- >&- 2>&-; until [ -e \(go) ]; do sleep 0.01; done; exit 7")
        let (dialogue, client) = try servers.withClient(types: [type])
        let data = String(repeating: "x", count: 900_000)
        try client.send(Requests.run(1, "script", data) + Requests.log(2, 1, Requests.wait))
        _ = client.line()
        let process = try #require(client.object()["text"] as? String).dropLast()
        dialogue.wait("closed streams") {
            (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd")) == []
        }
        try client.send(Legacy.status(1))
        client.expect(#"{"status":"execute"}"#)
        #expect(FileManager.default.createFile(atPath: go, contents: nil))
        try client.send(Requests.result(3, 1, Requests.wait))
        #expect((client.object()["failure"] as? [String: Any])?["exit_status"] as? Int == 7)
    }

    @Test func aCommandHasTheConfiguredTimeToEnd() throws {
        let (dialogue, client) = try servers.withClient(types: [script("sleep 1000000")]) { $0.killTime = 123 }
        client.roundTrip(Requests.run(1, "script"))
        #expect(dialogue.server.scheduler.runner.run?.patience == 123)
    }

    @Test func theUserOfTheConnectionIsTheSubmitter() throws {
        let dialogue = try servers.start(types: [script("printf ${UV_TASK_SUBMITTER-none}")])
        for (id, user, result) in [(1, UserID(rawValue: 1000), "1000"), (2, nil, "none")] {
            let client = try dialogue.connect(as: user)
            try client.send(Requests.run(1, "script") + Requests.result(2, id, Requests.wait))
            _ = client.line()
            #expect(client.replies(1) == ["2 success \(result)"])
        }
    }

    @Test func commandsAndFunctionsNeverOverlap() throws {
        let file = temporaryPath()
        defer { try? FileManager.default.removeItem(atPath: file) }
        let function = TaskType(name: "function", delay: .zero) { _ in
            try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
            try FileManager.default.removeItem(atPath: file)
            return ""
        }
        let (dialogue, client) = try servers.withClient(types: [script("mkdir \(file) && rmdir \(file)"), function])
        let runs = Legacy.run("script") + Legacy.run("function")
        try client.send(String(repeating: runs, count: 20))
        dialogue.wait("all tasks") { dialogue.server.queue.counts.succeeded == 40 }
    }

    /// Without a loop iteration between failed starts, each would start the next one from within its own start.
    @Test func manyFailedStartsDoNotExhaustTheStack() throws {
        let (dialogue, client) = try servers.withClient(types: [command(["/nowhere/program"])])
        try client.send(String(repeating: Legacy.run("script"), count: 500))
        dialogue.wait("all tasks") { dialogue.server.queue.counts.failed == 500 }
    }
}
