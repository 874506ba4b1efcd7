import Testing

@testable import TaskCore
@testable import TaskProtocol

private let instance = InstanceID(rawValue: 0x0123_4567_89ab_cdef)
private let largest = countRange.upperBound

/// Checks that the reply is written with these members, and that it is read from them in any order, with unknown ones
/// between them.
func expect<Request: RequestMessage>(
    _ value: Request.Reply, to request: Request, isWritten members: String,
    at location: SourceLocation = #_sourceLocation
) throws {
    let line = "{\"seq\":7,\(members)}"
    #expect(written { value.write(to: &$0, sequence: 7) } == line + "\n", sourceLocation: location)
    #expect(try sequence(line) == 7, sourceLocation: location)
    #expect(try refusal(line) == nil, sourceLocation: location)
    #expect(try reply(line, to: request) == value, sourceLocation: location)
    let mixed = "{\"x\":{\"status\":7},\(members),\"y\":[1],\"seq\":7,\"x\":0}"
    #expect(try reply(mixed, to: request) == value, sourceLocation: location)
}

private func report(
    _ state: TaskState, id: TaskID? = nil, _ change: (inout TaskReport) -> Void = { _ in }
) -> TaskReport {
    var report = TaskReport(id: id, state: state)
    change(&report)
    return report
}

private let full = report(.error, id: id(3)) {
    $0.taskName = "ec\"ho"
    $0.position = 1
    $0.remainingTime = 2
    $0.submittedAt = 3
    $0.startedAt = 4
    $0.finishedAt = 5
    $0.failure = TaskFailure(.failed, "no \"way\"\n")
}
private let fullMembers =
    #""status":"error","task_name":"ec\"ho","position":1,"eta_ms":2,"submitted_at":3,"started_at":4,"finished_at":5,"#
    + #""failure":{"code":"failed","message":"no \"way\"\n"}"#

struct ReplyTests {
    @Test func toRun() throws {
        let request = RunRequest(taskName: "echo", data: "", key: "k")
        let start = #""instance":"0123456789abcdef","status":"#
        try expect(
            RunReply(
                task: id(42), instance: instance, state: .waiting, position: 2, remainingTime: 5000, isExisting: false),
            to: request, isWritten: #""task_id":42,\#(start)"waiting","position":2,"eta_ms":5000"#)
        try expect(
            RunReply(
                task: id(largest), instance: instance, state: .success, position: nil, remainingTime: nil,
                isExisting: true),
            to: request, isWritten: #""task_id":9007199254740991,\#(start)"success","existing":true"#)
        try expect(
            RunReply(
                task: id(1), instance: instance, state: .execute, position: 0, remainingTime: nil, isExisting: false),
            to: request, isWritten: #""task_id":1,\#(start)"execute","position":0"#)
    }

    @Test func toStatusAndCancel() throws {
        func expectBoth(_ reply: StatusReply, isWritten members: String) throws {
            try expect(reply, to: StatusRequest(id(3), wait: Wait(timeout: 5)), isWritten: members)
            try expect(reply, to: CancelRequest(id(3)), isWritten: members)
        }
        for state in TaskState.allCases {
            try expectBoth(StatusReply(report(state)), isWritten: #""status":"\#(state.rawValue)""#)
        }
        try expectBoth(StatusReply(full), isWritten: #""task_id":3,\#(fullMembers)"#)
        try expectBoth(StatusReply(full, timedOut: true), isWritten: #""task_id":3,\#(fullMembers),"timed_out":true"#)
        let members: [(String, (inout TaskReport) -> Void)] = [
            (#""task_name":"я""#, { $0.taskName = "я" }), (#""task_name":"""#, { $0.taskName = "" }),
            (#""position":0"#, { $0.position = 0 }), (#""eta_ms":9007199254740991"#, { $0.remainingTime = largest }),
            (#""submitted_at":-9223372036854775808"#, { $0.submittedAt = .min }),
            (#""started_at":9223372036854775807"#, { $0.startedAt = .max }),
            (#""finished_at":0"#, { $0.finishedAt = 0 }),
            (#""failure":{"code":"","message":""}"#, { $0.failure = TaskFailure(.init(rawValue: ""), "") }),
        ]
        for (member, change) in members {
            try expectBoth(StatusReply(report(.execute, change)), isWritten: #""status":"execute",\#(member)"#)
        }
    }

    @Test func toResult() throws {
        let failure = TaskFailure(.cancelled, "m")
        let failureMember = #""failure":{"code":"cancelled","message":"m"}"#
        let replies: [(ResultReply, String)] = [
            (ResultReply(.success, data: "a\"b\nя\0"), #""status":"success","data":"a\"b\nя\u0000""#),
            (ResultReply(.success, data: ""), #""status":"success","data":"""#),
            (
                ResultReply(.success, data: "AP8=", encoding: .base64),
                #""status":"success","data":"AP8=","encoding":"base64""#
            ),
            (ResultReply(.waiting, data: nil), #""status":"waiting","data":null"#),
            (ResultReply(.execute, data: nil, timedOut: true), #""status":"execute","data":null,"timed_out":true"#),
            (ResultReply(.error, data: nil, failure: failure), #""status":"error","data":null,\#(failureMember)"#),
            (
                ResultReply(.error, data: nil, failure: failure, timedOut: true),
                #""status":"error","data":null,\#(failureMember),"timed_out":true"#
            ),
        ]
        for (reply, members) in replies { try expect(reply, to: ResultRequest(id(1)), isWritten: members) }
    }

    @Test func toLog() throws {
        let replies: [(LogReply, String)] = [
            (
                LogReply(text: "a\"\n\u{1b}\u{fffd}", next: 65_544, hasEnded: false),
                #""text":"a\"\n\u001b�","offset":65544,"ended":false"#
            ),
            (LogReply(text: "", next: 0, hasEnded: true), #""text":"","offset":0,"ended":true"#),
            (
                LogReply(text: "x", next: largest, skipped: 9, hasEnded: true),
                #""text":"x","offset":9007199254740991,"skipped":9,"ended":true"#
            ),
            (
                LogReply(text: "", next: 3, hasEnded: false, timedOut: true),
                #""text":"","offset":3,"ended":false,"timed_out":true"#
            ),
        ]
        for (reply, members) in replies { try expect(reply, to: LogRequest(id(1)), isWritten: members) }
    }

    @Test func toList() throws {
        let request = ListRequest(.init())
        try expect(ListReply(tasks: [], next: nil), to: request, isWritten: #""tasks":[]"#)
        try expect(ListReply(tasks: [], next: id(9)), to: request, isWritten: #""tasks":[],"next":9"#)
        let tasks = [full, report(.waiting, id: id(2)), report(.success, id: id(1)) { $0.finishedAt = 8 }]
        try expect(
            ListReply(tasks: tasks, next: id(1)), to: request,
            isWritten: #""tasks":[{"task_id":3,\#(fullMembers)},{"task_id":2,"status":"waiting"},"#
                + #"{"task_id":1,"status":"success","finished_at":8}],"next":1"#)
    }

    @Test(arguments: [0, largest]) func aReplyCarriesTheSequenceOfItsRequest(number: Int) throws {
        let line = written { ListReply(tasks: [], next: nil).write(to: &$0, sequence: number) }
        #expect(line == "{\"seq\":\(number),\"tasks\":[]}\n")
        #expect(try sequence(line) == number)
    }
}

struct TaskFailureTests {
    private func expect(_ failure: TaskFailure, isWritten members: String) throws {
        let reply = StatusReply(report(.error) { $0.failure = failure })
        try TaskProtocolTests.expect(
            reply, to: StatusRequest(id(1)),
            isWritten: #""status":"error","failure":{"code":"exit","message":"m"\#(members)}"#)
    }

    @Test func eachMemberAloneAndAllTogether() throws {
        let members: [(String, (inout TaskFailure) -> Void)] = [
            (#","exit_status":-9223372036854775808"#, { $0.exitStatus = .min }), (#","signal":9"#, { $0.signal = 9 }),
            (#","stderr":"no \"x\"\n�""#, { $0.errorOutput = "no \"x\"\n\u{fffd}" }),
        ]
        var all = TaskFailure(.exit, "m")
        for (member, change) in members {
            var failure = TaskFailure(.exit, "m")
            change(&failure)
            change(&all)
            try expect(failure, isWritten: member)
        }
        try expect(all, isWritten: members.map(\.0).joined())
        all = TaskFailure(.exit, "m")
        all.errorOutput = ""
        try expect(all, isWritten: #","stderr":"""#)
    }

    /// A newer server may send other codes and members.
    @Test func unknownCodesAndMembersAreAccepted() throws {
        let text = #"{"seq":1,"status":"error","failure":{"exit":2,"code":"signalled","x":{"code":7}}}"#
        let expected = report(.error) { $0.failure = TaskFailure(.init(rawValue: "signalled"), "") }
        #expect(try reply(text, to: StatusRequest(id(1))) == StatusReply(expected))
    }
}
