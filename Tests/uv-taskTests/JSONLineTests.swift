import JSON
import TaskCore
import TaskProtocol
import Testing

@testable import uv_task

struct JSONLineTests {
    /// The server's reply to the request with the `seq` 12, without its newline.
    private func written(_ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        write(&writer)
        let line = writer.bytes.extracting(droppingLast: 1)
        return (try? String(copying: UTF8Span(validating: line))) ?? ""
    }

    private func written(_ reply: some ReplyMessage) -> String { written { reply.write(to: &$0, sequence: 12) } }

    @Test func theIDReplacesTheSequence() {
        #expect(
            JSONLine.line(written(ResultReply(.success, data: "a\n")), for: 7)
                == #"{"task_id":7,"status":"success","data":"a\n"}"# + "\n")
        #expect(
            JSONLine.line(written(StatusReply(TaskReport(state: .waiting))), for: 7)
                == #"{"task_id":7,"status":"waiting"}"# + "\n")
        #expect(
            JSONLine.line(written { Refusal(.draining, "no").write(to: &$0, sequence: 12) }, for: 7)
                == #"{"task_id":7,"error":{"code":"draining","message":"no"}}"# + "\n")
    }

    @Test func anIDIsNotAddedTwice() {
        let reply = RunReply(
            task: 7, instance: InstanceID(rawValue: 1), state: .waiting, position: nil, remainingTime: nil,
            isExisting: false)
        let line = #"{"task_id":7,"instance":"0000000000000001","status":"waiting"}"# + "\n"
        #expect(JSONLine.line(written(reply), for: 7) == line)
        #expect(JSONLine.line(written(reply)) == line)
    }

    @Test func aTerminalGetsTheSameObjectWithoutControlCharacters() {
        let text = "{\"seq\":1,\r\"data\":\"\u{9B}31m\u{7F}\u{202E}\u{61C}ä😀\\u001b\"}"
        #expect(
            JSONLine.line(text, for: 7, isForTerminal: true)
                == #"{"task_id":7, "data":"\u009B31m\u007F\u202E\u061Cä😀\u001b"}"# + "\n")
        #expect(JSONLine.line(text).contains("\u{9B}31m\u{7F}\u{202E}\u{61C}"))
    }

    @Test func withoutAnID() {
        let reply = ListReply(tasks: [TaskReport(id: 7, state: .success)], next: nil)
        #expect(JSONLine.line(written(reply)) == #"{"tasks":[{"task_id":7,"status":"success"}]}"# + "\n")
    }

    @Test func aSequenceElsewhereStays() {
        for text in [#"{"status":"success","seq":12}"#, #"{ "seq":12,"status":"success"}"#, #"{"seq":12}"#, "{}"] {
            #expect(JSONLine.line(text) == text + "\n")
        }
        #expect(JSONLine.line("{}", for: 7) == #"{"task_id":7}"# + "\n")
        #expect(JSONLine.line(#"{"seq":1,"data":"e\u{301}"}"#, for: 7) == #"{"task_id":7,"data":"e\u{301}"}"# + "\n")
    }
}
