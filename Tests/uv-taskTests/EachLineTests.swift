import Libuv
import TaskCore
import TaskServer
import TestServers
import Testing

@testable import uv_task

final class EachLineTests {
    let server = LiveServer(types) { $0.limits.message = 1000 }
    var harness: CommandHarness

    init() { harness = CommandHarness(server) }
    deinit { server.end() }

    /// An input whose second piece is read when the gate is open.
    static func input(
        _ first: String, _ second: String, after gate: Gate
    ) -> @Sendable () -> Result<[UInt8], UVError> {
        let script = InputScript([bytes(first), bytes(second)])
        return {
            let piece = script.next()
            if piece == bytes(second) { gate.wait() }
            return piece
        }
    }

    @Test func eachLineIsATask() {
        harness.input = [bytes("a\nb"), bytes("c\n\n"), bytes("d")]
        harness.expect("run echo --each-line", "1\n2\n3\n4\n")
        harness.expect("run echo --each-line --wait", "a\nbc\n\nd\n")
        harness.input = []
        harness.expect("run echo --each-line --wait")
    }

    @Test func moreLinesThanMayBeUnansweredAreSubmitted() {
        let lines = (1...10_000).map { "\($0)\n" }.joined()
        harness.input = [bytes(lines)]
        harness.expect("run echo --each-line", lines)
    }

    @Test func idsArePrintedBeforeTheInputEnds() {
        let isPrinted = Gate()
        harness.inputReader = Self.input("a\n", "b\n", after: isPrinted)
        harness.onOutput = { _ in isPrinted.open() }
        harness.expect("run echo --each-line", "1\n2\n")
    }

    // MARK: Refusals

    /// The lines that were sent together with a refused one are submitted. Their ids are not printed, because they would
    /// be taken for the ids of other lines.
    @Test func theFirstRefusalEndsTheCommand() {
        let large = String(repeating: "x", count: 1000)
        harness.input = [bytes("a\n\(large)\nb\n"), bytes("never\n")]
        let ran = harness.perform("run echo --each-line")
        #expect(ran.output == "1\n" && ran.code == 5)
        #expect(ran.errors.hasPrefix("uv-task: line 2: the message is longer than 1000 bytes, "))
        let before = "; lines before it were submitted, and "
        #expect(
            ran.errors.hasSuffix("\(before)line 3 is task 2\n")
                || ran.errors.hasSuffix("\(before)lines 3 to 4 are tasks 2 to 3\n"))
    }

    @Test(arguments: ["", " --wait", " --json"]) func manyRefusalsAreReportedOnce(option: String) {
        harness.input = [bytes("a\nb\nc\n")]
        let ran = harness.perform("run ecko --each-line\(option)")
        #expect(ran.errors.hasPrefix("uv-task: line 1: no task type has the name \"ecko\""))
        #expect(ran.errors.hasSuffix("; nothing was submitted\n") && ran.errors.lineCount == 1 && ran.code == 5)
        let reply = #"{"error":{"code":"unknown_task_name""#
        #expect(option == " --json" ? ran.output.hasPrefix(reply) : ran.output.isEmpty)
    }

    /// The third line is read when the second one was refused.
    @Test func aRefusalEndsTheSubmitsWhileAWaitIsOpen() {
        let server = FakeServer([
            .answer(info()), .silence, .answer(submitted(2, task: 1) + refusal(3, .draining)),
            .answerAfter(milliseconds: 50, success(4, "a")), .answer(submitted(5, task: 2)), .answer(success(6, "c")),
        ])
        harness = CommandHarness(server)
        let script = InputScript([bytes("a\nb\n"), bytes("c\n")])
        harness.inputReader = {
            let piece = script.next()
            while piece == bytes("c\n"), !server.received.contains("get_result") {}
            return piece
        }
        let ran = harness.perform("run echo --each-line --wait")
        #expect(ran.output == "a\n" && ran.code == 5 && ran.errors.hasPrefix("uv-task: line 2: "))
        #expect(!server.received.contains(#""data":"c""#))
    }

    /// One runs and the queue has room for two. The other lines can be submitted later.
    @Test func aFullQueueSaysFromWhichLineToGoOn() {
        let server = LiveServer(types) { $0.limits.queued = 2 }
        defer { server.end() }
        harness = CommandHarness(server)
        harness.input = [bytes("a\nb\nc\nd\n")]
        let ran = harness.perform("run long --each-line")
        #expect(ran.output == "1\n2\n3\n" && ran.code == 5)
        #expect(ran.errors.hasPrefix("uv-task: line 4: the queue is full: at most 2 tasks may wait (--max-queued 2)"))
        #expect(ran.errors.hasSuffix("; lines before it were submitted: go on from line 4\n"))
    }

    @Test func aLineThatIsNotUTF8IsNamed() {
        harness.input = [bytes("ä\nb"), .success([0xFF, 0x0A]), bytes("c\n")]
        harness.expect(
            "run echo --each-line", "1\n",
            says: "line 2 is not UTF-8: byte 4 of the input, byte 1 of the line (both counted from 0)", code: 64)
    }

    // MARK: The end of waits

    @Test func theWorstOutcomeCounts() {
        harness.input = [bytes("a\nb\n")]
        let failures = (1...2).map { "task \($0) ended in error: too much of it (failed)" }
        harness.expect("run bad --each-line --wait", says: failures.joined(separator: "\n"), code: 1)
        let ran = harness.perform("run long --each-line --wait --timeout 20ms")
        #expect(ran.errors.lineCount == 2 && ran.output.isEmpty && ran.code == 4)
    }

    @Test func anInterruptionNamesTheOpenTasks() {
        harness = CommandHarness(
            .answer(info()), .silence, .answer(submitted(2, task: 1) + submitted(3, task: 2)), .silence,
            .answer(success(4, "a")))
        harness.input = [bytes("a\nb\n")]
        harness.onOutput = { [signals = harness.signals] _ throws(UVError) in signals.raise(.interrupt) }
        let next = "uv-task result 2 --wait --instance \(instance)\(harness.options)"
        harness.expect(
            "run echo --each-line --wait", "a\n", says: "interrupted; task 2 goes on. To wait for it: \(next)",
            code: 130)
    }

    // MARK: Lost connections

    /// The message if the server answers the first line and closes the connection while the input is open. `steps` are for
    /// what follows.
    func lost(_ option: String, _ input: String, _ steps: FakeServer.Step...) -> String {
        var harness = CommandHarness(FakeServer([.answer(info()), .answer(submitted(2, task: 1))] + steps + [.close]))
        let isReported = Gate()
        harness.inputReader = Self.input(input, "", after: isReported)
        harness.onError = { _ in isReported.open() }
        let ran = harness.perform("run echo --each-line\(option)")
        #expect(ran.code == 6)
        return ran.errors
    }

    @Test func aLossBetweenLinesReportsHowManyWereAnswered() {
        let message = lost("", "a\n")
        #expect(message.contains(" was lost (the daemon closed the connection); "), "\(message)")
        #expect(message.hasSuffix(" shows whether a daemon is there; 1 line was answered\n"), "\(message)")
    }

    @Test func aLossNamesTheLinesWithoutAnAnswer() {
        let message = lost("", "a\nb\nc\n", .silence, .silence)
        #expect(message.hasPrefix("uv-task: nothing listens on "), "\(message)")
        let lines = "; 1 line was answered, and it is not known whether lines 2 to 3 were queued\n"
        #expect(message.hasSuffix(lines), "\(message)")
    }

    @Test func aLossDuringAWaitSaysHowToContinue() {
        let message = lost(" --wait", "a\nb\n", .silence, .silence)
        let line = "lost while task 1 was waited for, and it is not known whether line 2 was queued (nothing listens"
        #expect(message.contains(line), "\(message)")
        #expect(message.contains(": uv-task result 1 --wait --instance \(instance) --host"), "\(message)")
    }
}
