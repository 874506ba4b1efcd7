import ArgumentParser
import Libuv
import TaskClient

struct ProxyCommand: NamedCommand {
    static let configuration = CommandConfiguration(
        commandName: "proxy",
        abstract: "Join standard input and output with the server. uv-task --ssh runs it on the other machine.",
        discussion: """
            It finds the server as every command does, but not through ssh, and passes bytes both ways until the server \
            closes the connection. Other programs may use it to speak the protocol through ssh:
              ssh gpu uv-task proxy

            Exit codes: 0 the server closed the connection, 5 the socket may not be used, 6 no server or a lost \
            connection, 64 stdin is a terminal or cannot be read, 74 stdout was closed.
            """)

    @ParentCommand var root: TaskCommand
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    var printsReplies: Bool { false }
    var search: ServerSearch { .withoutSSH }

    func check() throws {
        if connection.ssh != nil { throw ValidationError("proxy is the end of an ssh connection and takes no --ssh") }
    }

    func perform(_ context: ClientContext) throws(CommandEnd) -> ProgramExit {
        guard !context.console.input.isTerminal else {
            throw CommandEnd(
                .usage,
                "proxy passes a program's input to the server, and stdin is a terminal; uv-task --ssh HOST runs it")
        }
        // A variable of one or two threads, which suits other programs, would leave none to write.
        ThreadPool.requireThreads(Proxy.threads)
        let streams = Proxy.Streams(
            read: context.console.input.read,
            write: { bytes in Result { () throws(UVError) in try StandardStream.output.write(bytes) } },
            waitForHangUp: StandardStream.output.waitForHangUp)
        switch try pass(streams, context) {
        case .closed: return .success
        case .noReader: return .cannotWrite
        case .unreadableInput(let error): throw CommandEnd(.usage, "cannot read stdin: \(error.message)")
        }
    }

    private func pass(_ streams: Proxy.Streams, _ context: ClientContext) throws(CommandEnd) -> Proxy.End {
        do throws(ClientError) {
            let proxy = try Proxy(context.configuration, streams)
            defer { proxy.close() }
            return try proxy.run()
        } catch {
            throw context.end(error)
        }
    }
}
