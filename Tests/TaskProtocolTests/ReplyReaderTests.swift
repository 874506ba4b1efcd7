import Testing

@testable import TaskCore
@testable import TaskProtocol

private let run = RunRequest(taskName: "", data: "")
private let status = StatusRequest(id(1))
private let result = ResultRequest(id(1))
private let log = LogRequest(id(1))
private let list = ListRequest(.init())
private let stats = StatsRequest()
private let info = InfoRequest()

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
    @Test(arguments: [#""1""#, "9007199254740992", "null"]) func aWrongSequenceIsAnError(value: String) {
        let expected = ProtocolError.wrongValue("seq", expected: "an integer from 0 to 9007199254740991")
        #expect(throws: expected) { try sequence(#"{"seq":\#(value),"tasks":[]}"#) }
    }

    @Test func textThatIsNotJSONIsAnError() {
        #expect(error(in: #"{"seq":1,}"#, to: stats)?.description.hasPrefix("not JSON: ") == true)
    }

    @Test(arguments: [
        (#"{"seq":1,"seq":1,"tasks":[]}"#, "seq"), (#"{"error":{"code":"x"},"error":{"code":"x"}}"#, "error"),
        (#"{"seq":1,"tasks":[],"tasks":[]}"#, "tasks"),
    ]) func aRepeatedMemberThatIsReadIsAnError(text: String, member: String) {
        #expect(error(in: text, to: list) == .repeated(member))
    }

    @Test(
        arguments: [
            (run, ["task_id", "instance", "status"]), (status, ["status"]), (CancelRequest(id(1)), ["status"]),
            (result, ["status", "data"]), (log, ["text", "offset", "ended"]), (list, ["tasks"]),
            (info, ["name", "version", "protocol", "instance", "task_types", "limits"]),
        ] as [(any RequestMessage, [String])])
    func aReplyHasItsRequiredMembers(request: any RequestMessage, names: [String]) {
        let members = validMembers(request)
        #expect(error(in: #"{"seq":1,\#(members)}"#, to: request) == nil)
        for name in names {
            let renamed = members.replacing("\"\(name)\":", with: "\"x\":")
            #expect(error(in: #"{"seq":1,\#(renamed)}"#, to: request) == .missing(name))
        }
    }

    private static let wrongMembers: [(request: any RequestMessage, members: [String])] = [
        (run, [#""task_id":0"#, #""position":-1"#, #""instance":"0123456789ABCDEF""#, #""existing":"true""#]),
        (status, [#""status":"done""#, #""task_name":null"#, #""eta_ms":-1"#, #""timed_out":null"#]),
        (status, [#""submitted_at":1.0"#, #""started_at":true"#, #""finished_at":9223372036854775808"#]),
        (
            status,
            ["1000", "{}", #"{"uid":"0"}"#, #"{"uid":-1}"#, #"{"uid":4294967295}"#].map { "\"submitted_by\":\($0)" }
        ),
        (
            status,
            [
                "null", "{}", #"{"code":1}"#, #"{"code":"x","code":"x"}"#, #"{"code":"exit","exit_status":"3"}"#,
                #"{"code":"exit","signal":{}}"#, #"{"code":"exit","stderr":7}"#,
            ].map { "\"failure\":\($0)" }
        ),
        (result, [#""data":1"#, #""encoding":"hex""#, #""failure":"failed""#, #""timed_out":0"#]),
        (log, [#""text":null"#, #""offset":-1"#, #""skipped":-1"#, #""ended":1"#]),
        (list, [#""next":0"#] + ["{}", "[1]", #"[{"task_id":1,"status":"done"}]"#].map { "\"tasks\":\($0)" }),
        (
            stats,
            [#""waiting":-1"#, #""oldest_waiting_ms":null"#, #""refused":1"#, #""refused":{"draining":1,"x":-1}"#]
        ),
        (info, [#""name":null"#, #""version":1"#, #""protocol":-1"#, #""instance":7"#, #""limits":[]"#]),
        (
            info,
            [
                "{}", "[1]", #"[{"name":"n"}]"#, #"[{"name":1,"delay_ms":1}]"#, #"[{"name":"n","delay_ms":"1"}]"#,
                #"[{"name":"n","delay_ms":1,"data":"hex"}]"#, #"[{"name":"n","delay_ms":1,"result":7}]"#,
            ].map { "\"task_types\":\($0)" }
        ),
    ]

    @Test(arguments: wrongMembers)
    func aMemberWithAWrongValueIsAnError(request: any RequestMessage, members: [String]) {
        for member in members {
            let name = "\(member.split(separator: "\"")[0])"
            let others = validMembers(request).replacing("\"\(name)\":", with: "\"x\":")
            guard case .wrongValue(name, _) = error(in: "{\"seq\":1,\(member),\(others)}", to: request) else {
                Issue.record("\(member) is read")
                continue
            }
        }
    }

    /// The reply to `status` has none of these members.
    @Test func onlyTheMembersOfTheReplyAreRead() throws {
        let text = #"{"seq":1,"tasks":7,"waiting":"x","limits":0,"next":0,"status":"success","next":1}"#
        #expect(try reply(text, to: status) == StatusReply(TaskReport(state: .success)))
    }

    @Test func defaultsMayBeGiven() throws {
        let flag = #"{"seq":1,"status":"success","timed_out":false}"#
        #expect(try reply(flag, to: status) == StatusReply(TaskReport(state: .success)))
        #expect(try !reply(#"{"seq":1,\#(validMembers(run)),"existing":false}"#, to: run).isExisting)
        let encoding = #"{"seq":1,"status":"success","data":"x","encoding":"text"}"#
        #expect(try reply(encoding, to: result) == ResultReply(.success, data: "x"))
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
