import Testing

@testable import TaskCore
@testable import TaskProtocol

struct LegacyRequestTests {
    @Test(arguments: [
        (LegacyRequest.run(taskName: "revers", data: "hello"), #"{"type":"run","task_name":"revers","data":"hello"}"#),
        (.run(taskName: "", data: "\"\n"), #"{"type":"run","task_name":"","data":"\"\n"}"#),
        (.status(id(42)), #"{"type":"status","task_id":42}"#),
        (.result(id(9_007_199_254_740_991)), #"{"type":"get_result","task_id":9007199254740991}"#),
    ]) func writingAndReadingAreInverse(value: LegacyRequest, line: String) {
        #expect(written { value.write(to: &$0) } == line + "\n")
        #expect(request(line) == .success(.legacy(value)))
    }

    @Test func membersStandInAnyOrderAndUnknownOnesAreIgnored() {
        let line = #"{"x":{"type":"status","task_id":"no"},"data":"d","y":[1,{}],"task_name":"n","type":"run"}"#
        #expect(request(line) == .success(.legacy(.run(taskName: "n", data: "d"))))
        #expect(request(#"{"type":"status","task_id":1,"data":"unused"}"#) == .success(.legacy(.status(id(1)))))
    }

    @Test(arguments: [
        #""wait":7"#, #""key":"""#, #""instance":1"#, #""limit":"x""#, #""before":null"#, #""timeout_ms":-1"#,
        #""status":"done""#, #""wait":true,"timeout_ms":1"#, #""key":"k","key":"k""#, #""limit":0,"limit":[]"#,
        #""offset":-1"#,
    ]) func membersOfRequestsWithASequenceAreUnknown(members: String) {
        #expect(
            request(#"{\#(members),"type":"run","task_name":"n","data":"d"}"#)
                == .success(.legacy(.run(taskName: "n", data: "d"))))
        #expect(request(#"{"type":"status","task_id":1,\#(members)}"#) == .success(.legacy(.status(id(1)))))
        #expect(request(#"{"type":"get_result",\#(members),"task_id":1}"#) == .success(.legacy(.result(id(1)))))
    }

    @Test(arguments: ["cancel", "log", "list", "stats", "info"])
    func otherRequestsNeedASequence(type: String) {
        #expect(request(#"{"type":"\#(type)","task_id":1}"#) == .failure(.unknownRequest))
    }

    private static let taskID = ProtocolError.wrongValue(
        "task_id", expected: "a task id, an integer from 1 to 9007199254740991")

    @Test(arguments: [
        (#"{}"#, ProtocolError.missing("type")),
        (#"{"type":"run","data":""}"#, .missing("task_name")),
        (#"{"type":"run","task_name":"echo"}"#, .missing("data")),
        (#"{"type":"status"}"#, .missing("task_id")),
        (#"{"type":7}"#, .wrongValue("type", expected: "a string")),
        (#"{"type":"run","task_name":null,"data":""}"#, .wrongValue("task_name", expected: "a string")),
        (#"{"type":"run","task_name":"echo","data":{}}"#, .wrongValue("data", expected: "a string")),
        (#"{"type":"run","task_name":"echo","data":"","task_id":"4"}"#, taskID),
        (#"{"type":"list","task_id":0}"#, taskID),
        (#"{"type":"status","task_id":"4"}"#, taskID), (#"{"type":"status","task_id":4.0}"#, taskID),
        (#"{"type":"status","task_id":4e0}"#, taskID), (#"{"type":"status","task_id":0}"#, taskID),
        (#"{"type":"status","task_id":-1}"#, taskID), (#"{"type":"status","task_id":9007199254740992}"#, taskID),
        (#"{"type":"status","task_id":18446744073709551615}"#, taskID),
        (#"{"type":"status","type":"status","task_id":1}"#, .repeated("type")),
        (#"{"type":"status","task_id":1,"task_id":1}"#, .repeated("task_id")),
        (#"{"type":"run","task_name":"echo","data":"","\u0064ata":""}"#, .repeated("data")),
    ]) func aMalformedRequestIsAnError(line: String, error: ProtocolError) {
        #expect(request(line) == .failure(error))
    }
}

struct LegacyReplyTests {
    private func reply(_ text: String) -> Result<LegacyReply, ProtocolError> {
        Result { () throws(ProtocolError) in try ReplyReader().readLegacy(text.utf8Span.span) }
    }

    @Test(arguments: [
        (LegacyReply.submitted(id(42)), #"{"task_id":42}"#),
        (.status(.waiting), #"{"status":"waiting"}"#),
        (.status(.execute), #"{"status":"execute"}"#),
        (.result(.success, data: "волс"), #"{"status":"success","data":"волс"}"#),
        (.result(.success, data: "null"), #"{"status":"success","data":"null"}"#),
        (.result(.success, data: ""), #"{"status":"success","data":""}"#),
        (.result(.error, data: nil), #"{"status":"error","data":null}"#),
    ]) func writingAndReadingAreInverse(value: LegacyReply, line: String) {
        #expect(written { value.write(to: &$0) } == line + "\n")
        #expect(reply(line) == .success(value))
    }

    @Test(arguments: [
        (#"{"data":"x"}"#, ProtocolError.missing("status")),
        (#"{"status":"done"}"#, .wrongValue("status", expected: "waiting, execute, success or error")),
        (#"{"status":"success","data":1}"#, .wrongValue("data", expected: "a string or null")),
        (#"{"task_id":0}"#, .wrongValue("task_id", expected: "a task id, an integer from 1 to 9007199254740991")),
        (#"{"task_id":1,"task_id":1}"#, .repeated("task_id")),
    ]) func aMalformedReplyIsAnError(line: String, error: ProtocolError) {
        #expect(reply(line) == .failure(error))
    }
}
