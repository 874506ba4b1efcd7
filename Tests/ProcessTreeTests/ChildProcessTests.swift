import Foundation
import Libuv
import Testing

@testable import ProcessTree

/// Collects the output of a program.
private final class Output: Libuv.StreamDelegate {
    private var bytes: [UInt8] = []
    var text: String { String(decoding: bytes, as: UTF8.self) }

    func streamDidRead(_ bytes: Span<UInt8>) {
        for index in bytes.indices { self.bytes.append(bytes[index]) }
    }
    func streamDidEnd(_ error: UVError?) {}
    func streamDidDrain() {}
}

private func shell(_ script: String) -> ChildProcess.Program { ChildProcess.Program(["sh", "-c", script]) }

/// `CommandRunTests` and `CommandEndTests` show what a server does with commands and their sessions.
struct ChildProcessTests {
    /// Runs a program to its end.
    private func run(
        _ program: ChildProcess.Program, input: String = ""
    ) throws -> (end: ChildProcess.End?, output: String) {
        prepareProcess()
        let loop = try EventLoop()
        defer { loop.close() }
        var end: ChildProcess.End?
        let process = try ChildProcess(program, on: loop) { end = $0 }
        let output = Output()
        process.output.delegate = output
        try process.output.startReading()
        try process.input.write(Array(input.utf8).span)
        process.input.close()
        loop.run { end != nil }
        process.output.readAvailable(limit: 1 << 20)
        process.close()
        #expect(waitpid(process.session.identifier, nil, WNOHANG) == -1 && errno == ECHILD, "it is reaped")
        return (end, output.text)
    }

    @Test func aProgramReadsInputAndWritesOutputAndExits() throws {
        #expect(try run(shell("tr a-z A-Z; exit 3"), input: "hello") == (.exited(status: 3), "HELLO"))
    }

    @Test func environmentAndDirectoryCanBeSet() throws {
        var program = shell("printf '%s %s ' \"$UV_TASK_TEST\" \"${PATH:+path}\"; pwd")
        program.environment = ProcessEnvironment(changing: ["UV_TASK_TEST": "x=y"])
        program.directory = "/usr"
        #expect(try run(program).output == "x=y path /usr\n")
    }

    @Test func aProgramIsLookedUpInItsOwnPath() throws {
        let folder = NSTemporaryDirectory() + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // Without "#!", so that exec fails with ENOEXEC and the shell runs it. A child writes the file: a descriptor of this
        // process would be inherited by a child of another test, and the program be busy until that child's exec.
        let script = "echo 'echo \"mine: $*\"' >\(folder)/ls; chmod 755 \(folder)/ls"
        #expect(try run(shell(script)).end == .exited(status: 0))
        var program = ChildProcess.Program(["ls", "a b", "c"])
        for path in ["/nowhere:\(folder):/bin", "/etc/passwd:\(folder)"] {
            program.environment = ProcessEnvironment(changing: ["PATH": path])
            #expect(try run(program).output == "mine: a b c\n")
        }
        chmod("\(folder)/ls", 0o644)
        program.environment = ProcessEnvironment(changing: ["PATH": "\(folder):/nowhere"])
        #expect(throws: UVError(code: .permissionDenied, call: "execve")) { try run(program) }
    }

    /// This process ignores SIGPIPE.
    @Test func signalsHaveTheirDefaultActionsAndAreNotBlocked() throws {
        // Like SIGHUP under nohup.
        signal(SIGVTALRM, SIG_IGN)
        defer { signal(SIGVTALRM, SIG_DFL) }
        #expect(try run(shell("kill -SEGV $$")).end == .signalled(number: 11))
        #expect(try run(shell("kill -PIPE $$")).end == .signalled(number: 13))
        let (_, output) = try run(ChildProcess.Program(["grep", "-E", "^Sig(Blk|Ign):", "/proc/self/status"]))
        let sets = output.split(separator: "\n").compactMap { UInt64($0.split(separator: "\t").last ?? "", radix: 16) }
        // Signals from 32 on belong to the C library.
        #expect(sets.count == 2 && sets.allSatisfy { $0 & 0x7FFF_FFFF == 0 }, "\(output)")
    }

    /// `run` calls `prepareProcess`, which marks it. What another test opens meanwhile may be inherited.
    @Test func aDescriptorThatIsOpenAtTheStartIsNotInherited() throws {
        let descriptor = fcntl(0, F_DUPFD, 200)
        defer { close(descriptor) }
        let output = try run(ChildProcess.Program(["ls", "/proc/self/fd"])).output
        let inherited = Set(output.split(separator: "\n").compactMap { Int32($0) })
        #expect(descriptor >= 200 && inherited.isSuperset(of: [0, 1, 2]) && !inherited.contains(descriptor))
    }

    /// Sockets could not be opened this way, so the streams must be pipes.
    @Test func scriptsCanOpenTheirStreamsByName() throws {
        #expect(try run(shell("cat /dev/stdin >/dev/stdout"), input: "by name").output == "by name")
    }

    @Test func aMissingProgramIsAnErrorAndLeavesNoHandle() {
        for name in ["/nowhere/program", "no-such-program-anywhere"] {
            #expect(throws: UVError(code: .noSuchFile, call: "execve")) { try run(ChildProcess.Program([name])) }
        }
    }

    @Test func theDescriptorLimitCanBeLowered() throws {
        let limit = raiseDescriptorLimit()
        var program = shell("ulimit -Sn")
        program.descriptorLimit = 123
        #expect(try run(program).output == "123\n")
        #expect(raiseDescriptorLimit().before == limit.current, "the limit of this process is unchanged")
        program.descriptorLimit = nil
        #expect(try run(program).output == "\(limit.current)\n")
    }
}
