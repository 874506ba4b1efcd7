import Foundation
import Testing

@testable import Libuv

/// Runs a program to its end, and gathers what it writes.
private final class Run: ByteStreamDelegate {
    let loop: EventLoop
    private(set) var process: ChildProcess?
    private(set) var end: ChildProcess.End?
    private(set) var text = ""

    init(_ program: ChildProcess.Program, input: String = "", on loop: EventLoop) throws {
        prepareProcess()
        self.loop = loop
        let process = try ChildProcess(program, on: loop) { [unowned self] in end = $0 }
        self.process = process
        process.output.delegate = self
        try process.output.startReading()
        try process.input.write(Array(input.utf8).span)
        process.input.close()
    }

    func finish() -> ChildProcess.End? {
        loop.run { end != nil }
        process?.output.readWhatIsThere(atMost: 1 << 20)
        process?.close()
        loop.run()
        return end
    }

    func streamDidRead(_ bytes: Span<UInt8>) {
        var copy: [UInt8] = []
        for index in bytes.indices { copy.append(bytes[index]) }
        text += String(decoding: copy, as: UTF8.self)
    }

    func streamDidEnd(_ error: UVError?) {}
    func streamDidDrain() {}
}

private func shell(_ script: String) -> ChildProcess.Program { ChildProcess.Program(["sh", "-c", script]) }

struct ChildProcessTests {
    private func run(_ program: ChildProcess.Program, input: String = "") throws -> (ChildProcess.End?, String) {
        let loop = try EventLoop()
        defer { loop.close() }
        let run = try Run(program, input: input, on: loop)
        let end = run.finish()
        return (end, run.text)
    }

    @Test func itsInputOutputAndStatus() throws {
        let (end, text) = try run(shell("tr a-z A-Z; exit 3"), input: "hello")
        #expect(end == .exited(status: 3))
        #expect(text == "HELLO")
    }

    @Test func theSignalThatEndedIt() throws {
        #expect(try run(shell("kill -SEGV $$")).0 == .signalled(number: 11))
    }

    @Test func argumentsGoToItAsTheyAre() throws {
        let arguments = ["printf", "%s|", "", "a b", "$HOME", "'", "\u{44f}\n"]
        #expect(try run(ChildProcess.Program(arguments)).1 == "|a b|$HOME|'|\u{44f}\n|")
    }

    @Test func itsEnvironmentAndDirectory() throws {
        var program = shell("printf '%s %s ' \"$UV_TASK_TEST\" \"${PATH:+path}\"; pwd")
        program.environment = ProcessEnvironment(changing: ["UV_TASK_TEST": "x=y"])
        program.directory = "/usr"
        #expect(try run(program).1 == "x=y path /usr\n")
    }

    @Test func itIsLookedForInItsOwnPath() throws {
        let folder = NSTemporaryDirectory() + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // Without a first line that names a shell.
        try "echo \"mine: $*\"".write(toFile: "\(folder)/ls", atomically: false, encoding: .utf8)
        chmod("\(folder)/ls", 0o755)
        var program = ChildProcess.Program(["ls", "a b", "c"])
        for path in ["/nowhere:\(folder):/bin", "/etc/passwd:\(folder)"] {
            program.environment = ProcessEnvironment(changing: ["PATH": path])
            #expect(try run(program).1 == "mine: a b c\n")
        }
        chmod("\(folder)/ls", 0o644)
        program.environment = ProcessEnvironment(changing: ["PATH": "\(folder):/nowhere"])
        #expect(throws: UVError(code: .permissionDenied, call: "execve")) { try run(program) }
    }

    @Test func signalsAreAtTheirDefaults() throws {
        prepareProcess()
        #expect(try run(shell("kill -PIPE $$")).0 == .signalled(number: 13))
        let (_, text) = try run(ChildProcess.Program(["grep", "-E", "^Sig(Blk|Ign):", "/proc/self/status"]))
        let sets = text.split(separator: "\n").compactMap { UInt64($0.split(separator: "\t").last ?? "", radix: 16) }
        // Signals from 32 on are the C library's own, or nobody's.
        #expect(sets.count == 2 && sets.allSatisfy { $0 & 0x7FFF_FFFF == 0 }, "\(text)")
    }

    /// Not sockets: a script may open them by name.
    @Test func itsStreamsCanBeOpenedByName() throws {
        #expect(try run(shell("cat /dev/stdin >/dev/stdout"), input: "by name").1 == "by name")
    }

    @Test(arguments: [["/nowhere/program"], ["no-such-program-anywhere"]])
    func aProgramThatIsNotThereIsAnError(arguments: [String]) throws {
        let loop = try EventLoop()
        #expect(throws: UVError(code: .noSuchFile, call: "execve")) {
            _ = try ChildProcess(ChildProcess.Program(arguments), on: loop) { _ in Issue.record("ended") }
        }
        loop.run()
        #expect(loop.liveHandles == 0)
        loop.close()
    }

    @Test func aSignalReachesTheWholeGroup() throws {
        let loop = try EventLoop()
        let run = try Run(shell("sleep 600 & echo $!; wait"), on: loop)
        loop.run { run.text.hasSuffix("\n") }
        let child = try #require(pid_t(run.text.dropLast()))
        let process = try #require(run.process)
        #expect(getpgid(child) == process.session.identifier)
        #expect(getsid(child) == process.session.identifier)
        #expect(!process.isSessionEmpty())
        process.session.send(.terminate)
        loop.run { run.end != nil }
        let deadline = ContinuousClock.now + .seconds(60)
        while !process.isSessionEmpty(), ContinuousClock.now < deadline { usleep(1000) }
        #expect(process.isSessionEmpty(), "zombies do not count")
        #expect(run.finish() == .signalled(number: 15))
        loop.close()
    }

    /// What the program wrote is there when it has ended, though somebody else holds the pipe's other end for long.
    @Test func theEndOfThePipeIsNotWaitedFor() throws {
        let loop = try EventLoop()
        let run = try Run(shell("(exec sleep 600) & echo $!"), on: loop)
        let start = ContinuousClock.now
        #expect(run.finish() == .exited(status: 0))
        #expect(ContinuousClock.now - start < .seconds(60))
        let sleeper = try #require(pid_t(run.text.dropLast()))
        kill(sleeper, SIGKILL)
        loop.close()
    }

    @Test func itsDescriptorLimitIsAnother() throws {
        let limit = raiseDescriptorLimit()
        var program = shell("ulimit -Sn")
        program.descriptorLimit = 123
        #expect(try run(program).1 == "123\n")
        #expect(raiseDescriptorLimit().before == limit.current)
        program.descriptorLimit = nil
        #expect(try run(program).1 == "\(limit.current)\n")
    }
}
