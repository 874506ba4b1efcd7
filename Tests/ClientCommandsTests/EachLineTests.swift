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
            // What was sent along with it is submitted; its id would be taken for that of line 2.
            #expect(ran.output == "1\n")
            #expect(ran.errors.hasPrefix("uv-task: line 2: too large: the daemon takes at most 1000 bytes"))
            #expect(
                ran.errors.contains(
                    "; lines before it were submitted; line 3 is task 2"))
            #expect(ran.code == 5)
        }

        @Test func anUnknownName() {
            stage.input = [bytes("a\n")]
            let ran = perform("ecko", isJSON: true)
            #expect(ran.output.hasPrefix("{\"error\":{\"code\":\"unknown_task_name\""))
            #expect(ran.errors.hasPrefix("uv-task: line 1: no task type is named \"ecko\"") && ran.code == 5)
        }

        @Test func manyRefusalsAreToldOnce() {
            stage.input = [bytes("a\nb\nc\n")]
            for waits in [false, true] {
                let ran = perform("ecko", waits: waits)
                #expect(ran.errors.hasPrefix("uv-task: line 1: no task type is named \"ecko\""))
                #expect(ran.errors.utf8.count { $0 == UInt8(ascii: "\n") } == 1)
                #expect(ran.errors.hasSuffix("; nothing was submitted\n") && ran.output.isEmpty && ran.code == 5)
            }
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
