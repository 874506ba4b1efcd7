import Foundation
import Libuv
import TaskCatalog
import TaskQueue
import Testing
import Wire

@testable import TaskServer

/// A shell script as a command.
private func script(_ text: String, _ change: (inout Command) -> Void = { _ in }) -> TaskType {
    var command = Command(["sh", "-c", text].map { CommandArgument([.literal($0)]) })
    change(&command)
    return TaskType(name: "script", work: .command(command))
}

struct CommandRunTests {
    /// Runs a task to its end.
    ///
    /// - Parameter whenLogged: called with what it has written to its standard error so far, whenever that grows.
    private func outcome(
        of type: TaskType, _ data: String = "", killTime: UInt64 = 5000,
        whenLogged: @escaping (TaskRunner, String) -> Void = { _, _ in }
    ) throws -> Result<String, TaskFailure> {
        prepareProcess()
        let loop = try EventLoop()
        defer { loop.close() }
        let runner = try TaskRunner(on: loop)
        defer { runner.close() }
        var log = ""
        runner.prepare {
            $0.killTime = killTime
            $0.onLog = { [unowned runner] in
                log += String(decoding: $0, as: UTF8.self)
                whenLogged(runner, log)
            }
        }
        var outcome: Result<String, TaskFailure>?
        runner.start(type, for: .first, data: data) { outcome = $0 }
        #expect(outcome == nil, "it is told later, whatever happens")
        loop.run { outcome != nil }
        return try #require(outcome)
    }

    private func failure(
        of type: TaskType, _ data: String = "", killTime: UInt64 = 5000,
        whenLogged: @escaping (TaskRunner, String) -> Void = { _, _ in }
    ) throws -> TaskFailure {
        let outcome = try outcome(of: type, data, killTime: killTime, whenLogged: whenLogged)
        guard case .failure(let failure) = outcome else { throw NoFailure(outcome: outcome) }
        return failure
    }

    private struct NoFailure: Error { let outcome: Result<String, TaskFailure> }

    // MARK: Data and result

    @Test func dataComesInAndTheOutputIsTheResult() throws {
        #expect(try outcome(of: script("tr a-z A-Z"), "hello\n") == .success("HELLO\n"))
    }

    @Test func dataStaysData() throws {
        let evil = "$(touch x) `id` ; | & > < ' \" \\ * ~ {id} \n"
        var arguments = ["printf", "%s|%s|%s", "--", "a{data}b", "{id}"].map { CommandArgument($0) }
        #expect(
            try outcome(of: TaskType(name: "t", work: .command(Command(arguments))), evil) == .success("--|a\(evil)b|1")
        )
        arguments = ["printf", "%s", "--help {data}"].map { CommandArgument($0) }
        #expect(
            try outcome(of: TaskType(name: "t", work: .command(Command(arguments))), evil) == .success("--help \(evil)")
        )
    }

    @Test func muchGoesBothWays() throws {
        let data = String(repeating: "0123456789abcde\n", count: 50_000)
        #expect(try outcome(of: script("cat"), data) == .success(data))
    }

    @Test func anyBytesAsBase64() throws {
        let bytes = [UInt8](0...255)
        let type = script("cat; printf '\\377'") {
            $0.data = .base64
            $0.result = .base64
        }
        #expect(try outcome(of: type, Base64.encode(bytes)) == .success(Base64.encode(bytes + [255])))
    }

    @Test func whoeverDoesNotReadItsDataLosesNothing() throws {
        let data = String(repeating: "x", count: 1_000_000)
        #expect(try outcome(of: script("printf done"), data) == .success("done"))
        #expect(try outcome(of: script("exec <&-; sleep 0.05; printf done"), data) == .success("done"))
    }

    @Test func whoClosesItsPipesEarlyRunsOn() throws {
        #expect(try outcome(of: script("printf said; exec >&- 2>&-; sleep 0.05; exit 0")) == .success("said"))
        #expect(try failure(of: script("exec >&- 2>&-; sleep 0.05; exit 4")).exitStatus == 4)
    }

    // MARK: Failures

    @Test func anExitStatus() throws {
        let failure = try failure(of: script("echo 'no such file' >&2; exit 3"))
        #expect(failure.code == .exit)
        #expect(failure.exitStatus == 3)
        #expect(failure.message == "the command exited with status 3")
        #expect(failure.errorOutput == "no such file\n")
    }

    @Test func aSignal() throws {
        let failure = try failure(of: script("kill -SEGV $$"))
        #expect(failure.code == .signal)
        #expect(failure.signal == 11)
        #expect(failure.message == "the command was ended by signal 11, Segmentation fault")
        #expect(failure.errorOutput == nil)
    }

    @Test func aTimeOut() throws {
        let failure = try failure(of: script("echo begun >&2; sleep 600") { $0.timeout = .milliseconds(50) })
        #expect(failure.code == .timeout)
        #expect(failure.message == "the command ran for longer than its type allows, 50 ms")
        #expect(failure.errorOutput == "begun\n")
        #expect(failure.signal == nil)
    }

    @Test func tooMuchOutput() throws {
        let failure = try failure(of: script("yes") { $0.maximumOutput = 100_000 })
        #expect(failure.code == .outputTooLarge)
        #expect(failure.message == "the command wrote more than 100000 bytes, which is all that its type allows")
    }

    @Test func asMuchOutputAsIsAllowed() throws {
        let type = script("printf 12345") { $0.maximumOutput = 5 }
        #expect(try outcome(of: type) == .success("12345"))
        #expect(try failure(of: script("printf 123456") { $0.maximumOutput = 5 }).code == .outputTooLarge)
    }

    @Test func whatIsNoText() throws {
        #expect(try failure(of: script("printf 'a\\377'")).code == .notUTF8)
    }

    @Test func whatCannotBeStarted() throws {
        var command = Command([CommandArgument([.literal("/nowhere/program")])])
        let failure = try failure(of: TaskType(name: "t", work: .command(command)))
        #expect(failure.code == .spawn)
        #expect(
            failure.message == "the command could not be started: no such file or directory (/nowhere/program)")
        command.directory = "/nowhere"
        #expect(
            try self.failure(of: TaskType(name: "t", work: .command(command))).message
                == "the command could not be started: no such file or directory (/nowhere/program in /nowhere)")
    }

    @Test func theLastWordsAreTheEndOfThem() throws {
        // Two bytes each, so that the first is cut in the middle.
        let failure = try failure(
            of: script("printf x >&2; yes \u{44f} | head -2000 | tr -d '\\n' >&2; printf y >&2; exit 1"))
        #expect(failure.errorOutput == String(repeating: "\u{44f}", count: 511) + "y")
    }

    // MARK: Interruptions

    @Test func anInterruptionAsksFirst() throws {
        let type = script("trap 'echo asked >&2; exit 0' TERM; echo ready >&2; while :; do sleep 0.01; done")
        let failure = try failure(of: type) { runner, log in
            if log == "ready\n" { runner.interrupt(.cancelledRunning) }
        }
        #expect(failure.code == .cancelled)
        #expect(failure.errorOutput == "ready\nasked\n")
    }

    @Test func whoDoesNotListenIsKilled() throws {
        let start = ContinuousClock.now
        let type = script("trap '' TERM; echo ready >&2; while :; do sleep 0.01; done")
        let failure = try failure(of: type, killTime: 50) { runner, _ in runner.interrupt(.cutOff) }
        #expect(failure.code == .shutDown)
        #expect(ContinuousClock.now - start >= .milliseconds(50))
    }

    @Test func theFirstCauseCounts() throws {
        let type = script("trap '' TERM; echo ready >&2; while :; do sleep 0.01; done") {
            $0.timeout = .milliseconds(1)
        }
        let failure = try failure(of: type, killTime: 600_000) { runner, _ in
            runner.interrupt(.cancelledRunning)
            runner.kill()
        }
        #expect([.cancelled, .timeout].contains(failure.code))
    }

    // MARK: Groups

    /// Nothing of a task runs beside the next one.
    @Test func whatIsLeftOfTheGroupIsKilled() throws {
        let outcome = try outcome(of: script("sleep 600 & echo $!"))
        let child = try #require(pid_t(try outcome.get().dropLast()))
        let deadline = ContinuousClock.now + .seconds(20)
        while kill(child, 0) == 0, ContinuousClock.now < deadline { usleep(1000) }
        #expect(kill(child, 0) != 0)
    }

    @Test func childrenThatIgnoreTheSignalAreKilledWithTheFirst() throws {
        let type = script("(trap '' TERM; echo $$ >&2; while :; do sleep 0.01; done) & wait")
        let start = ContinuousClock.now
        #expect(try failure(of: type, killTime: 600_000) { runner, _ in runner.interrupt(.cutOff) }.code == .shutDown)
        #expect(ContinuousClock.now - start < .seconds(60))
    }

    // MARK: The server

    @Test func neverTwoAtOnceOfEitherSort() throws {
        let file = NSTemporaryDirectory() + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: file) }
        var types = [script("mkdir \(file) && sleep 0.005 && rmdir \(file)")]
        types.append(
            TaskType(name: "function", delay: .zero) { _ in
                try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
                try FileManager.default.removeItem(atPath: file)
                return ""
            })
        let dialogue = try Dialogue(types: types)
        let clients = try (1...3).map { _ in try dialogue.connect() }
        for client in clients {
            for name in ["script", "function"] {
                try client.send(String(repeating: #"{"type":"run","task_name":"\#(name)","data":""}"#, count: 10))
            }
        }
        dialogue.wait("all tasks") { dialogue.server.queue.counts.succeeded == 60 }
        dialogue.end()
    }

    /// One after the other, without a word to the loop in between, they would take its stack, and everybody's time.
    @Test func manyThatDoNotStart() throws {
        let command = Command([CommandArgument([.literal("/nowhere/program")])])
        let dialogue = try Dialogue(types: [TaskType(name: "t", work: .command(command))])
        let client = try dialogue.connect()
        try client.send(String(repeating: #"{"type":"run","task_name":"t","data":""}"#, count: 500))
        dialogue.wait("all tasks") { dialogue.server.queue.counts.failed == 500 }
        dialogue.end()
    }
}
