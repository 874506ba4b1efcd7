import Testing

@testable import TaskCore
@testable import TaskProtocol

struct LegacyRequestTests {
    @Test(arguments: [
        (LegacyRequest.run(taskName: "", data: "\"\n"), #"{"type":"run","task_name":"","data":"\"\n"}"#),
        (.status(id(42)), #"{"type":"status","task_id":42}"#),
        (.result(id(9_007_199_254_740_991)), #"{"type":"get_result","task_id":9007199254740991}"#),
    ]) func writingAndReadingAreInverse(value: LegacyRequest, line: String) {
        #expect(written { value.write(to: &$0) } == line + "\n")
        #expect(request(line) == .success(.legacy(value)))
    }

    @Test(arguments: [
        #""x":{"type":"status","task_id":"no"}"#, #""task_id":1"#, #""wait":7"#, #""key":"k","key":"k""#,
    ]) func otherMembersAreIgnored(members: String) {
        let expected = IncomingRequest.legacy(.run(taskName: "n", data: "d"))
        #expect(request(#"{\#(members),"data":"d","task_name":"n","type":"run"}"#) == .success(expected))
    }

    @Test(arguments: [
        (#"{}"#, ProtocolError.missing("type")),
        (#"{"type":"run","data":""}"#, .missing("task_name")),
        (#"{"type":"run","task_name":"echo"}"#, .missing("data")),
        (#"{"type":"status"}"#, .missing("task_id")),
        (#"{"type":"run","task_name":"echo","data":{}}"#, .wrongValue("data", expected: "a string")),
        (
            #"{"type":"list","task_id":4.0}"#,
            .wrongValue("task_id", expected: "a task id, an integer from 1 to 9007199254740991")
        ),
        (#"{"type":"status","task_id":1,"task_id":1}"#, .repeated("task_id")),
        // Also of members that the request does not use.
        (#"{"type":"status","task_id":1,"data":7}"#, .wrongValue("data", expected: "a string")),
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
        (.status(.execute), #"{"status":"execute"}"#),
        (.result(.success, data: "волс"), #"{"status":"success","data":"волс"}"#),
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
