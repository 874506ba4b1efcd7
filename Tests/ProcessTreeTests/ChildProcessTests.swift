import Foundation
import Libuv
import Testing

@testable import ProcessTree

/// Runs a program to its end and collects its output.
private final class Run: Libuv.StreamDelegate {
    let loop: EventLoop
    private(set) var process: ChildProcess?
    private(set) var end: ChildProcess.End?
    private(set) var output = ""

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
        process?.output.readAvailable(limit: 1 << 20)
        process?.close()
        loop.run()
        return end
    }

    func streamDidRead(_ bytes: Span<UInt8>) {
        var copy: [UInt8] = []
        for index in bytes.indices { copy.append(bytes[index]) }
        output += String(decoding: copy, as: UTF8.self)
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
        return (end, run.output)
    }

    @Test func aProgramReadsInputAndWritesOutputAndExits() throws {
        let (end, output) = try run(shell("tr a-z A-Z; exit 3"), input: "hello")
        #expect(end == .exited(status: 3))
        #expect(output == "HELLO")
    }

    @Test func theSignalThatEndedAProgramIsReported() throws {
        #expect(try run(shell("kill -SEGV $$")).0 == .signalled(number: 11))
    }

    @Test func argumentsArePassedUnchanged() throws {
        let arguments = ["printf", "%s|", "", "a b", "$HOME", "'", "\u{44f}\n"]
        #expect(try run(ChildProcess.Program(arguments)).1 == "|a b|$HOME|'|\u{44f}\n|")
    }

    @Test func environmentAndDirectoryCanBeSet() throws {
        var program = shell("printf '%s %s ' \"$UV_TASK_TEST\" \"${PATH:+path}\"; pwd")
        program.environment = ProcessEnvironment(changing: ["UV_TASK_TEST": "x=y"])
        program.directory = "/usr"
        #expect(try run(program).1 == "x=y path /usr\n")
    }

    @Test func aProgramIsLookedUpInItsOwnPath() throws {
        let folder = NSTemporaryDirectory() + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // Without "#!", so that exec fails with ENOEXEC and the shell runs it. A child writes the file: a descriptor of this
        // process would be inherited by a child of another test, and the program be busy until that child's exec.
        let script = "echo 'echo \"mine: $*\"' >\(folder)/ls; chmod 755 \(folder)/ls"
        #expect(try run(shell(script)).0 == .exited(status: 0))
        var program = ChildProcess.Program(["ls", "a b", "c"])
        for path in ["/nowhere:\(folder):/bin", "/etc/passwd:\(folder)"] {
            program.environment = ProcessEnvironment(changing: ["PATH": path])
            #expect(try run(program).1 == "mine: a b c\n")
        }
        chmod("\(folder)/ls", 0o644)
        program.environment = ProcessEnvironment(changing: ["PATH": "\(folder):/nowhere"])
        #expect(throws: UVError(code: .permissionDenied, call: "execve")) { try run(program) }
    }

    @Test func signalsHaveTheirDefaultActionsAndAreNotBlocked() throws {
        prepareProcess()
        #expect(try run(shell("kill -PIPE $$")).0 == .signalled(number: 13))
        let (_, output) = try run(ChildProcess.Program(["grep", "-E", "^Sig(Blk|Ign):", "/proc/self/status"]))
        let sets = output.split(separator: "\n").compactMap { UInt64($0.split(separator: "\t").last ?? "", radix: 16) }
        // Signals from 32 on belong to the C library.
        #expect(sets.count == 2 && sets.allSatisfy { $0 & 0x7FFF_FFFF == 0 }, "\(output)")
    }

    /// Sockets could not be opened this way, so the streams must be pipes.
    @Test func scriptsCanOpenTheirStreamsByName() throws {
        #expect(try run(shell("cat /dev/stdin >/dev/stdout"), input: "by name").1 == "by name")
    }

    @Test(arguments: [["/nowhere/program"], ["no-such-program-anywhere"]])
    func aMissingProgramIsAnErrorAndLeavesNoHandle(arguments: [String]) throws {
        let loop = try EventLoop()
        #expect(throws: UVError(code: .noSuchFile, call: "execve")) {
            _ = try ChildProcess(ChildProcess.Program(arguments), on: loop) { _ in Issue.record("ended") }
        }
        loop.run()
        #expect(loop.liveHandles == 0)
        loop.close()
    }

    @Test func aSignalReachesTheWholeSession() throws {
        let loop = try EventLoop()
        let run = try Run(shell("sleep 600 & echo $!; wait"), on: loop)
        loop.run { run.output.hasSuffix("\n") }
        let child = try #require(pid_t(run.output.dropLast()))
        let process = try #require(run.process)
        #expect(getpgid(child) == process.session.identifier)
        #expect(getsid(child) == process.session.identifier)
        #expect(!process.isSessionEmpty())
        process.session.send(.terminate)
        loop.run { run.end != nil }
        // The orphan may end later than its parent. Zombies do not count.
        let timer = try Timer(on: loop)
        func check() { if !process.isSessionEmpty() { timer.start(after: 1, check) } }
        check()
        loop.run { !timer.isRunning }
        timer.close()
        #expect(run.finish() == .signalled(number: 15))
        loop.close()
    }

    @Test func outputIsReadAtTheEndThoughAnotherProcessHoldsThePipe() throws {
        let loop = try EventLoop()
        let run = try Run(shell("(exec sleep 600) & echo $!"), on: loop)
        #expect(run.finish() == .exited(status: 0))
        let sleeper = try #require(pid_t(run.output.dropLast()), "the output is complete")
        #expect(kill(sleeper, SIGKILL) == 0, "the other process still runs")
        loop.close()
    }

    @Test func theDescriptorLimitCanBeLowered() throws {
        let limit = raiseDescriptorLimit()
        var program = shell("ulimit -Sn")
        program.descriptorLimit = 123
        #expect(try run(program).1 == "123\n")
        #expect(raiseDescriptorLimit().before == limit.current, "the limit of this process is unchanged")
        program.descriptorLimit = nil
        #expect(try run(program).1 == "\(limit.current)\n")
    }
}
