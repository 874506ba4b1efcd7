import TaskCore
import TaskProtocol
import Testing

@testable import uv_task

struct ServerTextTests {
    @Test func stats() {
        var stats = StatsReply()
        stats.uptime = 7_440_000
        (stats.submitted, stats.succeeded, stats.failed, stats.cancelled) = (12, 5, 1, 2)
        (stats.waiting, stats.running, stats.kept, stats.evicted) = (3, 1, 7, 11)
        (stats.oldestWaiting, stats.heldBytes, stats.connectionBytes) = (12_000, 12_950_000, 70_000)
        (stats.connections, stats.accepted, stats.waits, stats.closedForErrors) = (4, 40, 6, 7)
        stats.closedForLimits = [.init("timeout", 0), .init("write-timeout", 2), .init("x\u{1B}", 3)]
        stats.refused = [.init("queue_full", 8), .init("draining", 0)]
        #expect(
            stats.text == #"""
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
        #expect(StatsReply().text.contains("oldest waiting      -\n"))
    }

    private func type(
        _ name: String, delay: Int = 0, usual: Int?, isCommand: Bool = true, _ description: String? = nil,
        _ data: DataEncoding = .text, _ result: DataEncoding = .text
    ) -> TaskTypeInfo {
        var type = TaskTypeInfo(name: name, delay: delay)
        (type.isCommand, type.usualDuration, type.description) = (isCommand, usual, description)
        (type.data, type.result) = (data, result)
        return type
    }

    @Test func info() {
        var info = InfoReply(
            instance: InstanceID(rawValue: 0xab),
            taskTypes: [
                type("echo", usual: 0, isCommand: false),
                type("ре\u{1B}", delay: 2000, usual: 2000, isCommand: false, "Waits"),
                type("thumb", usual: 2400, "Scales a\npicture", .base64, .base64),
                type("hash", usual: 3, nil, .base64), type("draw", usual: nil, "Draws", .text, .base64),
            ],
            limits: [
                .init("max-message", 1 << 20), .init("timeout", nil), .init("drain-timeout", 30_000),
                .init("max-queued", 100_000), .init("keep-for", 86_400_000), .init("write-timeout", 1500),
                .init("message-timeout-size", 65_536),
            ])
        info.version = "1.2.3"
        #expect(
            info.text == #"""
                name                    uv-taskd
                version                 1.2.3
                protocol                1
                instance                00000000000000ab
                task type echo          at once
                task type ре\u{1B}      2 s: Waits
                task type thumb         a command, usually about 2 s, binary data and result: Scales a\u{A}picture
                task type hash          a command, usually less than 1 s, binary data
                task type draw          a command, how long it takes is not known yet, binary result: Draws
                --max-message           1 MiB
                --timeout               none
                --drain-timeout         30 s
                --max-queued            100000
                --keep-for              24 h
                --write-timeout         1500 ms
                --message-timeout-size  65536

                """#)
    }
}
