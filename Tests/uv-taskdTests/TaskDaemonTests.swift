import ArgumentParser
import TaskServer
import Testing

@testable import uv_taskd

struct TaskDaemonTests {
    @Test func noOptionIsNeeded() throws {
        let daemon = try TaskDaemon.parse([])
        #expect(daemon.serverConfiguration.host == "localhost")
        #expect(daemon.serverConfiguration.port == 4321)
        #expect(daemon.serverConfiguration.readSize == 65536)
        #expect(daemon.serverConfiguration.backlog == 1000)
        #expect(daemon.serverConfiguration.idleTimeout == nil)
        #expect(daemon.serverConfiguration.maximumMessage == 1_048_576)
        #expect(daemon.serverConfiguration.drainTimeout == 30_000)
        #expect(daemon.timeScale == 1)
        #expect(daemon.logLevel == .notice)
    }

    @Test(arguments: [
        ["--receiving_buffer_size", "7", "--connection_limit", "8", "--timeout", "9"],
        ["--receiving-buffer-size=7", "--connection-limit=8", "--timeout=9s"],
        ["-r", "7", "-l", "8", "-t", "9"],
    ]) func theOriginalsOptionsInEverySpelling(arguments: [String]) throws {
        let server = try TaskDaemon.parse(arguments).serverConfiguration
        #expect(server.readSize == 7)
        #expect(server.backlog == 8)
        #expect(server.idleTimeout == 9000)
    }

    @Test func sizesMayHaveUnits() throws {
        let server = try TaskDaemon.parse(["-r", "4KiB", "--max-message", "2MiB"]).serverConfiguration
        #expect(server.readSize == 4096)
        #expect(server.maximumMessage == 2 << 20)
    }

    @Test(arguments: [
        ["--port", "65536"], ["--port", "x"], ["-r", "0"], ["-t", "0"], ["--time-scale", "-1"],
        ["--time-scale", "nan"],
        ["--time-scale", "inf"], ["--log-level", "loud"], ["--unknown"], ["stray"], ["--max-message", "0"],
        ["--max-message", "17MiB"], ["--max-message", "1XB"], ["-r", "2GiB"],
    ]) func badOptionsAreUsageErrors(arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try TaskDaemon.parse(arguments) }
        #expect(error.map { TaskDaemon.exitCode(for: $0).rawValue } == 64)
    }
}
