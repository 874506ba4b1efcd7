import Foundation
import TaskCore
import TaskProtocol
import TaskServer
import TestServers
import Testing

@testable import uv_task

extension ClientCommandsTests {
    final class EachLineTests {
        let server = LiveServer(types) { $0.maximumMessage = 1000 }
        var harness: CommandHarness

        init() { harness = CommandHarness(server) }
        deinit { server.end() }

        func perform(_ name: String = "echo", waits: Bool = false, isJSON: Bool = false) -> CommandOutcome {
            harness.perform(EachLineCommand(taskName: name, waits: waits, timeout: nil, isJSON: isJSON))
        }

        @Test func idsInTheOrderOfTheLines() {
            harness.input = [bytes("a\nb"), bytes("c\n\n"), bytes("d")]
            #expect(perform() == CommandOutcome("1\n2\n3\n4\n"))
            #expect(perform(waits: true) == CommandOutcome("a\nbc\n\nd\n"))
        }

        @Test func noLines() {
            #expect(perform() == CommandOutcome(""))
        }

        @Test func manyMoreLinesThanMayBeUnanswered() {
            let lines = (1...10_000).map { "\($0)\n" }.joined()
            harness.input = [bytes(lines)]
            #expect(perform() == CommandOutcome(lines))
            #expect(perform(waits: true) == CommandOutcome(lines))
        }

        @Test func idsAreSeenBeforeTheInputEnds() {
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

        @Test func theFirstRefusalStopsIt() {
            let large = String(repeating: "x", count: 1000)
            harness.input = [bytes("a\n\(large)\nb\n"), bytes("never\n")]
            let ran = perform()
            // What was sent along with it is submitted; its id would be taken for that of line 2.
            #expect(ran.output == "1\n")
            #expect(ran.errors.hasPrefix("uv-task: line 2: too large: the daemon takes at most 1000 bytes"))
            let before = "; lines before it were submitted, and "
            // As far as it was read by then.
            #expect(
                ran.errors.hasSuffix("\(before)line 3 is task 2\n")
                    || ran.errors.hasSuffix("\(before)lines 3 to 4 are tasks 2 to 3\n"))
            #expect(ran.code == 5)
        }

        @Test func anUnknownName() {
            harness.input = [bytes("a\n")]
            let ran = perform("ecko", isJSON: true)
            #expect(ran.output.hasPrefix("{\"error\":{\"code\":\"unknown_task_name\""))
            #expect(ran.errors.hasPrefix("uv-task: line 1: no task type is named \"ecko\"") && ran.code == 5)
        }

        @Test func manyRefusalsAreToldOnce() {
            harness.input = [bytes("a\nb\nc\n")]
            for waits in [false, true] {
                let ran = perform("ecko", waits: waits)
                #expect(ran.errors.hasPrefix("uv-task: line 1: no task type is named \"ecko\""))
                #expect(ran.errors.utf8.count { $0 == UInt8(ascii: "\n") } == 1)
                #expect(ran.errors.hasSuffix("; nothing was submitted\n") && ran.output.isEmpty && ran.code == 5)
            }
        }

        @Test func aLineThatIsNoText() {
            harness.input = [bytes("ä\nb"), .success([0xFF, 0x0A]), bytes("c\n")]
            let sentence =
                "uv-task: line 2 is not UTF-8: byte 4 of the input, byte 1 of the line (both counted from 0)\n"
            #expect(perform() == CommandOutcome("1\n", sentence, 64))
        }

        @Test func tasksThatEndInError() {
            harness.input = [bytes("a\nb\n")]
            let ran = perform("bad", waits: true)
            #expect(ran.errors.split(separator: "\n").count == 2 && ran.output.isEmpty && ran.code == 1)
        }

        func submitted(_ sequence: Int, _ task: Int) -> FakeServer.Step {
            .answer(#"{"seq":\#(sequence),"task_id":\#(task),"instance":"\#(life)","status":"execute"}"# + "\n")
        }

        /// What is said where a server ends the connection, while the input goes on.
        func lost(_ steps: [FakeServer.Step], waits: Bool = false, _ input: String) -> String {
            let server = FakeServer([.answer(infoReply)] + steps + [.close])
            var harness = CommandHarness(server)
            let isSaid = DispatchSemaphore(value: 0)
            let pieces = InputScript([bytes(input), bytes("")])
            harness.inputReader = {
                let piece = pieces.next()
                if piece == bytes("") { _ = isSaid.wait(timeout: .now() + 10) }
                return piece
            }
            harness.onError = { _ in isSaid.signal() }
            let ran = harness.perform(EachLineCommand(taskName: "echo", waits: waits, timeout: nil, isJSON: false))
            #expect(ran.code == 6)
            return ran.errors.replacing("127.0.0.1:\(server.port)", with: "SERVER")
        }

        @Test func aConnectionThatIsLostBetweenLines() {
            // Closed with the answer: nothing is in flight, and the next line has not come.
            let words = lost([submitted(2, 1)], "a\n")
            #expect(words.hasPrefix("uv-task: the connection to SERVER was lost (the daemon closed the connection); "))
            #expect(words.hasSuffix(" shows whether a daemon is there; 1 line was answered\n"), "\(words)")
        }

        @Test func aConnectionThatIsLostWithSubmitsInFlight() {
            let words = lost([submitted(2, 1), .silence, .silence], "a\nb\nc\n")
            #expect(words.hasPrefix("uv-task: nothing listens on SERVER"), "\(words)")
            #expect(
                words.hasSuffix("; 1 line was answered, and what became of lines 2 to 3 is not known\n"), "\(words)")
        }

        @Test func aConnectionThatIsLostWithWaitsOpen() {
            let one = lost([submitted(2, 1), .silence], waits: true, "a\n")
            #expect(one.contains("lost while task 1 was waited for (the daemon closed the connection). If"), "\(one)")
            #expect(one.contains(": uv-task result 1 --wait --instance \(life) --host"))
            let both = lost([submitted(2, 1), .silence, .silence], waits: true, "a\nb\n")
            #expect(both.contains("was waited for, and what became of line 2 is not known (nothing listens"), "\(both)")
        }

        @Test func aServerThatIsNotThere() {
            harness.port = 1
            harness.input = [bytes("a\n")]
            #expect(perform().code == 6)
        }
    }
}
