import ArgumentParser
import Logging
import TaskCore
import TaskServer
import Testing

@testable import uv_taskd

struct TaskDaemonTests {
    @Test func withoutOptionsTheDefaultsApply() throws {
        let daemon = try TaskDaemon.parse([])
        #expect(daemon.serverConfiguration.host == "localhost")
        #expect(daemon.serverConfiguration.port == 4321)
        #expect(daemon.serverConfiguration.readSize == 65536)
        #expect(daemon.serverConfiguration.backlog == 1000)
        #expect(daemon.serverConfiguration.killTime == 5000)
        #expect(daemon.serverConfiguration.limits == Limits())
        #expect(daemon.timeScale == 1)
        #expect(daemon.logLevel == .notice)
    }

    @Test(arguments: [
        ["--receiving_buffer_size", "7", "--connection_limit", "8", "--timeout", "9"],
        ["--receiving-buffer-size=7", "--connection-limit=8", "--timeout=9s"],
        ["-r", "7", "-l", "8", "-t", "9"],
    ]) func everySpellingOfALegacyOptionIsAccepted(arguments: [String]) throws {
        let server = try TaskDaemon.parse(arguments).serverConfiguration
        #expect(server.readSize == 7)
        #expect(server.backlog == 8)
        #expect(server.limits.idleTime == 9000)
    }

    @Test func sizesMayHaveUnits() throws {
        let server = try TaskDaemon.parse(["-r", "4KiB", "--max-message", "2MiB"]).serverConfiguration
        #expect(server.readSize == 4096)
        #expect(server.limits.message == 2 << 20)
    }

    @Test func everyLimitHasItsOption() throws {
        for (limit, standard) in Limits().all {
            let value = (standard ?? limit.range.lowerBound) + 1
            let text = limit.unit == .milliseconds ? "\(value)ms" : "\(value)"
            let limits = try TaskDaemon.parse(["--\(limit.name)", text]).serverConfiguration.limits
            #expect(limits.all.first { $0.limit == limit }?.value == value, "\(limit.name)")
        }
    }

    @Test(arguments: [
        ["--port", "65536"], ["--port", "x"], ["-r", "0"], ["-t", "0"], ["--time-scale", "-1"],
        ["--time-scale", "nan"], ["--time-scale", "inf"], ["--log-level", "loud"], ["--unknown"], ["stray"],
        ["--max-message", "0"], ["--max-message", "17MiB"], ["--max-message", "1XB"], ["-r", "2GiB"],
    ]) func aBadOptionIsAUsageError(arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try TaskDaemon.parse(arguments) }
        #expect(error.map { TaskDaemon.exitCode(for: $0).rawValue } == 64)
    }
}
