import ArgumentParser
import Libuv
import TaskClient
import TaskCore
import Testing

@testable import uv_task

struct ConnectionOptionsTests {
    private func server(
        _ environment: [String: String] = [:], _ arguments: String..., search: ServerSearch = .everywhere,
        folders: [String: FolderState] = [:]
    ) throws -> ServerAddress {
        let choice = try ServerChoice(
            ConnectionOptions.parse(arguments), search, environment: { environment[$0] },
            folderState: { folders[$0] ?? .absent })
        return choice.server
    }

    /// - Parameter sentence: how the message begins.
    private func expectFailure(
        _ code: Int32, _ sentence: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ choose: () throws -> ServerAddress
    ) {
        let end = #expect(throws: CommandEnd.self, sourceLocation: sourceLocation) { try choose() }
        #expect(end?.code == code && end?.sentence?.hasPrefix(sentence) == true, sourceLocation: sourceLocation)
    }

    private let defaultServer = ServerAddress.tcp(host: "localhost", port: 4321)

    @Test func optionsCompleteTheVariablesAndAnEmptyVariableIsNotSet() throws {
        let environment = ["UV_TASK_HOST": "there", "UV_TASK_PORT": "99"]
        let names = ["UV_TASK_SSH", "UV_TASK_SOCKET", "UV_TASK_HOST", "UV_TASK_PORT", "XDG_RUNTIME_DIR"]
        #expect(try server(Dictionary(uniqueKeysWithValues: names.map { ($0, "") })) == defaultServer)
        #expect(try server(environment) == .tcp(host: "there", port: 99))
        #expect(try server(environment, "--port", "5") == .tcp(host: "there", port: 5))
        #expect(try server(environment, "--host", "::1", "--port", "5").description == "[::1]:5")
    }

    @Test(arguments: ["0", "65536", "x", "80 ", "\u{1B}"])
    func anInvalidPortInTheEnvironmentIsAnErrorUnlessAnOptionReplacesIt(text: String) throws {
        let sentence = "UV_TASK_PORT is \"\(TerminalText.escapedLine(text))\": it takes a whole number from 1 to 65535"
        expectFailure(64, sentence) { try server(["UV_TASK_PORT": text]) }
        #expect(try server(["UV_TASK_PORT": text], "--port", "1") == .tcp(host: "localhost", port: 1))
    }

    @Test(arguments: [
        ([], ""), (["--host", "h", "--port", "1", "--connect-timeout", "1s"], " --host h --port 1"),
        (["--host", "a b"], " --host 'a b'"), (["--socket", "/s\u{1B}[31m"], #" --socket '/s\u{1B}[31m'"#),
        (["--ssh", "me@gpu", "--port", "1"], " --ssh me@gpu --port 1"),
    ]) func suggestedCommandsRepeatTheOptions(arguments: [String], options: String) throws {
        #expect(try ConnectionOptions.parse(arguments).commandLine == options)
    }

    // MARK: ssh

    @Test func theTimeLimitOfALoginIsOptional() throws {
        let server = ServerAddress.ssh(host: "gpu", options: "")
        #expect(try !ConnectionOptions.parse([]).configuration(for: server).limitsLogin)
        let limited = try ConnectionOptions.parse(["--connect-timeout", "7ms"]).configuration(for: server)
        #expect(limited.limitsLogin && limited.connectTimeout == 7)
    }

    @Test func theServerBehindSSHIsThatOfTheOptions() throws {
        let environment = ["UV_TASK_SOCKET": "/here", "UV_TASK_PORT": "1", "UV_TASK_SSH": "other"]
        #expect(try server(environment, "--ssh", "gpu") == .ssh(host: "gpu", options: ""))
        let socket = try server(environment, "--ssh", "gpu", "--socket", "/a b")
        #expect(socket == .ssh(host: "gpu", options: " --socket '/a b'"))
        #expect(try server(environment, search: .withoutSSH) == .unix(path: "/here"))
        // Without the time limit, the proxy there would give up earlier.
        let limited = try server([:], "--ssh", "gpu", "--host", "it's", "--port", "1", "--connect-timeout", "20s")
        #expect(limited == .ssh(host: "gpu", options: #" --host 'it'\''s' --port 1 --connect-timeout 20000ms"#))
    }

    @Test func aHostOfSSHIsNoOption() {
        for host in ["", "-oProxyCommand=x"] {
            expectFailure(64, "--ssh takes a host") { try server([:], "--ssh", host) }
        }
        expectFailure(64, "UV_TASK_SSH takes a host") { try server(["UV_TASK_SSH": "-oProxyCommand=x"]) }
    }

    // MARK: Paths and folders

    @Test func aPathThatIsTooLongIsNamed() throws {
        let longest = "/" + String(repeating: "x", count: Endpoint.longestPath - 1)
        #expect(try server([:], "--socket", longest) == .unix(path: longest))
        let sentence = " has 108 bytes, and the system takes at most 107 for a unix socket: /xx"
        expectFailure(64, "--socket\(sentence)") { try server([:], "--socket", longest + "x") }
        expectFailure(64, "UV_TASK_SOCKET\(sentence)") { try server(["UV_TASK_SOCKET": longest + "x"]) }
    }

    private static let folder = FolderState.present(isShared: false, isOwn: true)
    private static let open = FolderState.present(isShared: true, isOwn: true)
    private static let foreign = FolderState.present(isShared: false, isOwn: false)

    @Test func aFolderDecidesByItsExistence() throws {
        let runtime = ["XDG_RUNTIME_DIR": "/u"]
        let both = ["/u": Self.folder, "/u/uv-task": Self.folder, "/run/uv-task": Self.folder]
        #expect(try server(runtime, folders: ["/u": Self.open]) == defaultServer)
        #expect(try server(["XDG_RUNTIME_DIR": "u"], folders: ["u/uv-task": Self.folder]) == defaultServer)
        #expect(try server(runtime, search: .withoutFolders, folders: both) == defaultServer)
        let socket = ["UV_TASK_SOCKET": "/s"]
        #expect(try server(socket, search: .withoutFolders, folders: both) == .unix(path: "/s"))
        // The system's administrator has chosen the owner of this one.
        #expect(try server(folders: ["/run/uv-task": Self.foreign]) == .unix(path: "/run/uv-task/socket"))
    }

    @Test(arguments: [
        (["/u": open, "/u/uv-task": folder], "may write to the folder /u"),
        (["/u": folder, "/u/uv-task": open], "may write to the folder /u/uv-task"),
        (["/run/uv-task": open], "may write to the folder /run/uv-task"),
        (["/u": foreign, "/u/uv-task": folder], "own the folder /u"),
        (["/u": folder, "/u/uv-task": foreign], "own the folder /u/uv-task"),
    ]) func aFolderInWhichOthersMayPutASocketIsRefused(folders: [String: FolderState], reason: String) {
        expectFailure(6, "other users \(reason), and") { try server(["XDG_RUNTIME_DIR": "/u"], folders: folders) }
    }

    @Test func aFolderThatCannotBeSeenIsNotTakenForAbsent() {
        let denied = FolderState.unknown(UVError(code: .permissionDenied, call: "uv_fs_stat"))
        expectFailure(6, "it is not known whether a daemon serves /u/uv-task: permission denied. Name the server") {
            try server(["XDG_RUNTIME_DIR": "/u"], folders: ["/u/uv-task": denied])
        }
    }
}

/// The sources of a server, from the first that applies to the last.
struct ServerSourceTests {
    typealias Source = (arguments: [String], environment: [String: String], folders: [String], server: ServerAddress)

    static let sources: [Source] = [
        (["--socket", "/a"], [:], [], .unix(path: "/a")),
        (["--port", "1"], [:], [], .tcp(host: "localhost", port: 1)),
        ([], ["UV_TASK_SOCKET": "/b"], [], .unix(path: "/b")),
        ([], ["UV_TASK_PORT": "2"], [], .tcp(host: "localhost", port: 2)),
        ([], ["XDG_RUNTIME_DIR": "/u"], ["/u", "/u/uv-task"], .unix(path: "/u/uv-task/socket")),
        ([], [:], ["/run/uv-task"], .unix(path: "/run/uv-task/socket")),
        ([], [:], [], .tcp(host: "localhost", port: 4321)),
    ]

    static let ssh: [Source] = [
        (["--ssh", "gpu"], [:], [], .ssh(host: "gpu", options: "")),
        ([], ["UV_TASK_SSH": "there"], [], .ssh(host: "there", options: "")),
    ]

    /// The context of a command for which a source and all later ones exist.
    private func context(_ sources: ArraySlice<Source>) throws -> ClientContext {
        var environment: [String: String] = [:]
        var folders: [String: FolderState] = [:]
        for source in sources {
            environment.merge(source.environment) { first, _ in first }
            for folder in source.folders { folders[folder] = .present(isShared: false, isOwn: true) }
        }
        return try ClientContext(
            ConnectionOptions.parse(sources.first?.arguments ?? []), .everywhere,
            .unused(environment: environment, folders: folders), printsReplies: false)
    }

    @Test(arguments: sources.indices) func aSourceComesBeforeTheLaterOnes(index: Int) throws {
        #expect(try context(Self.sources[index...]).configuration.server == Self.sources[index].server)
    }

    @Test func sshIsTheFirstOfTheOptionsAndTheFirstOfTheVariables() throws {
        #expect(try context(Self.ssh[0...] + Self.sources).configuration.server == Self.ssh[0].server)
        #expect(try context(Self.ssh[1...] + Self.sources[2...]).configuration.server == Self.ssh[1].server)
        // Options name a server on this machine.
        #expect(try context(Self.sources[0...] + Self.ssh).configuration.server == Self.sources[0].server)
    }

    private static let untried =
        "; TCP is not tried because /run/uv-task exists: name another server with --host and --port"

    /// If only a folder named the server, the user may have meant another one.
    @Test(
        arguments: [
            (0, .noSuchFile, 6, "there is no socket /a. Start the daemon with: uv-taskd --socket /a"),
            (
                0, .permissionDenied, 5,
                "you may not use the socket /a: its mode or that of a folder above it does not let you. Its owner can let a "
                    + "group in: uv-taskd --socket-group NAME"
            ),
            (1, .noSuchFile, 6, "cannot connect to localhost:1: no such file or directory"),
            (
                5, .connectionRefused, 6,
                "nothing listens on /run/uv-task/socket. Start it with: uv-taskd --socket /run/uv-task/socket\(untried)"
            ),
        ] as [(Int, UVError.Code, Int32, String)])
    func aFailureIsReported(source: Int, code: UVError.Code, exit: Int32, sentence: String) throws {
        let context = try context(Self.sources[source...])
        let cause = UVError(code: code, call: "connect")
        let end = context.end(ClientError(connectingTo: context.configuration.server, cause))
        #expect(end.sentence == sentence && end.code == exit)
    }
}

extension Console {
    /// For tests that neither read nor write.
    static func unused(environment: [String: String] = [:], folders: [String: FolderState] = [:]) -> Console {
        Console(
            output: Stream(write: { _ in }, size: { nil }), errors: Stream(write: { _ in }, size: { nil }),
            input: Input(isTerminal: false) { _ in .success([]) }, environment: { environment[$0] },
            folderState: { folders[$0] ?? .absent }, now: { 0 }, randomBits: { 0 }, signals: FakeSignals().source,
            users: Users(own: UserID(rawValue: 7)) { _ in nil })
    }
}
