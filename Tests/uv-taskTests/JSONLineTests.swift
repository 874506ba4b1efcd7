import TaskCore
import TaskProtocol
import Testing

@testable import uv_task

struct JSONLineTests {
    /// What the server writes to a request with the `seq` 12.
    private func written(_ reply: Reply) -> String {
        var bytes: [UInt8] = []
        reply.write(to: &bytes, sequence: 12)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func theIDStandsFirst() {
        #expect(
            JSONLine.line(written(.result(.init(.success, data: "a\n"))), for: 7)
                == #"{"task_id":7,"status":"success","data":"a\n"}"# + "\n")
        #expect(
            JSONLine.line(written(.status(TaskReport(state: .waiting))), for: 7)
                == #"{"task_id":7,"status":"waiting"}"# + "\n")
        #expect(
            JSONLine.line(written(.refused(RequestError(.draining, "no"))), for: 7)
                == #"{"task_id":7,"error":{"code":"draining","message":"no"}}"# + "\n")
    }

    @Test func anIDThatIsThereIsNotPutAgain() {
        let submission = Reply.Submission(
            task: TaskReport(id: 7, state: .waiting), instance: InstanceID(rawValue: 1), isExisting: false)
        let line = #"{"task_id":7,"instance":"0000000000000001","status":"waiting"}"# + "\n"
        #expect(JSONLine.line(written(.submitted(submission)), for: 7) == line)
        #expect(JSONLine.line(written(.submitted(submission))) == line)
    }

    @Test func forATerminalItIsTheSameJSONWithoutWhatATerminalObeys() {
        let text = "{\"seq\":1,\r\"data\":\"\u{9B}31m\u{7F}\u{202E}\u{61C}ä😀\\u001b\"}"
        #expect(
            JSONLine.line(text, for: 7, isForTerminal: true)
                == #"{"task_id":7, "data":"\u009B31m\u007F\u202E\u061Cä😀\u001b"}"# + "\n")
        #expect(JSONLine.line(text).contains("\u{9B}31m\u{7F}\u{202E}\u{61C}"))
    }

    @Test func withoutAnID() {
        #expect(
            JSONLine.line(written(.list(.init(tasks: [TaskReport(id: 7, state: .success)], next: nil))))
                == #"{"tasks":[{"task_id":7,"status":"success"}]}"# + "\n")
    }

    @Test func whatIsWrittenOtherwiseStays() {
        for text in [
            #"{"status":"success","seq":12}"#, #"{ "seq":12,"status":"success"}"#, #"{"seq":12}"#, #"{"seq":-1,"a":2}"#,
            #"{"seq":,"a":2}"#, #"["seq"]"#, "",
        ] { #expect(JSONLine.line(text) == text + "\n") }
        #expect(JSONLine.line("{}", for: 7) == #"{"task_id":7}"# + "\n")
        #expect(JSONLine.line("nothing", for: 7) == "nothing\n")
        #expect(JSONLine.line(#"{"seq":1,"data":"e\u{301}"}"#, for: 7) == #"{"task_id":7,"data":"e\u{301}"}"# + "\n")
    }
}
