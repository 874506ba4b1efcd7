import Foundation
import Libuv
import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import TaskClient

/// What is special to unix sockets and ssh.
struct TransportTests {
    // MARK: Unix sockets

    /// Connects to a server whose backlog is full. The server accepts only while the client waits, if at all.
    private func connectToFullServer(acceptsMeanwhile: Bool) throws {
        let path = temporaryPath()
        let connector = try Connector(configuration(of: .unix(path: path), timeout: 50))
        let loop = acceptsMeanwhile ? connector.loop : try EventLoop()
        let listener = try Listener(on: loop, endpoint: .unix(path: path), backlog: 1) { try? $0.get().close() }
        var waiting: [SocketStream] = []
        defer {
            for stream in waiting { stream.close() }
            listener.close()
            unlink(path)
            if !acceptsMeanwhile {
                loop.run()
                loop.close()
            }
            connector.close()
        }
        do throws(UVError) {
            while true {
                waiting.append(try SocketStream(on: loop))
                try waiting.last?.connect(to: .unix(path: path)) { _ in }
            }
        } catch {
            #expect(error.code == .tryAgain)
        }
        try connector.connect(until: acceptsMeanwhile ? nil : connector.firstEnd).close()
    }

    @Test func aFullBacklogIsWaitedFor() throws { try connectToFullServer(acceptsMeanwhile: true) }

    @Test func aBacklogThatStaysFullIsATimeout() throws {
        let error = #expect(throws: ClientError.self) { try connectToFullServer(acceptsMeanwhile: false) }
        guard case .timedOut(.unix, milliseconds: 50, .connecting)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func whatIsNoSocketIsNamed() throws {
        let path = temporaryPath()
        close(open(path, O_CREAT | O_WRONLY, 0o600))
        defer { unlink(path) }
        for path in [path, "/tmp"] {
            let connector = try Connector(configuration(of: .unix(path: path)))
            #expect(throws: ClientError.isNoSocket(path: path)) { try connector.connect(until: nil) }
            connector.close()
        }
        #expect(ClientError.isNoSocket(path: "/s").description == "/s is no socket. Check --socket")
    }

    // MARK: ssh

    private static let gpu = ServerAddress.ssh(host: "gpu", options: "")

    @Test func sshRunsTheProxyOnTheOtherMachine() {
        #expect(
            ServerAddress.sshCall("gpu", " --port 5")
                == ["ssh", "-T", "-o", "ServerAliveInterval=60", "--", "gpu", "uv-task --port 5 proxy"])
    }

    /// Asks a server through an ssh that passes on nothing until twice the time limit has passed, or never.
    private func askThroughSlowSSH(limitsLogin: Bool, answers: Bool) throws {
        prepareProcess()
        let gate = temporaryPath()
        try #require(mkfifo(gate, 0o600) == 0)
        defer { unlink(gate) }
        // For both ways: opening a pipe for one of them waits for the other end.
        let descriptor = open(gate, O_RDWR | O_CLOEXEC)
        defer { close(descriptor) }
        var configuration = configuration(of: Self.gpu, timeout: 50)
        configuration.limitsLogin = limitsLogin
        let connector = try Connector(configuration)
        connector.deadline.set(connector.firstEnd)
        let script = "read open <\(gate); read request; echo '\(info(1).dropLast())'; read end"
        let program = try JoinedProgram(["sh", "-c", script], on: connector.loop)
        let client = Client(
            connector, Connection(.program(program), configuration), keepsTexts: false, randomBits: { 0 })
        defer { client.close() }
        let timer = try Timer(on: connector.loop)
        defer { timer.close() }
        if answers {
            timer.start(after: 2 * configuration.connectTimeout) { #expect(write(descriptor, "\n", 1) == 1) }
        }
        _ = try client.ask(InfoRequest())
    }

    @Test func aLoginHasATimeLimitOnlyIfItIsAskedFor() throws {
        try askThroughSlowSSH(limitsLogin: false, answers: true)
        #expect(throws: ClientError.timedOut(Self.gpu, milliseconds: 50, .waitingForAnswer)) {
            try askThroughSlowSSH(limitsLogin: true, answers: false)
        }
    }

    /// The failure of a connection whose ssh is this script.
    private func failure(_ script: String) throws -> ClientError? {
        prepareProcess()
        let loop = try EventLoop()
        let program = try JoinedProgram(["sh", "-c", script], on: loop)
        let connection = Connection(.program(program), configuration(of: Self.gpu))
        connection.onMessage = { reader, message throws(ProtocolError) in
            try reader.read(message) { _ throws(ProtocolError) in }
        }
        connection.send("{\"seq\":1,\"type\":\"info\"}\n".utf8Span.span)
        loop.run { connection.failure != nil }
        connection.close()
        loop.close()
        return connection.failure
    }

    @Test(arguments: [
        ("echo '{\"seq\":1}'; exit 255", ClientError.sshLost(host: "gpu", .exited(status: 255))),
        ("read line; exec sleep 1000 <&- >&-", .closed),
        // Another process holds the stream.
        ("exec 3<&0; cat <&3 >/dev/null & kill -KILL $$", .sshFailed(host: "gpu", .signalled(number: 9))),
    ]) func theEndOfSSHIsTheFailure(script: String, failure: ClientError) throws {
        #expect(try self.failure(script) == failure)
    }

    @Test(
        arguments: [
            (.exited(status: 255), "ssh could not connect to gpu; its message is above. Try: ssh gpu true"),
            (
                .exited(status: 127),
                "gpu has no uv-task in the PATH of the commands that ssh runs. Install it there, for example in /usr/local"
            ),
            (.exited(status: 6), "no daemon was reached on gpu; the message of uv-task there is above"),
            (.exited(status: 5), "the daemon on gpu does not let you in; the message of uv-task there is above"),
            (
                .exited(status: 64),
                "gpu has a uv-task that refuses the call; its message is above. It may be too old for --ssh"
            ), (.exited(status: 3), "the proxy on gpu ended with exit code 3"),
            (.signalled(number: 9), "ssh to gpu was ended by signal 9"),
        ] as [(JoinedProgram.End, String)]) func aFailedLoginIsExplained(end: JoinedProgram.End, sentence: String)
    {
        #expect(ClientError.sshFailed(host: "gpu", end).description == sentence)
    }

    @Test func otherFailuresOfSSHAreExplained() {
        #expect(
            ClientError.sshLost(host: "gpu", .exited(status: 255)).description == "ssh to gpu ended with exit code 255")
        let foreign = ClientError.foreignAnswer(Self.gpu, "r").description
        #expect(foreign == "what answers on gpu over ssh is not uv-taskd: r. Check that ssh gpu true prints nothing")
    }
}
