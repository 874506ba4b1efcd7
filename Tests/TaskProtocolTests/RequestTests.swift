import Testing

@testable import TaskCore
@testable import TaskProtocol

private let instance = InstanceID(rawValue: 0x0123_4567_89ab_cdef)
private let largest = countRange.upperBound

private func accepted(_ request: Request, for instance: InstanceID? = nil) -> Result<IncomingRequest, ProtocolError> {
    .success(.request(request, sequence: 5, instance: instance))
}

/// Checks that the request is written with these members, and that it is read from them.
private func expect(
    _ message: some RequestMessage, _ request: Request, for instance: InstanceID? = nil, isWritten members: String,
    at location: SourceLocation = #_sourceLocation
) {
    let line = "{\"seq\":5,\"type\":\(members)}"
    let text = written { message.write(to: &$0, sequence: 5, instance: instance) }
    #expect(text == line + "\n", sourceLocation: location)
    #expect(TaskProtocolTests.request(line) == accepted(request, for: instance), sourceLocation: location)
}

struct RequestTests {
    @Test func run() {
        let plain = RunRequest(taskName: "echo", data: "a\"b\nя")
        expect(plain, .run(plain), isWritten: #""run","task_name":"echo","data":"a\"b\nя""#)
        let longKey = String(repeating: "я", count: 64)
        let full = RunRequest(taskName: "", data: "", key: longKey)
        expect(
            full, .run(full), for: instance,
            isWritten: #""run","task_name":"","data":"","key":"\#(longKey)","instance":"0123456789abcdef""#)
    }

    @Test func statusAndResult() {
        func expectBoth(_ id: TaskID, _ wait: Wait?, for instance: InstanceID? = nil, isWritten members: String) {
            let status = StatusRequest(id, wait: wait)
            expect(status, .status(status), for: instance, isWritten: #""status",\#(members)"#)
            let result = ResultRequest(id, wait: wait)
            expect(result, .result(result), for: instance, isWritten: #""get_result",\#(members)"#)
        }
        expectBoth(id(1), nil, isWritten: #""task_id":1"#)
        expectBoth(id(largest), Wait(), isWritten: #""task_id":9007199254740991,"wait":true"#)
        expectBoth(
            id(7), Wait(timeout: 0), for: InstanceID(rawValue: 7),
            isWritten: #""task_id":7,"wait":true,"timeout_ms":0,"instance":"0000000000000007""#)
    }

    @Test func cancelStatsAndInfo() {
        let cancel = CancelRequest(id(42))
        expect(cancel, .cancel(cancel), isWritten: #""cancel","task_id":42"#)
        #expect(cancel.wait == Wait(), "the reply may take as long as the command")
        expect(StatsRequest(), .stats(StatsRequest()), isWritten: #""stats""#)
        expect(
            InfoRequest(), .info(InfoRequest()), for: InstanceID(rawValue: .max),
            isWritten: #""info","instance":"ffffffffffffffff""#)
    }

    @Test func log() {
        let plain = LogRequest(id(3))
        expect(plain, .log(plain), isWritten: #""log","task_id":3,"offset":0"#)
        #expect(request(#"{"seq":5,"type":"log","task_id":3}"#) == accepted(.log(plain)), "a log begins at 0")
        let full = LogRequest(id(3), offset: largest, wait: Wait(timeout: 9))
        expect(
            full, .log(full),
            isWritten: #""log","task_id":3,"wait":true,"timeout_ms":9,"offset":9007199254740991"#)
    }

    @Test func list() {
        let full = ListRequest(.init(state: .waiting, before: id(9), limit: 1000))
        expect(full, .list(full), isWritten: #""list","status":"waiting","before":9,"limit":1000"#)
        for state in TaskState.allCases {
            let line = #"{"seq":5,"type":"list","status":"\#(state.rawValue)"}"#
            #expect(request(line) == accepted(.list(ListRequest(.init(state: state, limit: 100)))), "the limit is 100")
        }
    }
}

/// `MessageProperties` compares the reader with a second one, which follows the tables in PROTOCOL.md: for each member that
/// is valid, absent, repeated, or at or beyond the end of its range.
struct RequestReaderTests {
    private func malformed(_ message: String) -> Result<IncomingRequest, ProtocolError> {
        .success(.malformed(Refusal(.badRequest, message), sequence: 5))
    }

    @Test func membersStandInAnyOrderAndUnknownOnesAreIgnored() {
        #expect(
            request(
                #"{"instance":"0123456789abcdef","x":{"seq":"no","key":7},"key":"k","data":"d","y":[{"seq":2}],"#
                    + #""task_name":"n","type":"run","Seq":9,"seq":5,"x":1}"#)
                == accepted(.run(RunRequest(taskName: "n", data: "d", key: "k")), for: instance))
    }

    @Test(arguments: [#"{"seq":"7","type":"stats"}"#, #"{"type":"status","task_id":1,"seq":null}"#])
    func withoutAValidSequenceReadingFails(line: String) {
        let error = ProtocolError.wrongValue("seq", expected: "an integer from 0 to 9007199254740991")
        #expect(request(line) == .failure(error), "it is not a legacy request either")
        #expect(request(#"{"seq":1,"type":"stats","s\u0065q":1}"#) == .failure(.repeated("seq")))
    }

    @Test(arguments: [#"{"seq":5,"type":"stats",}"#, #"{"seq":5,"type":"stats","x":"\ud800"}"#, "{"])
    func textThatIsNotJSONHasNoSequence(line: String) {
        #expect(throws: ProtocolError.self) { try request(line).get() }
    }

    private static let taskID = "a task id, an integer from 1 to 9007199254740991"
    private static let count = "an integer from 0 to 9007199254740991"

    /// The request, a `run`, does not use most of the members.
    @Test(arguments: [
        ("type", "7", "a string"), ("task_name", "null", "a string"), ("data", "{}", "a string"),
        ("task_id", "4.0", taskID), ("before", "0", taskID),
        ("key", #""""#, "a string whose length in bytes is from 1 to 128"),
        ("key", "\"k\(String(repeating: "я", count: 64))\"", "a string whose length in bytes is from 1 to 128"),
        ("timeout_ms", "-1", count), ("offset", "1.0", count), ("limit", "1001", "an integer from 1 to 1000"),
        ("status", #""Waiting""#, "waiting, execute, success or error"), ("wait", "1", "true or false"),
        ("instance", #""0123456789ABCDEF""#, "16 hexadecimal digits in lower case"),
    ]) func aKnownMemberWithAWrongValueMakesAnyRequestMalformed(member: String, value: String, expected: String) {
        let valid = [("type", #""run""#), ("task_name", #""echo""#), ("data", #""""#)]
        let rest = valid.filter { $0.0 != member }.map { #","\#($0.0)":\#($0.1)"# }.joined()
        let error = malformed(#"the member "\#(member)" must be \#(expected)"#)
        #expect(request(#"{"seq":5,"\#(member)":\#(value)\#(rest)}"#) == error)
        #expect(request(#"{"\#(member)":\#(value)\#(rest),"seq":5}"#) == error)
    }

    @Test(arguments: [
        (#""wait":true,"type":"stats","wait":1"#, #"the member "wait" occurs more than once"#),
        (#""data":"""#, #"the member "type" is missing"#),
        (#""type":"run","task_name":"""#, #"the member "data" is missing"#),
        (#""type":"log","offset":0"#, #"the member "task_id" is missing"#),
        // A wrong member counts before an unknown type.
        (#""type":"stop","task_id":0"#, #"the member "task_id" must be \#(taskID)"#),
        (#""type":"stop","wait":true,"wait":true"#, #"the member "wait" occurs more than once"#),
    ]) func aRequestThatIsWrongOtherwiseIsMalformed(members: String, message: String) {
        #expect(request("{\"seq\":5,\(members)}") == malformed(message))
    }

    @Test(arguments: ["stop", "", "Stats", "unknown"])
    func anUnknownTypeIsAnUnknownRequest(type: String) {
        #expect(
            request(#"{"seq":5,"type":"\#(type)","x":1}"#)
                == .success(.malformed(Refusal(ProtocolError.unknownRequest), sequence: 5)))
        #expect(request(#"{"type":"\#(type)"}"#) == .failure(.unknownRequest))
    }
}
