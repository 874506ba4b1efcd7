import Testing

@testable import TaskCore
@testable import TaskProtocol

private func refusal(_ code: RequestError.Code, _ message: String) -> Result<IncomingRequest, BrokenMessage> {
    .success(.refused(sequence: 5, RequestError(code, message)))
}

struct IncomingRequestTests {
    @Test(arguments: [
        #""7""#, "-1", "4.0", "4e0", "9007199254740992", "18446744073709551615", "true", "null", "[1]", "{}",
    ]) func withoutAValidSequenceAMessageIsBroken(value: String) {
        #expect(request(#"{"seq":\#(value),"type":"stats"}"#) == .failure(.wrongValue("seq")))
        #expect(
            request(#"{"type":"run","task_name":"echo","data":"","seq":\#(value)}"#) == .failure(.wrongValue("seq")),
            "nor is it a classic request")
    }

    @Test func theSequenceIsTakenOnce() {
        #expect(request(#"{"seq":1,"type":"stats","seq":1}"#) == .failure(.repeated("seq")))
        #expect(request(#"{"seq":1,"type":"stats","seq":"x"}"#) == .failure(.repeated("seq")))
        #expect(request(#"{"seq":"x","type":"stats","seq":1}"#) == .failure(.repeated("seq")))
        #expect(request(#"{"seq":1,"type":"stats","s\u0065q":2}"#) == .failure(.repeated("seq")))
    }

    private static let id = "it takes a task id, an integer from 1 to 2^53-1"
    private static let count = "it takes an integer from 0 to 2^53-1"
    private static let limit = "it takes an integer from 1 to 1000"
    private static let key = "it takes a text of 1 to 128 bytes"
    private static let instance = "it takes 16 hexadecimal digits"
    private static let status = "it takes waiting, execute, success or error"
    private static let wait = "it takes true or false"

    private static let wrongValues: [(member: String, value: String, expectation: String)] = [
        ("type", "7", "it takes a text"), ("type", "null", "it takes a text"),
        ("task_name", "null", "it takes a text"), ("task_name", "1", "it takes a text"),
        ("data", "{}", "it takes a text"), ("data", "null", "it takes a text"),
        ("task_id", #""4""#, id), ("task_id", "4.0", id), ("task_id", "0", id), ("task_id", "-1", id),
        ("task_id", "9007199254740992", id), ("task_id", "null", id),
        ("key", #""""#, key), ("key", #""\#(String(repeating: "k", count: 129))""#, key),
        ("key", #""k\#(String(repeating: "я", count: 64))""#, key), ("key", "7", key), ("key", "null", key),
        ("timeout_ms", "-1", count), ("timeout_ms", #""5""#, count), ("timeout_ms", "1.0", count),
        ("timeout_ms", "1e3", count), ("timeout_ms", "9007199254740992", count), ("timeout_ms", "null", count),
        ("limit", "0", limit), ("limit", "1001", limit), ("limit", "-1", limit), ("limit", #""10""#, limit),
        ("limit", "10.0", limit), ("limit", "null", limit),
        ("status", #""done""#, status), ("status", #""Waiting""#, status), ("status", "1", status),
        ("status", "null", status),
        ("before", "0", id), ("before", "-3", id), ("before", #""3""#, id), ("before", "9007199254740992", id),
        ("instance", #""0123456789abcde""#, instance), ("instance", #""0123456789abcdef0""#, instance),
        ("instance", #""0123456789ABCDEF""#, instance), ("instance", #""0123456789abcdeg""#, instance),
        ("instance", #""""#, instance), ("instance", "1", instance), ("instance", "null", instance),
        ("wait", #""true""#, wait), ("wait", "1", wait), ("wait", "null", wait),
        ("offset", "-1", count), ("offset", #""5""#, count), ("offset", "1.0", count),
        ("offset", "9007199254740992", count), ("offset", "null", count),
    ]

    /// Also where the request does not need the member.
    @Test(arguments: wrongValues)
    func aWrongValueIsRefusedWithWhatItTakes(member: String, value: String, expectation: String) {
        let expected = refusal(.badRequest, #"a wrong value for "\#(member)": \#(expectation)"#)
        let good = [("type", #""run""#), ("task_name", #""echo""#), ("data", #""""#)]
        let rest = good.filter { $0.0 != member }.map { #","\#($0.0)":\#($0.1)"# }.joined()
        #expect(request(#"{"seq":5,"\#(member)":\#(value)\#(rest)}"#) == expected)
        #expect(request(#"{"\#(member)":\#(value)\#(rest),"seq":5}"#) == expected)
    }

    @Test(arguments: [
        ("type", #""stats""#), ("task_name", #""""#), ("data", #""""#), ("task_id", "1"), ("key", #""k""#),
        ("wait", "true"), ("timeout_ms", "1"), ("status", #""error""#), ("before", "1"), ("limit", "1"),
        ("instance", #""0123456789abcdef""#), ("offset", "0"),
    ]) func aMemberIsTakenOnce(member: String, value: String) {
        let twice = #""\#(member)":\#(value),"\#(member)":\#(value)"#
        let type = member == "type" ? "" : #","type":"stats""#
        #expect(request(#"{"seq":5,\#(twice)\#(type)}"#) == refusal(.badRequest, #""\#(member)" given twice"#))
    }

    @Test(arguments: [
        ("", "type"), (#","type":"run","data":"""#, "task_name"), (#","type":"run","task_name":"echo""#, "data"),
        (#","type":"status""#, "task_id"), (#","type":"get_result","wait":true"#, "task_id"),
        (#","type":"cancel""#, "task_id"), (#","type":"log","offset":0"#, "task_id"),
    ]) func aMissingMemberIsRefused(members: String, missing: String) {
        #expect(request(#"{"seq":5\#(members)}"#) == refusal(.badRequest, #"no member "\#(missing)""#))
    }

    @Test(arguments: ["stop", "", "Stats", "result", "stats "]) func anUnknownTypeIsRefused(type: String) {
        #expect(
            request(#"{"seq":5,"type":"\#(type)"}"#)
                == refusal(
                    .unknownRequest,
                    "an unknown request type: there are run, status, get_result, and with a seq cancel, log, list, stats and info"
                ))
        #expect(request(#"{"type":"\#(type)"}"#) == .failure(.unknownRequest))
    }

    @Test(arguments: ["cancel", "log", "list", "stats", "info"]) func theNewRequestsNeedASequence(type: String) {
        #expect(request(#"{"type":"\#(type)","task_id":1}"#) == .failure(.unknownRequest))
    }

    @Test func whatIsNoJSONIsBrokenWhateverItsSequence() {
        for line in [#"{"seq":5,"type":"stats",}"#, #"{"seq":5,"type":"stats","x":"\ud800"}"#] {
            guard case .failure(.notJSON) = request(line) else {
                Issue.record("\(request(line))")
                continue
            }
        }
    }

    /// A classic client may send members with these names: they mean nothing to it, nor to the server.
    @Test(arguments: [
        #""wait":7"#, #""key":"""#, #""instance":1"#, #""limit":"x""#, #""before":null"#, #""timeout_ms":-1"#,
        #""status":"done""#, #""wait":true,"timeout_ms":1"#, #""key":"k","key":"k""#, #""limit":0,"limit":[]"#,
        #""offset":-1"#,
    ]) func classicRequestsDoNotKnowTheNewMembers(members: String) {
        let id = TaskID.first
        #expect(
            request(#"{\#(members),"type":"run","task_name":"n","data":"d"}"#)
                == .success(.classic(.run(taskName: "n", data: "d"))))
        #expect(request(#"{"type":"status","task_id":1,\#(members)}"#) == .success(.classic(.status(id))))
        #expect(request(#"{"type":"get_result",\#(members),"task_id":1}"#) == .success(.classic(.result(id))))
    }
}
