import ArgumentParser
import Logging
import TaskCore
import TaskServer
import Testing

@testable import uv_taskd

struct TaskDaemonTests {
    @Test func withoutOptionsTheDefaultsApply() throws {
        let daemon = try TaskDaemon.parse([])
        let server = daemon.serverConfiguration
        #expect(server.host == "localhost" && server.port == 4321 && server.usesTCP && server.tcpUsers == nil)
        #expect(server.unixSocket == nil && !server.trustsNetwork)
        #expect(server.readSize == 65536 && server.backlog == 1000 && server.killTime == 5000)
        #expect(server.limits == Limits())
        #expect(daemon.timeScale == 1 && daemon.logLevel == .notice)
    }

    @Test(arguments: [
        ["--receiving_buffer_size", "7", "--connection_limit", "8", "--timeout", "9"],
        ["--receiving-buffer-size=7", "--connection-limit=8", "--timeout=9s"],
        ["-r", "7", "-l", "8", "-t", "9"],
    ]) func everySpellingOfALegacyOptionIsAccepted(arguments: [String]) throws {
        let server = try TaskDaemon.parse(arguments).serverConfiguration
        #expect(server.readSize == 7 && server.backlog == 8 && server.limits.idleTime == 9000)
    }

    @Test func sizesAndTimesMayHaveUnits() throws {
        let options = ["-r", "4KiB", "--max-message", "2MiB", "--kill-after", "250ms"]
        let server = try TaskDaemon.parse(options).serverConfiguration
        #expect(server.readSize == 4096 && server.limits.message == 2 << 20 && server.killTime == 250)
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
        ["--port", "65536"], ["-r", "0"], ["-r", "2GiB"], ["-t", "0"], ["-l", "0"], ["--time-scale", "-1"],
        ["--time-scale", "nan"], ["--time-scale", "1001"], ["--log-level", "loud"], ["--max-message", "17MiB"],
    ]) func aBadOptionIsAUsageError(arguments: [String]) {
        #expect(usageError(arguments) != nil)
    }
}

/// The message if the arguments are a usage error.
func usageError(_ arguments: [String]) -> String? {
    do {
        _ = try TaskDaemon.parse(arguments)
        return nil
    } catch {
        return TaskDaemon.exitCode(for: error).rawValue == 64 ? TaskDaemon.message(for: error) : nil
    }
}
