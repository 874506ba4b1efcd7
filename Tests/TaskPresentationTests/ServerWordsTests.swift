import Testing
import Wire

@testable import TaskPresentation

struct ServerWordsTests {
    @Test func statistics() {
        var statistics = ServerStatistics()
        statistics.uptime = 7_440_000
        statistics.submitted = 12
        statistics.succeeded = 5
        statistics.failed = 1
        statistics.cancelled = 2
        statistics.waiting = 3
        statistics.running = 1
        statistics.oldestWaiting = 12_000
        statistics.heldBytes = 12_950_000
        statistics.connections = 4
        statistics.accepted = 40
        statistics.waits = 6
        statistics.closedForErrors = 7
        statistics.refused = [.init("queue_full", 8), .init("draining", 0)]
        #expect(
            ServerWords.text(statistics) == """
                uptime              2 h 4 min
                submitted           12
                succeeded           5
                failed              1
                cancelled           2
                waiting             3
                running             1
                oldest waiting      for 12.0 s
                data and results    12.3 MiB
                connections         4
                connections so far  40
                closed for errors   7
                waits               6
                refused queue_full  8

                """)
        #expect(ServerWords.text(ServerStatistics()).contains("oldest waiting      -\n"))
    }

    @Test func information() {
        var information = ServerInformation(
            instance: InstanceID(rawValue: 0xab),
            taskTypes: [.init(name: "echo", delay: 0), .init(name: "ре\u{1B}", delay: 2000)],
            limits: [
                .init("max-message", 1 << 20), .init("timeout", nil), .init("drain-timeout", 30_000),
                .init("message-timeout-size", 65_536), .init("connection_limit", 1000),
            ])
        information.version = "1.2.3"
        #expect(
            ServerWords.text(information) == #"""
                name                    uv-taskd
                version                 1.2.3
                protocol                1
                instance                00000000000000ab
                task type echo          at once
                task type ре\u{1B}      2 s
                --max-message           1 MiB
                --timeout               none
                --drain-timeout         30 s
                --message-timeout-size  65536
                --connection_limit      1000

                """#)
    }
}
