import Testing

@testable import TaskCore
@testable import TaskProtocol

private func malformed(_ code: Refusal.Code, _ message: String) -> Result<IncomingRequest, ProtocolError> {
    .success(.malformed(Refusal(code, message), sequence: 5))
}

private func accepted(_ request: Request, for instance: InstanceID? = nil) -> Result<IncomingRequest, ProtocolError> {
    .success(.request(request, sequence: 5, instance: instance))
}

struct RequestReaderTests {
    @Test func membersStandInAnyOrderAndUnknownOnesAreIgnored() {
        #expect(
            request(
                #"{"instance":"0123456789abcdef","x":{"seq":"no","key":7},"key":"k","data":"d","y":[{"seq":2}],"#
                    + #""task_name":"n","type":"run","Seq":9,"seq":5,"x":1}"#)
                == accepted(
                    .run(RunRequest(taskName: "n", data: "d", key: "k")),
                    for: InstanceID(rawValue: 0x0123_4567_89ab_cdef)))
        #expect(
            request(#"{"timeout_ms":9,"task_id":5,"type":"get_result","wait":true,"seq":5}"#)
                == accepted(.result(ResultRequest(id(5), wait: Wait(timeout: 9)))))
        #expect(
            request(#"{"limit":7,"before":5,"status":"success","type":"list","seq":5}"#)
                == accepted(.list(ListRequest(.init(state: .success, before: id(5), limit: 7)))))
    }

    @Test func validMembersOfOtherRequestsAreIgnored() {
        let rest =
            #""data":"","task_name":"","task_id":1,"key":"k","wait":true,"timeout_ms":1,"status":"error","before":1,"#
            + #""limit":1,"offset":1"#
        #expect(request(#"{"seq":5,"type":"stats",\#(rest)}"#) == accepted(.stats(StatsRequest())))
        #expect(request(#"{\#(rest),"type":"cancel","seq":5}"#) == accepted(.cancel(CancelRequest(id(1)))))
    }

    // MARK: The sequence

    @Test(arguments: [
        #""7""#, "-1", "4.0", "4e0", "9007199254740992", "18446744073709551615", "true", "null", "[1]", "{}",
    ]) func withoutAValidSequenceReadingFails(value: String) {
        let error = ProtocolError.wrongValue("seq", expected: "an integer from 0 to 9007199254740991")
        #expect(request(#"{"seq":\#(value),"type":"stats"}"#) == .failure(error))
        #expect(
            request(#"{"type":"run","task_name":"echo","data":"","seq":\#(value)}"#) == .failure(error),
            "it is not a legacy request either")
    }

    @Test(arguments: [
        #""seq":1,"type":"stats","seq":1"#, #""seq":1,"type":"stats","seq":"x""#, #""seq":"x","type":"stats","seq":1"#,
        #""seq":1,"type":"stats","s\u0065q":2"#,
    ]) func aRepeatedSequenceIsNotValid(members: String) {
        #expect(request("{\(members)}") == .failure(.repeated("seq")))
    }

    @Test(arguments: [#"{"seq":5,"type":"stats",}"#, #"{"seq":5,"type":"stats","x":"\ud800"}"#, "{"])
    func textThatIsNotJSONHasNoSequence(line: String) {
        guard case .failure(.notJSON(let reason)) = request(line) else {
            Issue.record("\(request(line))")
            return
        }
        #expect(!reason.isEmpty)
    }

    // MARK: Malformed requests with a sequence

    private static let wrongValues: [(member: String, expected: String, values: [String])] = {
        let id = "a task id, an integer from 1 to 9007199254740991"
        let count = "an integer from 0 to 9007199254740991"
        let longKeys = [String(repeating: "k", count: 129), "k" + String(repeating: "я", count: 64)]
        return [
            ("type", "a string", ["7", "null", "[]"]), ("task_name", "a string", ["1", "null"]),
            ("data", "a string", ["{}", "null"]),
            ("task_id", id, [#""4""#, "4.0", "0", "-1", "9007199254740992", "9223372036854775807", "null"]),
            ("before", id, [#""3""#, "0", "-3", "9007199254740992"]),
            (
                "key", "a string whose length in bytes is from 1 to 128",
                [#""""#, "7", "null"] + longKeys.map { "\"\($0)\"" }
            ),
            ("timeout_ms", count, [#""5""#, "-1", "1.0", "1e3", "9007199254740992", "-9223372036854775808", "null"]),
            ("offset", count, [#""5""#, "-1", "1.0", "9007199254740992", "null"]),
            ("limit", "an integer from 1 to 1000", [#""10""#, "0", "1001", "-1", "10.0", "null"]),
            ("status", "waiting, execute, success or error", [#""done""#, #""Waiting""#, #""""#, "1", "null"]),
            (
                "instance", "16 hexadecimal digits in lower case",
                [
                    #""0123456789abcde""#, #""0123456789abcdef0""#, #""0123456789ABCDEF""#, #""0123456789abcdeg""#,
                    #""""#, "1", "null",
                ]
            ),
            ("wait", "true or false", [#""true""#, "1", "null"]),
        ]
    }()

    /// The request, a `run`, does not use most of the members.
    @Test(arguments: wrongValues)
    func aKnownMemberWithAWrongValueMakesAnyRequestMalformed(member: String, expected: String, values: [String]) {
        let error = malformed(.badRequest, #"the member "\#(member)" must be \#(expected)"#)
        let valid = [("type", #""run""#), ("task_name", #""echo""#), ("data", #""""#)]
        let rest = valid.filter { $0.0 != member }.map { #","\#($0.0)":\#($0.1)"# }.joined()
        for value in values {
            #expect(request(#"{"seq":5,"\#(member)":\#(value)\#(rest)}"#) == error, "\(value)")
            #expect(request(#"{"\#(member)":\#(value)\#(rest),"seq":5}"#) == error, "\(value)")
        }
    }

    @Test(arguments: [
        ("type", #""stats""#), ("task_name", #""""#), ("data", #""""#), ("task_id", "1"), ("key", #""k""#),
        ("wait", "true"), ("timeout_ms", "1"), ("status", #""error""#), ("before", "1"), ("limit", "1"),
        ("instance", #""0123456789abcdef""#), ("offset", "0"),
    ]) func aKnownMemberGivenTwiceMakesAnyRequestMalformed(member: String, value: String) {
        let twice = #""\#(member)":\#(value),"\#(member)":\#(value)"#
        let type = member == "type" ? "" : #","type":"stats""#
        let error = malformed(.badRequest, #"the member "\#(member)" occurs more than once"#)
        #expect(request(#"{"seq":5,\#(twice)\#(type)}"#) == error)
    }

    @Test(arguments: [
        ("", "type"), (#","type":"run","data":"""#, "task_name"), (#","type":"run","task_name":"echo""#, "data"),
        (#","type":"status""#, "task_id"), (#","type":"get_result","wait":true"#, "task_id"),
        (#","type":"cancel""#, "task_id"), (#","type":"log","offset":0"#, "task_id"),
    ]) func aRequestWithoutARequiredMemberIsMalformed(members: String, missing: String) {
        #expect(
            request(#"{"seq":5\#(members)}"#) == malformed(.badRequest, #"the member "\#(missing)" is missing"#))
    }

    @Test(arguments: ["stop", "", "Stats", "result", "stats ", #"stats\u0000"#, "unknown"])
    func anUnknownTypeIsAnUnknownRequest(type: String) {
        #expect(
            request(#"{"seq":5,"type":"\#(type)","x":1}"#)
                == .success(.malformed(Refusal(ProtocolError.unknownRequest), sequence: 5)))
        #expect(request(#"{"type":"\#(type)"}"#) == .failure(.unknownRequest))
    }

    @Test func aWrongMemberCountsBeforeAnUnknownType() {
        let id = "a task id, an integer from 1 to 9007199254740991"
        let message = #"the member "task_id" must be \#(id)"#
        #expect(request(#"{"seq":5,"type":"stop","task_id":0}"#) == malformed(.badRequest, message))
        #expect(
            request(#"{"seq":5,"type":"stop","wait":true,"wait":true}"#)
                == malformed(.badRequest, #"the member "wait" occurs more than once"#))
        #expect(request(#"{"type":"stop","task_id":0}"#) == .failure(.wrongValue("task_id", expected: id)))
    }
}
