import Testing

@testable import TaskCore
@testable import TaskProtocol

private func reply(_ text: String) -> Result<ClassicReply, BrokenMessage> {
    Result { () throws(BrokenMessage) in try MessageReader().classicReply(text.utf8Span.span) }
}

struct ClassicRequestTests {
    @Test(arguments: [
        (ClassicRequest.run(taskName: "revers", data: "hello"), #"{"type":"run","task_name":"revers","data":"hello"}"#),
        (.run(taskName: "", data: "\"\n"), #"{"type":"run","task_name":"","data":"\"\n"}"#),
        (.status(id(42)), #"{"type":"status","task_id":42}"#),
        (.result(id(9_007_199_254_740_991)), #"{"type":"get_result","task_id":9007199254740991}"#),
    ]) func isWrittenOnOneLineAndReadBack(value: ClassicRequest, line: String) {
        var bytes: [UInt8] = []
        value.write(to: &bytes)
        #expect(text(of: bytes.span) == line + "\n")
        #expect(request(line) == .success(.classic(value)))
    }

    @Test func membersStandInAnyOrderAndUnknownOnesAreIgnored() {
        let line = #"{"x":{"type":"status","task_id":"no"},"data":"d","y":[1,{}],"task_name":"n","type":"run"}"#
        #expect(request(line) == .success(.classic(.run(taskName: "n", data: "d"))))
        #expect(request(#"{"type":"status","task_id":1,"data":"unused"}"#) == .success(.classic(.status(id(1)))))
    }

    @Test(arguments: [
        (#"{}"#, BrokenMessage.missing("type")),
        (#"{"type":"run","data":""}"#, .missing("task_name")),
        (#"{"type":"run","task_name":"echo"}"#, .missing("data")),
        (#"{"type":"status"}"#, .missing("task_id")),
        (#"{"type":"stop"}"#, .unknownRequest),
        (#"{"type":"Run","task_name":"","data":""}"#, .unknownRequest),
        (#"{"type":7}"#, .wrongValue("type")),
        (#"{"type":"run","task_name":null,"data":""}"#, .wrongValue("task_name")),
        (#"{"type":"run","task_name":"echo","data":{}}"#, .wrongValue("data")),
        (#"{"type":"run","task_name":"echo","data":"","task_id":"4"}"#, .wrongValue("task_id")),
        (#"{"type":"status","task_id":"4"}"#, .wrongValue("task_id")),
        (#"{"type":"status","task_id":4.0}"#, .wrongValue("task_id")),
        (#"{"type":"status","task_id":4e0}"#, .wrongValue("task_id")),
        (#"{"type":"status","task_id":0}"#, .wrongValue("task_id")),
        (#"{"type":"status","task_id":-1}"#, .wrongValue("task_id")),
        (#"{"type":"status","task_id":9007199254740992}"#, .wrongValue("task_id")),
        (#"{"type":"status","task_id":18446744073709551615}"#, .wrongValue("task_id")),
        (#"{"type":"status","type":"status","task_id":1}"#, .repeated("type")),
        (#"{"type":"status","task_id":1,"task_id":1}"#, .repeated("task_id")),
        (#"{"type":"run","task_name":"echo","data":"","\u0064ata":""}"#, .repeated("data")),
    ]) func brokenOnes(line: String, expected: BrokenMessage) {
        #expect(request(line) == .failure(expected))
    }

    @Test(arguments: ["{", #"{"type":"run",}"#, #"{"type":"run","x":nul}"#, #"{"x":"\ud800"}"#, "[]"])
    func whatIsNoJSONSaysWhy(line: String) {
        guard case .failure(.notJSON(let reason)) = request(line) else {
            return #expect(Bool(false), "\(request(line))")
        }
        #expect(!reason.isEmpty)
    }
}

struct ClassicReplyTests {
    @Test(arguments: [
        (ClassicReply.submitted(id(42)), #"{"task_id":42}"#),
        (.status(.waiting), #"{"status":"waiting"}"#),
        (.status(.execute), #"{"status":"execute"}"#),
        (.result(.success, "волс"), #"{"status":"success","data":"волс"}"#),
        (.result(.success, "null"), #"{"status":"success","data":"null"}"#),
        (.result(.error, nil), #"{"status":"error","data":null}"#),
    ]) func isWrittenOnOneLineAndReadBack(value: ClassicReply, line: String) {
        var bytes: [UInt8] = []
        value.write(to: &bytes)
        #expect(text(of: bytes.span) == line + "\n")
        #expect(reply(line) == .success(value))
    }

    @Test(arguments: [
        (#"{"data":"x"}"#, BrokenMessage.missing("status")),
        (#"{"status":"done"}"#, .wrongValue("status")),
        (#"{"status":"success","data":1}"#, .wrongValue("data")),
        (#"{"task_id":0}"#, .wrongValue("task_id")),
    ]) func brokenOnes(line: String, expected: BrokenMessage) {
        #expect(reply(line) == .failure(expected))
    }
}

struct TaskIDTests {
    @Test func theRangeIsWhatEveryJSONReaderCanTellApart() {
        #expect(TaskID(rawValue: 0) == nil)
        #expect(TaskID(rawValue: 1) == .first)
        #expect(TaskID(rawValue: (1 << 53) - 1) != nil)
        #expect(TaskID(rawValue: 1 << 53) == nil)
        #expect(TaskID.first.next > .first)
    }
}

struct TaskStateTests {
    @Test func theWordsOnTheWire() {
        #expect(TaskState.allCases.map(\.rawValue) == ["waiting", "execute", "success", "error"])
        #expect(TaskState.allCases.map { "\($0.word)" } == TaskState.allCases.map(\.rawValue))
        #expect(TaskState.allCases.filter(\.isFinal) == [.success, .error])
    }
}
