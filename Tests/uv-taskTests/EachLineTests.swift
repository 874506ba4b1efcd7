import Foundation
import TaskCore
import TaskProtocol
import TaskServer
import TestServers
import Testing

@testable import uv_task

extension CommandTests {
    final class EachLineTests {
        let server = LiveServer(types) { $0.limits.message = 1000 }
        var harness: CommandHarness

        init() { harness = CommandHarness(server) }
        deinit { server.end() }

        func perform(_ name: String = "echo", _ options: String...) -> CommandOutcome {
            harness.perform(["run", name, "--each-line"] + options)
        }

        @Test func idsInTheOrderOfTheLines() {
            harness.input = [bytes("a\nb"), bytes("c\n\n"), bytes("d")]
            #expect(perform() == CommandOutcome("1\n2\n3\n4\n"))
            #expect(perform("echo", "--wait") == CommandOutcome("a\nbc\n\nd\n"))
        }

        @Test func noLines() {
            #expect(perform() == CommandOutcome(""))
        }

        @Test func moreLinesThanMayBeUnanswered() {
            let lines = (1...10_000).map { "\($0)\n" }.joined()
            harness.input = [bytes(lines)]
            #expect(perform() == CommandOutcome(lines))
            #expect(perform("echo", "--wait") == CommandOutcome(lines))
        }

        @Test func idsArePrintedBeforeTheInputEnds() {
            // The second line comes when the first id was printed.
            let isPrinted = DispatchSemaphore(value: 0)
            let pieces = InputScript([bytes("a\n"), bytes("b\n")])
            let isFirst = InputScript([bytes("first")])
            harness.inputReader = {
                if isFirst.next() != bytes("first"), isPrinted.wait(timeout: .now() + 10) == .timedOut {
                    return .success([])
                }
                return pieces.next()
            }
            harness.onOutput = { _ in isPrinted.signal() }
            #expect(perform() == CommandOutcome("1\n2\n"))
        }

        @Test func theFirstRefusalEndsTheCommand() {
            let large = String(repeating: "x", count: 1000)
            harness.input = [bytes("a\n\(large)\nb\n"), bytes("never\n")]
            let ran = perform()
            // The lines that were sent with it are submitted. Their ids would be taken for that of line 2.
            #expect(ran.output == "1\n")
            #expect(ran.errors.hasPrefix("uv-task: line 2: the message is longer than 1000 bytes, "))
            let before = "; lines before it were submitted, and "
            #expect(
                ran.errors.hasSuffix("\(before)line 3 is task 2\n")
                    || ran.errors.hasSuffix("\(before)lines 3 to 4 are tasks 2 to 3\n"))
            #expect(ran.code == 5)
        }

        @Test func anUnknownName() {
            harness.input = [bytes("a\n")]
            let ran = perform("ecko", "--json")
            #expect(ran.output.hasPrefix("{\"error\":{\"code\":\"unknown_task_name\""))
            #expect(ran.errors.hasPrefix("uv-task: line 1: no task type has the name \"ecko\"") && ran.code == 5)
        }

        @Test func manyRefusalsAreReportedOnce() {
            harness.input = [bytes("a\nb\nc\n")]
            for ran in [perform("ecko"), perform("ecko", "--wait")] {
                #expect(ran.errors.hasPrefix("uv-task: line 1: no task type has the name \"ecko\""))
                #expect(ran.errors.utf8.count { $0 == UInt8(ascii: "\n") } == 1)
                #expect(ran.errors.hasSuffix("; nothing was submitted\n") && ran.output.isEmpty && ran.code == 5)
            }
        }

        @Test func aLineThatIsNotUTF8() {
            harness.input = [bytes("ä\nb"), .success([0xFF, 0x0A]), bytes("c\n")]
            let sentence =
                "uv-task: line 2 is not UTF-8: byte 4 of the input, byte 1 of the line (both counted from 0)\n"
            #expect(perform() == CommandOutcome("1\n", sentence, 64))
        }

        @Test func tasksThatEndInError() {
            harness.input = [bytes("a\nb\n")]
            let ran = perform("bad", "--wait")
            #expect(ran.errors.split(separator: "\n").count == 2 && ran.output.isEmpty && ran.code == 1)
        }

        func submitted(_ sequence: Int, _ task: Int) -> FakeServer.Step {
            .answer(#"{"seq":\#(sequence),"task_id":\#(task),"instance":"\#(instance)","status":"execute"}"# + "\n")
        }

        /// The message if the server closes the connection while the input is open.
        func lost(_ steps: [FakeServer.Step], waits: Bool = false, _ input: String) -> String {
            let server = FakeServer([.answer(infoReply)] + steps + [.close])
            var harness = CommandHarness(server)
            let isReported = DispatchSemaphore(value: 0)
            let pieces = InputScript([bytes(input), bytes("")])
            harness.inputReader = {
                let piece = pieces.next()
                if piece == bytes("") { _ = isReported.wait(timeout: .now() + 10) }
                return piece
            }
            harness.onError = { _ in isReported.signal() }
            let ran = harness.perform(["run", "echo", "--each-line"] + (waits ? ["--wait"] : []))
            #expect(ran.code == 6)
            return ran.errors.replacing("127.0.0.1:\(server.port)", with: "SERVER")
        }

        @Test func aConnectionThatIsLostBetweenLines() {
            // The server closes with the answer: nothing is in flight.
            let message = lost([submitted(2, 1)], "a\n")
            #expect(
                message.hasPrefix("uv-task: the connection to SERVER was lost (the daemon closed the connection); "))
            #expect(message.hasSuffix(" shows whether a daemon is there; 1 line was answered\n"), "\(message)")
        }

        @Test func aConnectionThatIsLostWithSubmitsInFlight() {
            let message = lost([submitted(2, 1), .silence, .silence], "a\nb\nc\n")
            #expect(message.hasPrefix("uv-task: nothing listens on SERVER"), "\(message)")
            #expect(
                message.hasSuffix("; 1 line was answered, and it is not known whether lines 2 to 3 were queued\n"),
                "\(message)"
            )
        }

        @Test func aConnectionThatIsLostWithWaitsOpen() {
            let one = lost([submitted(2, 1), .silence], waits: true, "a\n")
            #expect(one.contains("lost while task 1 was waited for (the daemon closed the connection). If"), "\(one)")
            #expect(one.contains(": uv-task result 1 --wait --instance \(instance) --host"))
            let both = lost([submitted(2, 1), .silence, .silence], waits: true, "a\nb\n")
            #expect(
                both.contains("was waited for, and it is not known whether line 2 was queued (nothing listens"),
                "\(both)")
        }

        @Test func aMissingServer() {
            harness.port = 1
            harness.input = [bytes("a\n")]
            #expect(perform().code == 6)
        }
    }
}
