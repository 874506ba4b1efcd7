import TaskCore
import TaskProtocol
import Testing

@testable import uv_task

struct LogWordsTests {
    private let words = LogWords(7)

    @Test func besideTheText() {
        #expect(words.skipped(12_950_000) == "12.3 MiB of the log of task 7 are no longer kept; this is what follows")
        #expect(words.nothing(hasEnded: false) == "task 7 has written nothing yet")
        #expect(words.nothing(hasEnded: true) == "task 7 wrote nothing")
    }

    @Test func howToReadOn() {
        #expect(words.interrupted(at: 0) == "interrupted; task 7 goes on. To read on: uv-task log 7 --follow")
        let more = LogWords(7, instance: InstanceID(rawValue: 0xab), isJSON: true, options: " --port 4322")
        let call = "uv-task log 7 --follow --offset 12 --instance 00000000000000ab --json --port 4322"
        #expect(more.interrupted(at: 12) == "interrupted; task 7 goes on. To read on: \(call)")
        #expect(
            more.waitEnded(at: 12) == "the daemon ended the wait for more of the log of task 7; \(call) goes on")
        #expect(
            more.connectionLost(to: "h:1", at: 12, cause: "x\n")
                == #"the connection to h:1 was lost while the log of task 7 was read (x\u{A}). "#
                + "If the daemon still runs: \(call)")
    }
}
