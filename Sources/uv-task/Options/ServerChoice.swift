import Libuv
import TaskClient
import TaskCore

/// Where a command looks for its server if no option names it.
enum ServerSearch {
    case everywhere
    /// The legacy form uses TCP unless it is told otherwise: the folders are newer than the scripts that call it.
    case withoutFolders
    /// `proxy` is what ssh runs.
    case withoutSSH
}

/// A server, and why it was chosen.
struct ServerChoice: Equatable {
    let server: ServerAddress
    /// The folder that was found; nil if something else decided.
    var folder: String?

    /// The name of the socket in a folder that is found.
    private static let socketName = "socket"
    private static let systemFolder = "/run/uv-task"

    /// The first that applies: the options; `UV_TASK_SSH`; `UV_TASK_SOCKET`; `UV_TASK_HOST` and `UV_TASK_PORT`; the folders
    /// `$XDG_RUNTIME_DIR/uv-task` and `/run/uv-task`; localhost.
    ///
    /// If a folder exists, its socket is used, whether or not a daemon serves it: the port might be another queue, or a
    /// stranger's.
    ///
    /// - Parameters:
    ///   - environment: returns the value of a variable; nil if it is not set. An empty one counts as not set.
    ///   - folderState: looks at a path.
    init(
        _ options: ConnectionOptions, _ search: ServerSearch, environment: (String) -> String?,
        folderState: (String) -> FolderState
    ) throws(CommandEnd) {
        func variable(_ name: String) -> String? { environment(name).flatMap { $0.isEmpty ? nil : $0 } }
        let isServerGiven = options.socket != nil || options.host != nil || options.port != nil
        if let host = options.ssh {
            self.init(server: try Self.ssh(host, "--ssh", options))
        } else if !isServerGiven, search != .withoutSSH, let host = variable("UV_TASK_SSH") {
            self.init(server: try Self.ssh(host, "UV_TASK_SSH", options))
        } else if let path = options.socket {
            self.init(server: try Self.socket(path, "--socket"))
        } else if !isServerGiven, let path = variable("UV_TASK_SOCKET") {
            self.init(server: try Self.socket(path, "UV_TASK_SOCKET"))
        } else if isServerGiven || variable("UV_TASK_HOST") != nil || variable("UV_TASK_PORT") != nil {
            self.init(server: try Self.tcp(options, variable))
        } else if search != .withoutFolders, let folder = try Self.folder(variable("XDG_RUNTIME_DIR"), folderState) {
            let path = "\(folder)/\(Self.socketName)"
            self.init(server: try Self.socket(path, "the socket of the folder \(shown(folder))"), folder: folder)
        } else {
            self.init(server: ClientConfiguration().server)
        }
    }

    private init(server: ServerAddress, folder: String? = nil) {
        self.server = server
        self.folder = folder
    }

    // MARK: Servers

    private static func ssh(
        _ host: String, _ name: String, _ options: ConnectionOptions
    ) throws(CommandEnd) -> ServerAddress {
        // ssh would take it for an option, which may name a program to run.
        guard !host.isEmpty, !host.hasPrefix("-") else {
            throw CommandEnd(.usage, "\(name) takes a host, as ssh does: a name or user@name that begins with no dash")
        }
        if let path = options.socket { _ = try socket(path, "--socket") }
        return .ssh(host: host, options: options.remoteOptions)
    }

    /// - Parameter name: what gave the path.
    private static func socket(_ path: String, _ name: String) throws(CommandEnd) -> ServerAddress {
        guard !path.isEmpty else { throw CommandEnd(.usage, "\(name) takes the path of a unix socket") }
        let length = path.utf8.count
        guard length <= Endpoint.longestPath else {
            throw CommandEnd(
                .usage,
                "\(name) has \(length) bytes, and the system takes at most \(Endpoint.longestPath) for a unix socket: "
                    + TerminalText.escapedLine(path, width: 64))
        }
        return .unix(path: path)
    }

    private static func tcp(
        _ options: ConnectionOptions, _ variable: (String) -> String?
    ) throws(CommandEnd) -> ServerAddress {
        let host = options.host ?? variable("UV_TASK_HOST") ?? defaultHost
        if let port = options.port { return .tcp(host: host, port: port) }
        guard let text = variable("UV_TASK_PORT") else { return .tcp(host: host, port: defaultPort) }
        guard let port = Int(text), (1...65535).contains(port) else {
            let value = TerminalText.escapedLine(text, width: 64)
            throw CommandEnd(.usage, "UV_TASK_PORT is \"\(value)\": it takes a whole number from 1 to 65535")
        }
        return .tcp(host: host, port: port)
    }

    // MARK: Folders

    /// The first folder that exists.
    ///
    /// - Parameter runtime: the folder for the sockets of this user. A relative one is ignored, as its specification says.
    private static func folder(
        _ runtime: String?, _ folderState: (String) -> FolderState
    ) throws(CommandEnd) -> String? {
        if let runtime, runtime.hasPrefix("/") {
            let folder = "\(runtime)/uv-task"
            if try exists(folder, folderState, mustBeOwn: true) {
                // A user who may write to it could have made the folder.
                _ = try exists(runtime, folderState, mustBeOwn: true)
                return folder
            }
        }
        // The system's administrator has chosen its owner.
        return try exists(systemFolder, folderState, mustBeOwn: false) ? systemFolder : nil
    }

    /// - Throws: if others could have put a socket in the folder, or if that is not known.
    private static func exists(
        _ folder: String, _ folderState: (String) -> FolderState, mustBeOwn: Bool
    ) throws(CommandEnd) -> Bool {
        switch folderState(folder) {
        case .absent: return false
        case .present(let isShared, let isOwn):
            if !isShared, isOwn || !mustBeOwn { return true }
            throw CommandEnd(
                .noConnection,
                "other users \(isShared ? "may write to" : "own") the folder \(shown(folder)), and its socket could be theirs. "
                    + "Name the server with --socket or --port")
        case .unknown(let error):
            throw CommandEnd(
                .noConnection,
                "it is not known whether a daemon serves \(shown(folder)): \(error.message). Name the server with --socket "
                    + "or --port")
        }
    }
}

private func shown(_ path: String) -> String { TerminalText.escapedLine(path) }
