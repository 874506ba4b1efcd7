import Foundation
import Libuv
import TaskCore
import TaskProtocol
import TaskQueue
import Testing

@testable import TaskServer

struct CommandRunTests {
    // MARK: Data and result

    @Test func dataIsTheInputAndOutputIsTheResult() throws {
        #expect(try CommandTrial.outcome(of: script("tr a-z A-Z"), "hello\n") == .success("HELLO\n"))
    }

    @Test func dataIsNeverInterpreted() throws {
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

    @Test func largeDataPassesThrough() throws {
        let data = String(repeating: "0123456789abcde\n", count: 50_000)
        #expect(try CommandTrial.outcome(of: script("cat"), data) == .success(data))
    }

    @Test func base64CarriesAnyBytes() throws {
        let bytes = [UInt8](0...255)
        let type = script("cat; printf '\\377'") {
            $0.data = .base64
            $0.result = .base64
        }
        #expect(try CommandTrial.outcome(of: type, Base64.encode(bytes)) == .success(Base64.encode(bytes + [255])))
    }

    @Test func aCommandNeedNotReadItsInput() throws {
        let data = String(repeating: "x", count: 1_000_000)
        #expect(try CommandTrial.outcome(of: script("printf done"), data) == .success("done"))
        #expect(try CommandTrial.outcome(of: script("exec <&-; sleep 0.05; printf done"), data) == .success("done"))
    }

    @Test func aCommandMayCloseItsStreamsEarly() throws {
        #expect(
            try CommandTrial.outcome(of: script("printf said; exec >&- 2>&-; sleep 0.05; exit 0")) == .success("said"))
        #expect(try CommandTrial.failure(of: script("exec >&- 2>&-; sleep 0.05; exit 4")).exitStatus == 4)
    }

    // MARK: Failures

    @Test func anotherExitStatusIsAFailure() throws {
        let failure = try CommandTrial.failure(of: script("echo 'no such file' >&2; exit 3"))
        #expect(failure.code == .exit)
        #expect(failure.exitStatus == 3)
        #expect(failure.message == "the command exited with status 3")
        #expect(failure.errorOutput == "no such file\n")
    }

    @Test func aSignalIsAFailure() throws {
        let failure = try CommandTrial.failure(of: script("kill -SEGV $$"))
        #expect(failure.code == .signal)
        #expect(failure.signal == 11)
        #expect(failure.message == "the command was ended by signal 11, Segmentation fault")
        #expect(failure.errorOutput == nil)
    }

    @Test func aTimeoutEndsTheCommand() throws {
        let failure = try CommandTrial.failure(
            of: script("echo started >&2; sleep 600") { $0.timeout = .milliseconds(50) })
        #expect(failure.code == .timeout)
        #expect(failure.message == "the command ran for longer than the timeout of its type, 50ms")
        #expect(failure.errorOutput == "started\n")
        #expect(failure.signal == nil)
    }

    @Test func tooMuchOutputEndsTheCommand() throws {
        let failure = try CommandTrial.failure(of: script("yes") { $0.maximumOutput = 100_000 })
        #expect(failure.code == .outputTooLarge)
        #expect(
            failure.message
                == "the command wrote more than 100000 bytes, the limit of its type (max_output)"
        )
    }

    @Test func theOutputLimitIsInclusive() throws {
        let type = script("printf 12345") { $0.maximumOutput = 5 }
        #expect(try CommandTrial.outcome(of: type) == .success("12345"))
        #expect(try CommandTrial.failure(of: script("printf 123456") { $0.maximumOutput = 5 }).code == .outputTooLarge)
    }

    @Test func outputThatIsNotUTF8IsAFailure() throws {
        #expect(try CommandTrial.failure(of: script("printf 'a\\377'")).code == .notUTF8)
    }

    @Test func aCommandThatCannotStartIsAFailure() throws {
        var command = Command([CommandArgument([.literal("/nowhere/program")])])
        let failure = try CommandTrial.failure(of: TaskType(name: "t", work: .command(command)))
        #expect(failure.code == .spawn)
        #expect(
            failure.message == "the command could not be started: no such file or directory (/nowhere/program)")
        command.directory = "/nowhere"
        #expect(
            try CommandTrial.failure(of: TaskType(name: "t", work: .command(command))).message
                == "the command could not be started: no such file or directory (/nowhere/program in /nowhere)")
    }

    @Test func aFailureIncludesTheEndOfTheErrorOutput() throws {
        // Characters of two bytes, so that the first one is cut in the middle.
        let failure = try CommandTrial.failure(
            of: script("printf x >&2; yes \u{44f} | head -2000 | tr -d '\\n' >&2; printf y >&2; exit 1"))
        #expect(failure.errorOutput == String(repeating: "\u{44f}", count: 511) + "y")
    }

    // MARK: With a server

    @Test func commandsAndFunctionsNeverOverlap() throws {
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

    /// Without a loop iteration between failed starts, each would start the next one from within its own start.
    @Test func manyFailedStartsDoNotExhaustTheStack() throws {
        let command = Command([CommandArgument([.literal("/nowhere/program")])])
        let dialogue = try Dialogue(types: [TaskType(name: "t", work: .command(command))])
        let client = try dialogue.connect()
        try client.send(String(repeating: #"{"type":"run","task_name":"t","data":""}"#, count: 500))
        dialogue.wait("all tasks") { dialogue.server.queue.counts.failed == 500 }
        dialogue.end()
    }
}
