import TaskCore
import Testing

@testable import uv_task

struct JSONLineTests {
    @Test(
        arguments: [
            // The id of the task replaces the sequence, and is not added twice.
            (#"{"seq":12,"status":"success","data":"a\n"}"#, 7, #"{"task_id":7,"status":"success","data":"a\n"}"#),
            (#"{"seq":12,"error":{"code":"draining"}}"#, 7, #"{"task_id":7,"error":{"code":"draining"}}"#),
            (#"{"seq":12,"task_id":7,"status":"waiting"}"#, 7, #"{"task_id":7,"status":"waiting"}"#),
            (#"{"seq":12,"tasks":[{"task_id":7}]}"#, nil, #"{"tasks":[{"task_id":7}]}"#),
            (#"{"seq":1,"data":"e\u{301}"}"#, 7, #"{"task_id":7,"data":"e\u{301}"}"#), ("{}", 7, #"{"task_id":7}"#),
            // A sequence elsewhere stays.
            (#"{"status":"success","seq":12}"#, nil, #"{"status":"success","seq":12}"#),
            (#"{ "seq":12,"status":"success"}"#, nil, #"{ "seq":12,"status":"success"}"#),
            (#"{"seq":12}"#, nil, #"{"seq":12}"#), ("{}", nil, "{}"),
        ] as [(String, Int?, String)]) func aReplyIsALine(reply: String, task: Int?, line: String)
    {
        #expect(JSONLine.line(reply, for: task.flatMap { .init(rawValue: $0) }) == line + "\n")
    }

    @Test func aTerminalGetsTheSameObjectWithoutControlCharacters() {
        let text = "{\"seq\":1,\r\"data\":\"\u{9B}31m\u{7F}\u{202E}\u{61C}ä😀\\u001b\"}"
        #expect(
            JSONLine.line(text, for: 7, isForTerminal: true)
                == #"{"task_id":7, "data":"\u009B31m\u007F\u202E\u061Cä😀\u001b"}"# + "\n")
        #expect(JSONLine.line(text).contains("\u{9B}31m\u{7F}\u{202E}\u{61C}"))
    }
}
