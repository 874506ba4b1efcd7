import Foundation
import Libuv
import TaskCore
import TaskProtocol
import TaskQueue
import Testing

@testable import TaskServer

struct CommandRunTests {
    // MARK: Data and result

    @Test func dataComesInAndTheOutputIsTheResult() throws {
        #expect(try CommandTrial.outcome(of: script("tr a-z A-Z"), "hello\n") == .success("HELLO\n"))
    }

    @Test func dataStaysData() throws {
        let evil = "$(touch x) `id` ; | & > < ' \" \\ * ~ {id} \n"
        var arguments = ["printf", "%s|%s|%s", "--", "a{data}b", "{id}"].map { CommandArgument($0) }
        #expect(
            try CommandTrial.outcome(of: TaskType(name: "t", work: .command(Command(arguments))), evil)
                == .success("--|a\(evil)b|1")
        )
        arguments = ["printf", "%s", "--help {data}"].map { CommandArgument($0) }
        #expect(
            try CommandTrial.outcome(of: TaskType(name: "t", work: .command(Command(arguments))), evil)
                == .success("--help \(evil)")
        )
    }

    @Test func muchGoesBothWays() throws {
        let data = String(repeating: "0123456789abcde\n", count: 50_000)
        #expect(try CommandTrial.outcome(of: script("cat"), data) == .success(data))
    }

    @Test func anyBytesAsBase64() throws {
        let bytes = [UInt8](0...255)
        let type = script("cat; printf '\\377'") {
            $0.data = .base64
            $0.result = .base64
        }
        #expect(try CommandTrial.outcome(of: type, Base64.encode(bytes)) == .success(Base64.encode(bytes + [255])))
    }

    @Test func whoeverDoesNotReadItsDataLosesNothing() throws {
        let data = String(repeating: "x", count: 1_000_000)
        #expect(try CommandTrial.outcome(of: script("printf done"), data) == .success("done"))
        #expect(try CommandTrial.outcome(of: script("exec <&-; sleep 0.05; printf done"), data) == .success("done"))
    }

    @Test func whoClosesItsPipesEarlyRunsOn() throws {
        #expect(
            try CommandTrial.outcome(of: script("printf said; exec >&- 2>&-; sleep 0.05; exit 0")) == .success("said"))
        #expect(try CommandTrial.failure(of: script("exec >&- 2>&-; sleep 0.05; exit 4")).exitStatus == 4)
    }

    // MARK: Failures

    @Test func anExitStatus() throws {
        let failed = try CommandTrial.failure(of: script("echo 'no such file' >&2; exit 3"))
        #expect(failed.code == .exit)
        #expect(failed.exitStatus == 3)
        #expect(failed.message == "the command exited with status 3")
        #expect(failed.errorOutput == "no such file\n")
    }

    @Test func aSignal() throws {
        let failed = try CommandTrial.failure(of: script("kill -SEGV $$"))
        #expect(failed.code == .signal)
        #expect(failed.signal == 11)
        #expect(failed.message == "the command was ended by signal 11, Segmentation fault")
        #expect(failed.errorOutput == nil)
    }

    @Test func aTimeOut() throws {
        let failed = try CommandTrial.failure(
            of: script("echo begun >&2; sleep 600") { $0.timeout = .milliseconds(50) })
        #expect(failed.code == .timeout)
        #expect(failed.message == "the command ran for longer than the timeout of its type, 50 ms")
        #expect(failed.errorOutput == "begun\n")
        #expect(failed.signal == nil)
    }

    @Test func tooMuchOutput() throws {
        let failed = try CommandTrial.failure(of: script("yes") { $0.maximumOutput = 100_000 })
        #expect(failed.code == .outputTooLarge)
        #expect(
            failed.message == "the command wrote more than 100000 bytes, which is all that its type allows (max_output)"
        )
    }

    @Test func asMuchOutputAsIsAllowed() throws {
        let type = script("printf 12345") { $0.maximumOutput = 5 }
        #expect(try CommandTrial.outcome(of: type) == .success("12345"))
        #expect(try CommandTrial.failure(of: script("printf 123456") { $0.maximumOutput = 5 }).code == .outputTooLarge)
    }

    @Test func whatIsNoText() throws {
        #expect(try CommandTrial.failure(of: script("printf 'a\\377'")).code == .notUTF8)
    }

    @Test func whatCannotBeStarted() throws {
        var command = Command([CommandArgument([.literal("/nowhere/program")])])
        let failed = try CommandTrial.failure(of: TaskType(name: "t", work: .command(command)))
        #expect(failed.code == .spawn)
        #expect(
            failed.message == "the command could not be started: no such file or directory (/nowhere/program)")
        command.directory = "/nowhere"
        #expect(
            try CommandTrial.failure(of: TaskType(name: "t", work: .command(command))).message
                == "the command could not be started: no such file or directory (/nowhere/program in /nowhere)")
    }

    @Test func theLastWordsAreTheEndOfThem() throws {
        // Two bytes each, so that the first is cut in the middle.
        let failed = try CommandTrial.failure(
            of: script("printf x >&2; yes \u{44f} | head -2000 | tr -d '\\n' >&2; printf y >&2; exit 1"))
        #expect(failed.errorOutput == String(repeating: "\u{44f}", count: 511) + "y")
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
