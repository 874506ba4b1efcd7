import TaskCore
import TaskProtocol
import Testing

@testable import uv_task

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
        statistics.kept = 7
        statistics.forgotten = 11
        statistics.heldBytes = 12_950_000
        statistics.connectionBytes = 70_000
        statistics.connections = 4
        statistics.accepted = 40
        statistics.waits = 6
        statistics.closedForErrors = 7
        statistics.closedForLimits = [.init("timeout", 0), .init("write-timeout", 2), .init("x\u{1B}", 3)]
        statistics.refused = [.init("queue_full", 8), .init("draining", 0)]
        #expect(
            ServerWords.text(statistics) == #"""
                uptime                     2 h 4 min
                submitted                  12
                succeeded                  5
                failed                     1
                cancelled                  2
                waiting                    3
                running                    1
                kept                       7
                forgotten                  11
                oldest waiting             for 12.0 s
                held for tasks             12.3 MiB
                held for clients           68.3 KiB
                connections                4
                connections so far         40
                closed for errors          7
                waits                      6
                closed by --write-timeout  2
                closed by --x\u{1B}        3
                refused queue_full         8

                """#)
        #expect(ServerWords.text(ServerStatistics()).contains("oldest waiting      -\n"))
    }

    @Test func taskTypes() {
        func type(
            _ name: String, delay: Int = 0, usual: Int?, isCommand: Bool = true, _ description: String? = nil,
            _ data: DataEncoding = .text, _ result: DataEncoding = .text
        ) -> ServerInformation.TaskType {
            var type = ServerInformation.TaskType(name: name, delay: delay)
            type.isCommand = isCommand
            type.usualDuration = usual
            type.description = description
            type.data = data
            type.result = result
            return type
        }
        let information = ServerInformation(
            instance: InstanceID(rawValue: 0xab),
            taskTypes: [
                type("echo", usual: 0, isCommand: false),
                type("slow", delay: 2000, usual: 2000, isCommand: false, "Waits"),
                type("thumb", usual: 2400, "Scales a\npicture", .base64, .base64), type("hash", usual: 3, nil, .base64),
                type("draw", usual: nil, nil, .text, .base64), type("deploy", usual: nil, "Deploys"),
            ], limits: [])
        #expect(
            ServerWords.text(information).split(separator: "\n").dropFirst(4).joined(separator: "\n") == #"""
                task type echo    at once
                task type slow    2 s: Waits
                task type thumb   a command, usually about 2 s, binary data and result: Scales a\u{A}picture
                task type hash    a command, usually less than 1 s, binary data
                task type draw    a command, how long it takes is not known yet, binary result
                task type deploy  a command, how long it takes is not known yet: Deploys
                """#)
    }

    @Test func information() {
        var information = ServerInformation(
            instance: InstanceID(rawValue: 0xab),
            taskTypes: [.init(name: "echo", delay: 0), .init(name: "ре\u{1B}", delay: 2000)],
            limits: [
                .init("max-message", 1 << 20), .init("timeout", nil), .init("drain-timeout", 30_000),
                .init("max-queued", 100_000), .init("max-memory", 256 << 20), .init("keep-results", 1000),
                .init("keep-for", 86_400_000), .init("max-connections", nil), .init("max-unanswered", 1000),
                .init("write-timeout", 1500), .init("message-timeout-size", 65_536), .init("connection_limit", 1000),
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
                --max-queued            100000
                --max-memory            256 MiB
                --keep-results          1000
                --keep-for              24 h
                --max-connections       none
                --max-unanswered        1000
                --write-timeout         1500 ms
                --message-timeout-size  65536
                --connection_limit      1000

                """#)
    }
}
