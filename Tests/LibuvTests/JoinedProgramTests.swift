import Foundation
import Testing

@testable import Libuv

struct JoinedProgramTests {
    private func start(_ command: [String], on loop: EventLoop) throws -> (program: JoinedProgram, output: Recorder) {
        prepareProcess()
        let program = try JoinedProgram(command, on: loop)
        let output = Recorder()
        program.stream.delegate = output
        try program.stream.startReading()
        return (program, output)
    }

    /// Runs a shell script to its end, with this input.
    private func run(_ script: String, input: String = "") throws -> (output: String, end: JoinedProgram.End?) {
        let loop = try EventLoop()
        let (program, recorder) = try start(["sh", "-c", script], on: loop)
        try program.stream.write(input.utf8Span.span)
        try program.stream.shutDownWriting()
        loop.run { !recorder.ends.isEmpty && program.end != nil }
        program.close()
        loop.close()
        return (recorder.text, program.end)
    }

    @Test func bytesGoBothWaysAndTheEndIsReported() throws {
        #expect(try run("cat; exit 7", input: "hello") == ("hello", .exited(status: 7)))
        #expect(try run("kill -KILL $$").end == .signalled(number: 9))
    }

    @Test func aProgramThatDoesNotExistLeavesNothing() throws {
        let loop = try EventLoop()
        let error = #expect(throws: UVError.self) { try JoinedProgram(["uv-task-no-such-program"], on: loop) }
        #expect(error?.code == .noSuchFile)
        // Traps if a handle is left open.
        loop.close()
    }

    @Test func ignoredSignalsStayIgnoredExceptSIGPIPE() throws {
        signal(SIGUSR2, SIG_IGN)
        defer { signal(SIGUSR2, SIG_DFL) }
        #expect(try run("kill -USR2 $$; echo alive").output == "alive\n")
        #expect(try run("kill -PIPE $$; echo alive").end == .signalled(number: 13))
    }

    @Test(arguments: ["exec sleep 1000", "trap '' TERM; echo ready; exec sleep 1000"])
    func closeEndsTheProgram(script: String) throws {
        let loop = try EventLoop()
        let (program, recorder) = try start(["sh", "-c", "echo $$; \(script)"], on: loop)
        loop.run { recorder.text.hasSuffix(script.contains("ready") ? "ready\n" : "\n") }
        let process = try #require(recorder.text.split(separator: "\n").first.flatMap { pid_t($0) })
        program.close()
        // It was reaped, too.
        #expect(kill(process, 0) == -1 && errno == ESRCH)
        program.close()
        loop.close()
    }

    /// A program that does not end is not waited for. If it ends later, that is not reported again.
    @Test func theEndIsReportedOnce() throws {
        let loop = try EventLoop()
        let (program, _) = try start(["cat"], on: loop)
        var reports = 0
        let tick = try Timer(on: loop)
        // Ends the wait for events that may follow the report.
        program.onEnd = {
            reports += 1
            tick.start(after: 1) {}
        }
        program.expectEnd()
        loop.run { reports > 0 }
        #expect(program.end == nil)
        try program.stream.shutDownWriting()
        loop.run { program.end != nil }
        #expect(reports == 1)
        program.close()
        loop.close(tick)
    }
}
