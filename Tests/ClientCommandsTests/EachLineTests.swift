import Foundation
import TaskServer
import TestServers
import Testing
import Wire

@testable import ClientCommands

extension ClientCommandsTests {
    final class EachLineTests {
        let server = LiveServer(types) { $0.maximumMessage = 1000 }
        var stage: Stage

        init() { stage = Stage(server) }
        deinit { server.end() }

        func perform(_ name: String = "echo", waits: Bool = false, isJSON: Bool = false) -> Ran {
            stage.perform(EachLineCommand(taskName: name, waits: waits, timeout: nil, isJSON: isJSON))
        }

        @Test func idsInTheOrderOfTheLines() {
            stage.input = [bytes("a\nb"), bytes("c\n\n"), bytes("d")]
            #expect(perform() == Ran("1\n2\n3\n4\n"))
            #expect(perform(waits: true) == Ran("a\nbc\n\nd\n"))
        }

        @Test func noLines() {
            #expect(perform() == Ran(""))
        }

        @Test func manyMoreLinesThanMayBeUnanswered() {
            let lines = (1...10_000).map { "\($0)\n" }.joined()
            stage.input = [bytes(lines)]
            #expect(perform() == Ran(lines))
            #expect(perform(waits: true) == Ran(lines))
        }

        @Test func idsAreSeenBeforeTheInputEnds() {
            // The second line comes when the first id was printed.
            let isPrinted = DispatchSemaphore(value: 0)
            let pieces = Script([bytes("a\n"), bytes("b\n")])
            let isFirst = Script([bytes("first")])
            stage.inputReader = {
                if isFirst.next() != bytes("first"), isPrinted.wait(timeout: .now() + 10) == .timedOut {
                    return .success([])
                }
                return pieces.next()
            }
            stage.onOutput = { _ in isPrinted.signal() }
            #expect(perform() == Ran("1\n2\n"))
        }

        @Test func theFirstRefusalStopsIt() {
            let large = String(repeating: "x", count: 1000)
            stage.input = [bytes("a\n\(large)\nb\n"), bytes("never\n")]
            let ran = perform()
            // What was sent along with it is submitted.
            #expect(ran.output.hasPrefix("1\n2\n"))
            #expect(ran.errors.hasPrefix("uv-task: line 2: too large: the daemon takes at most 1000 bytes"))
            #expect(ran.errors.contains("; lines before it were submitted\n"))
            #expect(ran.code == 5)
        }

        @Test func linesThatWereSentWithTheRefusedOne() {
            let large = String(repeating: "x", count: 1000)
            stage.input = [bytes("a\n\(large)\nb\n\(large)\nc\n")]
            let ran = perform()
            #expect(ran.output == "1\n2\n3\n" && ran.code == 5)
            let lines = ran.errors.split(separator: "\n")
            #expect(lines.count == 2 && lines[1] == "uv-task: of the lines after it, 2 were submitted and 1 refused")
        }

        @Test func onlySoManyLinesAreUnanswered() {
            let server = FakeServer([.answer(infoReply)])
            stage.port = server.port
            stage.connectTimeout = 200
            stage.input = [bytes(String(repeating: "x\n", count: 1000))]
            #expect(perform().code == 6)
            #expect(server.received.split(separator: "\n").count == 1 + EachLineCommand.mostSubmits)
        }

        @Test func aConnectionThatIsLostForGood() {
            let submitted = #"{"seq":2,"task_id":1,"instance":"\#(life)","status":"waiting"}"#
            let again = [FakeServer.Step.silence, .close]
            let server = FakeServer(connections: [
                [.answer(infoReply), .answer("\(submitted)\n"), .silence, .close], again, again, again,
            ])
            stage.port = server.port
            stage.input = [bytes("a\nb\n")]
            let ran = perform()
            #expect(ran.output == "1\n" && ran.code == 6)
            #expect(
                ran.errors
                    == "uv-task: the daemon closed the connection. It is not known whether the task was queued; "
                    + "1 line was answered, and what became of line 2 and those after it is not known\n")
        }

        @Test func anUnknownName() {
            stage.input = [bytes("a\n")]
            let ran = perform("ecko", isJSON: true)
            #expect(ran.output.hasPrefix("{\"error\":{\"code\":\"unknown_task_name\""))
            #expect(ran.errors.hasPrefix("uv-task: line 1: no task type is named \"ecko\"") && ran.code == 5)
        }

        @Test func aLineThatIsNoText() {
            stage.input = [bytes("ä\nb"), .success([0xFF, 0x0A]), bytes("c\n")]
            let sentence =
                "uv-task: line 2 is not UTF-8: byte 4 of the input, byte 1 of the line (both counted from 0)\n"
            #expect(perform() == Ran("1\n", sentence, 64))
        }

        @Test func tasksThatEndInError() {
            stage.input = [bytes("a\nb\n")]
            let ran = perform("bad", waits: true)
            #expect(ran.errors.split(separator: "\n").count == 2 && ran.output.isEmpty && ran.code == 1)
        }

        @Test func aServerThatIsNotThere() {
            stage.port = 1
            stage.input = [bytes("a\n")]
            #expect(perform().code == 6)
        }
    }
}
