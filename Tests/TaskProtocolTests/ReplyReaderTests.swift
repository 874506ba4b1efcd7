import Testing

@testable import TaskCore
@testable import TaskProtocol

private let run = RunRequest(taskName: "", data: "")
private let status = StatusRequest(id(1))
private let cancel = CancelRequest(id(1))
private let result = ResultRequest(id(1))
private let log = LogRequest(id(1))
private let list = ListRequest(.init())

/// A valid reply to each request, without its `seq`.
private func validMembers(_ request: any RequestMessage) -> String {
    switch request {
    case is RunRequest: #""task_id":1,"instance":"0123456789abcdef","status":"waiting""#
    case is StatusRequest, is CancelRequest: #""status":"error""#
    case is ResultRequest: #""status":"error","data":null"#
    case is LogRequest: #""text":"","offset":0,"ended":true"#
    case is ListRequest: #""tasks":[]"#
    case is StatsRequest: #""running":1"#
    default: #""name":"n","version":"v","protocol":1,"instance":"0123456789abcdef","task_types":[],"limits":{}"#
    }
}

struct ReplyReaderTests {
    @Test(arguments: [#""1""#, "-1", "1.0", "9007199254740992", "null", "true"])
    func aWrongSequenceIsAnError(value: String) {
        let expected = ProtocolError.wrongValue("seq", expected: "an integer from 0 to 9007199254740991")
        #expect(throws: expected) { try sequence(#"{"seq":\#(value),"tasks":[]}"#) }
    }

    @Test(arguments: ["", "{", "[]", #"{"seq":1,}"#, #"{"seq":1}{}"#]) func textThatIsNotJSONIsAnError(text: String) {
        guard case .notJSON = error(in: text, to: StatsRequest()) else {
            Issue.record("read")
            return
        }
    }

    @Test func aRepeatedMemberThatIsReadIsAnError() {
        #expect(throws: ProtocolError.repeated("seq")) { try sequence(#"{"seq":1,"seq":1}"#) }
        #expect(throws: ProtocolError.repeated("error")) {
            try sequence(#"{"error":{"code":"x"},"error":{"code":"x"}}"#)
        }
        #expect(error(in: #"{"seq":1,"status":"error","status":"error"}"#, to: status) == .repeated("status"))
        #expect(error(in: #"{"seq":1,"tasks":[],"tasks":[]}"#, to: list) == .repeated("tasks"))
        #expect(
            error(in: #"{"status":"error","failure":{"code":"x","code":"x"}}"#, to: status)
                == .wrongValue("failure", expected: "an object"))
    }

    @Test(
        arguments: [
            (run, "task_id"), (run, "instance"), (run, "status"), (status, "status"), (cancel, "status"),
            (result, "status"), (result, "data"), (log, "text"), (log, "offset"), (log, "ended"), (list, "tasks"),
            (InfoRequest(), "name"), (InfoRequest(), "version"), (InfoRequest(), "protocol"),
            (InfoRequest(), "instance"),
            (InfoRequest(), "task_types"), (InfoRequest(), "limits"),
        ] as [(any RequestMessage, String)]) func aReplyHasItsRequiredMembers(request: any RequestMessage, name: String)
    {
        let members = validMembers(request)
        #expect(error(in: #"{"seq":1,\#(members)}"#, to: request) == nil)
        let renamed = members.replacing("\"\(name)\":", with: "\"x\":")
        #expect(error(in: #"{"seq":1,\#(renamed)}"#, to: request) == .missing(name))
    }

    private static let wrongValues: [(request: any RequestMessage, member: String, values: [String])] = [
        (run, "task_id", [#""1""#, "0", "1.0", "null"]), (run, "position", [#""1""#, "-1", "1.5", "null"]),
        (run, "instance", ["1", #""""#, #""0123456789ABCDEF""#, "null"]), (run, "existing", ["1", #""true""#, "null"]),
        (status, "status", ["1", #""done""#, "null"]), (status, "task_name", ["1", "null", "{}"]),
        (status, "eta_ms", [#""1""#, "-1", "null"]), (status, "submitted_at", [#""1""#, "1.0", "null"]),
        (status, "started_at", [#""1""#, "true"]), (status, "finished_at", [#""1""#, "{}", "9223372036854775808"]),
        (
            status, "failure",
            [
                #""failed""#, "{}", "null", #"{"code":1}"#, "[]", #"{"code":"exit","exit_status":"3"}"#,
                #"{"code":"exit","signal":{}}"#, #"{"code":"exit","stderr":7}"#,
            ]
        ),
        (status, "timed_out", ["1", #""true""#, "null"]), (cancel, "timed_out", ["[]"]),
        (result, "data", ["1", "{}", "true", "[]"]), (result, "failure", [#""failed""#]), (result, "timed_out", ["0"]),
        (result, "encoding", [#""hex""#, #""""#, "1", "null"]),
        (log, "text", ["1", "null", "[]"]), (log, "offset", [#""1""#, "-1", "1.0", "null"]),
        (log, "skipped", [#""1""#, "-1", "null"]), (log, "ended", ["1", #""true""#, "null"]), (log, "timed_out", ["1"]),
        (
            list, "tasks",
            [
                "{}", "null", "[1]", "[{}]", #"[{"task_id":1}]"#, #"[{"task_id":"1","status":"error"}]"#,
                #"[{"task_id":1,"status":"error"},{"task_id":2,"status":"done"}]"#,
                #"[{"task_id":1,"status":"error","position":"x"}]"#,
            ]
        ),
        (list, "next", ["0", #""1""#, "null"]),
        (StatsRequest(), "waiting", [#""1""#, "-1", "1.0", "null"]),
        (StatsRequest(), "oldest_waiting_ms", [#""1""#, "-1", "null"]),
        (StatsRequest(), "refused", ["1", "[]", "null", #"{"draining":"1"}"#, #"{"draining":1,"x":-1}"#]),
        (InfoRequest(), "name", ["1", "null"]), (InfoRequest(), "version", ["1"]),
        (InfoRequest(), "protocol", [#""1""#, "-1"]), (InfoRequest(), "instance", ["7"]),
        (
            InfoRequest(), "task_types",
            [
                "{}", "[1]", "[{}]", #"[{"name":"n"}]"#, #"[{"name":1,"delay_ms":1}]"#,
                #"[{"name":"n","delay_ms":"1"}]"#, #"[{"name":"n","delay_ms":1},7]"#,
                #"[{"name":"n","delay_ms":1,"data":"hex"}]"#, #"[{"name":"n","delay_ms":1,"result":7}]"#,
            ]
        ),
        (InfoRequest(), "limits", ["[]", "1", "null"]),
    ]

    @Test(arguments: wrongValues)
    func aMemberWithAWrongValueIsAnError(request: any RequestMessage, member: String, values: [String]) {
        let others = validMembers(request).replacing("\"\(member)\":", with: "\"x\":")
        for value in values {
            let problem = error(in: #"{"seq":1,"\#(member)":\#(value),\#(others)}"#, to: request)
            guard case .wrongValue(member, _) = problem else {
                Issue.record("\(value): \(problem?.description ?? "read")")
                continue
            }
        }
    }

    /// The reply to `status` has none of these members.
    @Test func onlyTheMembersOfTheReplyAreRead() throws {
        let text = #"{"seq":1,"tasks":7,"waiting":"x","limits":0,"next":0,"status":"success","next":1}"#
        #expect(try reply(text, to: status) == StatusReply(TaskReport(state: .success)))
    }

    @Test func aFalseFlagIsLikeAnAbsentOne() throws {
        let text = #"{"seq":1,"status":"success","timed_out":false}"#
        #expect(try reply(text, to: status) == StatusReply(TaskReport(state: .success)))
        #expect(try !reply(#"{"seq":1,\#(validMembers(run)),"existing":false}"#, to: run).isExisting)
    }

    @Test func textIsTheEncodingUnlessAnotherIsGiven() throws {
        let text = #"{"seq":1,"status":"success","data":"x","encoding":"text"}"#
        #expect(try reply(text, to: result) == ResultReply(.success, data: "x"))
    }

    @Test func aSuccessHasAResult() {
        let problem = error(in: #"{"seq":1,"status":"success","data":null}"#, to: result)
        #expect(problem == .unexpected("a success without a result"))
    }

    /// The request is for 2 tasks before 10.
    @Test(arguments: [
        (#"[]"#, nil, nil), ("[9,5]", 5, nil), ("[9]", 3, nil), ("[]", 9, nil),
        ("[9,8,7]", nil, "more tasks than were asked for"), ("[8,9]", nil, "a list whose ids do not fall"),
        ("[9,9]", nil, "a list whose ids do not fall"), ("[10]", nil, "a list whose ids do not fall"),
        ("[9,5]", 6, "a list that goes on above its last task"), ("[]", 10, "a list that does not go on"),
        ("[]", 11, "a list that does not go on"),
    ]) func theIdsOfAListFall(ids: String, next: Int?, reason: String?) {
        let tasks = ids.replacing(/\d+/) { #"{"task_id":\#($0.output),"status":"success"}"# }
        let members = "\"tasks\":\(tasks)" + (next.map { ",\"next\":\($0)" } ?? "")
        let request = ListRequest(.init(before: id(10), limit: 2))
        #expect(error(in: "{\"seq\":1,\(members)}", to: request) == reason.map(ProtocolError.unexpected))
    }

    @Test func aTaskInAListHasAnID() {
        #expect(error(in: #"{"seq":1,"tasks":[{"status":"error"}]}"#, to: list) == .missing("task_id"))
    }
}
