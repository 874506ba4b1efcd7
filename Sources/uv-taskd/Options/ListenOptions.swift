import ArgumentParser
import CommandArguments
import TaskCore
import TaskServer

/// Where the server accepts connections, and whose.
struct ListenOptions: ParsableArguments {
    private static let standard = ServerConfiguration()

    @Option(
        help: """
            The name or address to listen on. A name stands for every address that it resolves to \
            (default: \(Self.standard.host)).
            """)
    var host: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            The port to listen on; 0 chooses a free one (default: \(Self.standard.port)). UV_TASK_PORT applies to \
            uv-task only.
            """,
            valueName: "0-65535"),
        transform: wholeNumber(in: 0...65535))
    var port: Int?

    @Option(
        help: ArgumentHelp(
            "Write the port to this file once the server accepts connections, and remove the file when it stops.",
            valueName: "file"),
        completion: .file())
    var portFile: String?

    @Option(
        help: ArgumentHelp(
            """
            Which users' programs may connect over a loopback address: any, or same, the user that runs the server \
            (default: same if --tasks defines types, else any).
            """,
            valueName: "any|same"),
        completion: .list(TCPUsers.words), transform: word(of: TCPUsers.self))
    var tcpUsers: TCPUsers?

    @Flag(
        help: """
            Allow --host to be an address that other machines can reach: everyone who reaches it may use the server, \
            unencrypted.
            """)
    var trustNetwork = false

    @Option(
        help: ArgumentHelp(
            "Listen on a unix socket, too. Its mode decides who may connect.", valueName: "path"),
        completion: .file(),
        transform: { path in
            guard !path.isEmpty else { throw ValidationError("it takes the path of a socket") }
            return path
        })
    var socket: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The mode of the socket, in octal (default: 600, or 660 with --socket-group).", valueName: "octal"),
        transform: { text in
            guard text.first != "+", let mode = UInt16(text, radix: 8), mode <= 0o777 else {
                throw ValidationError("it takes a mode in octal from 0 to 777, such as 600 or 660")
            }
            return mode
        })
    var socketMode: UInt16?

    @Option(help: ArgumentHelp("The group of the socket, by name or number.", valueName: "group"))
    var socketGroup: String?

    @Flag(name: .customLong("no-tcp"), help: "Listen on the unix socket only.")
    var noTCP = false

    func validate() throws {
        if socket == nil {
            let dependent =
                noTCP ? "--no-tcp" : socketMode != nil ? "--socket-mode" : socketGroup != nil ? "--socket-group" : nil
            if let dependent { throw ValidationError("\(dependent) needs --socket and the path of a unix socket") }
        }
        if noTCP {
            let needsTCP = [
                ("--host", host != nil), ("--port", port != nil), ("--port-file", portFile != nil),
                ("--tcp-users", tcpUsers != nil), ("--trust-network", trustNetwork),
            ]
            if let (option, _) = needsTCP.first(where: \.1) {
                throw ValidationError("\(option) is for TCP, which --no-tcp turns off; leave one of them out")
            }
        }
    }

    func apply(to server: inout ServerConfiguration) {
        if let host { server.host = host }
        if let port { server.port = port }
        server.portFile = portFile
        server.tcpUsers = tcpUsers
        server.trustsNetwork = trustNetwork
        server.usesTCP = !noTCP
        server.unixSocket = socket.map { UnixSocketConfiguration(path: $0, mode: socketMode, group: socketGroup) }
    }
}
