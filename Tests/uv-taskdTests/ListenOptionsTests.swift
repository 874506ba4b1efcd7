import ArgumentParser
import TaskServer
import Testing

@testable import uv_taskd

struct ListenOptionsTests {
    @Test func everyOptionIsConfigured() throws {
        let arguments = [
            "--host", "::1", "--port", "0", "--port-file", "p", "--tcp-users", "same", "--socket", "s",
            "--socket-mode", "660", "--socket-group", "staff",
        ]
        let server = try TaskDaemon.parse(arguments).serverConfiguration
        #expect(server.host == "::1" && server.port == 0 && server.portFile == "p")
        #expect(server.tcpUsers == .same && server.usesTCP && !server.trustsNetwork)
        #expect(
            server.unixSocket?.path == "s" && server.unixSocket?.mode == 0o660 && server.unixSocket?.group == "staff")
        #expect(try TaskDaemon.parse(["--trust-network"]).serverConfiguration.trustsNetwork)
        #expect(try !TaskDaemon.parse(["--socket", "s", "--no-tcp"]).serverConfiguration.usesTCP)
    }

    @Test(arguments: [
        (["--no-tcp"], "--no-tcp needs --socket"), (["--socket-mode", "600"], "--socket-mode needs --socket"),
        (["--socket-group", "staff"], "--socket-group needs --socket"),
        (["--socket", ""], "it takes the path of a socket"),
        (["--socket", "s", "--no-tcp", "--host", "::1"], "--host is for TCP"),
        (["--socket", "s", "--no-tcp", "--port", "4321"], "--port is for TCP"),
        (["--socket", "s", "--no-tcp", "--port-file", "p"], "--port-file is for TCP"),
        (["--socket", "s", "--no-tcp", "--tcp-users", "any"], "--tcp-users is for TCP"),
        (["--socket", "s", "--no-tcp", "--trust-network"], "--trust-network is for TCP"),
        (["--socket-mode", "1777"], "it takes a mode in octal"),
        (["--socket-mode", "800"], "it takes a mode in octal"),
        (["--socket-mode", "-1"], "it takes a mode in octal"), (["--socket-mode", "rw"], "it takes a mode in octal"),
        (["--tcp-users", "all"], "it takes one of any, same"),
    ]) func optionsThatDoNotFitTogetherAreAUsageError(arguments: [String], message: String) {
        #expect(usageError(arguments)?.contains(message) == true)
    }
}
