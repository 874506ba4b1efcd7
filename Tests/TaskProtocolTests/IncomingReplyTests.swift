import Testing

@testable import TaskCore
@testable import TaskProtocol

struct IncomingReplyTests {
    /// What is wrong with a reply to `request`; nil where nothing is.
    private func problem(_ text: String, _ request: Request) -> BrokenMessage? {
        do throws(BrokenMessage) {
            _ = try incomingReply(text).reply(to: request)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [#""1""#, "-1", "1.0", "9007199254740992", "null", "true"])
    func aWrongSequence(value: String) {
        #expect(throws: BrokenMessage.wrongValue("seq")) { _ = try incomingReply(#"{"seq":\#(value),"tasks":[]}"#) }
    }

    @Test(arguments: ["null", #""draining""#, "{}", "[]", #"{"code":7}"#, #"{"message":"m"}"#])
    func aWrongError(value: String) {
        #expect(throws: BrokenMessage.wrongValue("error")) { _ = try incomingReply(#"{"seq":1,"error":\#(value)}"#) }
    }

    @Test func whatIsNoJSON() {
        for text in ["", "{", "[]", #"{"seq":1,}"#, #"{"seq":1}{}"#] {
            guard case .notJSON = problem(text, .stats) else {
                Issue.record("\(text)")
                continue
            }
        }
    }

    @Test func membersThatStandTwice() {
        #expect(throws: BrokenMessage.repeated("seq")) { _ = try incomingReply(#"{"seq":1,"seq":1}"#) }
        #expect(problem(#"{"seq":1,"status":"error","status":"error"}"#, .status(id(1))) == .repeated("status"))
        #expect(problem(#"{"seq":1,"tasks":[],"tasks":[]}"#, .list(.init())) == .repeated("tasks"))
    }

    private static let run = #""task_id":1,"instance":"0123456789abcdef","status":"waiting""#
    private static let log = #""text":"","offset":0,"ended":true"#
    private static let info =
        #""name":"n","version":"v","protocol":1,"instance":"0123456789abcdef","task_types":[],"limits":{}"#

    @Test(arguments: [
        (Request.run(taskName: "", data: ""), run, "task_id"),
        (.run(taskName: "", data: ""), run, "instance"),
        (.run(taskName: "", data: ""), run, "status"),
        (.status(id(1)), #""status":"success""#, "status"),
        (.cancel(id(1)), #""status":"success""#, "status"),
        (.result(id(1)), #""status":"error","data":null"#, "status"),
        (.result(id(1)), #""status":"error","data":null"#, "data"),
        (.log(id(1)), log, "text"), (.log(id(1)), log, "offset"), (.log(id(1)), log, "ended"),
        (.list(.init()), #""tasks":[]"#, "tasks"),
        (.info, info, "name"), (.info, info, "version"), (.info, info, "protocol"), (.info, info, "instance"),
        (.info, info, "task_types"), (.info, info, "limits"),
    ]) func aReplyLacksNothing(request: Request, members: String, name: String) {
        #expect(problem(#"{"seq":1,\#(members)}"#, request) == nil)
        let renamed = members.replacing("\"\(name)\":", with: "\"x\":")
        #expect(problem(#"{"seq":1,\#(renamed)}"#, request) == .missing(name))
    }

    /// The member stands in front of the rest of the reply, which is right.
    private static let wrongValues: [(request: Request, member: String, values: [String])] = [
        (.run(taskName: "", data: ""), "task_id", [#""1""#, "0", "1.0", "null"]),
        (.run(taskName: "", data: ""), "instance", ["1", #""""#, #""0123456789ABCDEF""#, "null"]),
        (.run(taskName: "", data: ""), "position", [#""1""#, "-1", "1.5", "null"]),
        (.run(taskName: "", data: ""), "existing", ["1", #""true""#, "null"]),
        (.status(id(1)), "status", ["1", #""done""#, "null"]),
        (.status(id(1)), "task_name", ["1", "null", "{}"]),
        (.status(id(1)), "eta_ms", [#""1""#, "-1", "null"]),
        (.status(id(1)), "submitted_at", [#""1""#, "1.0", "null"]),
        (.status(id(1)), "started_at", [#""1""#, "true"]),
        (.status(id(1)), "finished_at", [#""1""#, "{}"]),
        (.status(id(1)), "failure", [#""failed""#, "{}", "null", #"{"code":1}"#, "[]"]),
        (.status(id(1)), "timed_out", ["1", #""true""#, "null"]),
        (.cancel(id(1)), "timed_out", ["[]"]),
        (.result(id(1)), "data", ["1", "{}", "true"]),
        (.result(id(1)), "failure", [#""failed""#]),
        (.result(id(1)), "timed_out", ["0"]),
        (.result(id(1)), "encoding", [#""hex""#, #""""#, "1", "null"]),
        (.log(id(1)), "text", ["1", "null", "[]"]), (.log(id(1)), "offset", [#""1""#, "-1", "1.0", "null"]),
        (.log(id(1)), "skipped", [#""1""#, "-1", "null"]), (.log(id(1)), "ended", ["1", #""true""#, "null"]),
        (.log(id(1)), "timed_out", ["1"]),
        (
            .list(.init()), "tasks",
            [
                "{}", "null", "[1]", "[{}]", #"[{"task_id":1}]"#, #"[{"status":"error"}]"#,
                #"[{"task_id":1,"status":"error"},{"task_id":2,"status":"done"}]"#,
                #"[{"task_id":1,"status":"error","position":"x"}]"#, #"[{"task_id":"1","status":"error"}]"#,
            ]
        ),
        (.list(.init()), "next", ["0", #""1""#, "null"]),
        (.stats, "waiting", [#""1""#, "-1", "1.0", "null"]),
        (.stats, "oldest_waiting_ms", [#""1""#, "-1", "null"]),
        (.stats, "refused", ["1", "[]", "null", #"{"draining":"1"}"#, #"{"draining":1,"x":-1}"#]),
        (.info, "name", ["1", "null"]), (.info, "version", ["1"]), (.info, "protocol", [#""1""#, "-1"]),
        (.info, "instance", ["7"]),
        (
            .info, "task_types",
            [
                "{}", "[1]", "[{}]", #"[{"name":"n"}]"#, #"[{"name":1,"delay_ms":1}]"#,
                #"[{"name":"n","delay_ms":"1"}]"#, #"[{"name":"n","delay_ms":1},7]"#,
                #"[{"name":"n","delay_ms":1,"data":"hex"}]"#, #"[{"name":"n","delay_ms":1,"result":7}]"#,
            ]
        ),
        (.info, "limits", ["[]", "1", "null"]),
    ]

    @Test(arguments: wrongValues)
    func wrongTypesMakeAReplyBroken(request: Request, member: String, values: [String]) {
        let rest: String
        switch request {
        case .run: rest = Self.run
        case .status, .cancel: rest = #""status":"error""#
        case .log: rest = Self.log
        case .result: rest = #""status":"error","data":null"#
        case .list: rest = #""tasks":[]"#
        case .stats: rest = #""running":1"#
        case .info: rest = Self.info
        }
        #expect(problem(#"{"seq":1,\#(rest)}"#, request) == nil)
        let others = rest.replacing("\"\(member)\":", with: "\"x\":")
        for value in values {
            #expect(
                problem(#"{"seq":1,"\#(member)":\#(value),\#(others)}"#, request) == .wrongValue(member), "\(value)")
        }
    }

    @Test(arguments: [
        (#"[]"#, nil, nil), ("[9,5]", 5, nil), ("[9]", 3, nil), ("[]", 9, nil),
        ("[9,8,7]", nil, "more tasks than were asked for"), ("[8,9]", nil, "a list whose ids do not fall"),
        ("[9,9]", nil, "a list whose ids do not fall"), ("[10]", nil, "a list whose ids do not fall"),
        ("[9,5]", 6, "a list that goes on above its last task"), ("[]", 10, "a list that does not go on"),
        ("[]", 11, "a list that does not go on"),
    ]) func aListFallsToItsEnd(ids: String, next: Int?, reason: String?) {
        let tasks = ids.replacing(/\d+/) { #"{"task_id":\#($0.output),"status":"success"}"# }
        let members = "\"tasks\":\(tasks)" + (next.map { ",\"next\":\($0)" } ?? "")
        let query = ListQuery(before: id(10), limit: 2)
        #expect(problem("{\"seq\":1,\(members)}", .list(query)) == reason.map(BrokenMessage.unfit))
    }

    @Test func aSuccessHasAResult() {
        let problem = problem(#"{"seq":1,"status":"success","data":null}"#, .result(id(1)))
        #expect(problem == .unfit("a success without a result"))
    }

    @Test func aProblemIsToldInItsOwnWords() {
        let words: [(String, String)] = [
            ("position", ": it takes an integer from 0 to 2^53-1"), ("existing", ": it takes true or false"),
            ("offset", ": it takes an integer from 0 to 2^53-1"), ("ended", ": it takes true or false"),
            ("text", ": it takes a text"), ("next", ": it takes a task id, an integer from 1 to 2^53-1"),
            ("version", ": it takes a text"),
            ("tasks", ""), ("failure", ""), ("submitted_at", ""),
        ]
        for (member, expectation) in words {
            #expect(BrokenMessage.wrongValue(member).description == "a wrong value for \"\(member)\"\(expectation)")
        }
    }

    /// What the request does not need is not looked at.
    @Test func membersOfOtherRepliesDoNoHarm() throws {
        let reply = try incomingReply(#"{"seq":1,"tasks":7,"waiting":"x","limits":0,"next":0,"status":"success"}"#)
        #expect(try reply.reply(to: .status(id(1))) == .status(TaskReport(state: .success)))
    }

    @Test func flagsThatAreFalseAreAsGoodAsAbsent() throws {
        let status = try incomingReply(#"{"seq":1,"status":"success","timed_out":false}"#)
        #expect(try status.reply(to: .status(id(1))) == .status(TaskReport(state: .success)))
        let run = try incomingReply(#"{"seq":1,\#(Self.run),"existing":false}"#)
        guard case .submitted(let submission) = try run.reply(to: .run(taskName: "", data: "")) else {
            Issue.record("no submission")
            return
        }
        #expect(!submission.isExisting)
    }
}
