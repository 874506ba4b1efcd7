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
    $0.submitter = UserID(rawValue: 1000)
    $0.startedAt = 4
    $0.finishedAt = 5
    $0.failure = TaskFailure(.failed, "no \"way\"\n")
}
private let fullMembers =
    #""status":"error","task_name":"ec\"ho","position":1,"eta_ms":2,"submitted_at":3,"submitted_by":{"uid":1000},"#
    + #""started_at":4,"finished_at":5,"failure":{"code":"failed","message":"no \"way\"\n"}"#

struct ReplyTests {
    @Test func toRun() throws {
        func reply(_ id: TaskID, _ state: TaskState, position: Int? = nil, eta: Int? = nil, again: Bool = false)
            -> RunReply
        {
            RunReply(
                task: id, instance: instance, state: state, position: position, remainingTime: eta, isExisting: again)
        }
        let replies = [
            (reply(id(42), .waiting, position: 2, eta: 5000), "42", #""waiting","position":2,"eta_ms":5000"#),
            (reply(id(largest), .success, again: true), "9007199254740991", #""success","existing":true"#),
            (reply(id(1), .execute, position: 0), "1", #""execute","position":0"#),
        ]
        for (reply, id, rest) in replies {
            try expect(
                reply, to: RunRequest(taskName: "echo", data: ""),
                isWritten: #""task_id":\#(id),"instance":"0123456789abcdef","status":\#(rest)"#)
        }
    }

    @Test func toStatusAndCancel() throws {
        func expectBoth(_ reply: StatusReply, isWritten members: String) throws {
            try expect(reply, to: StatusRequest(id(3), wait: Wait(timeout: 5)), isWritten: members)
            try expect(reply, to: CancelRequest(id(3)), isWritten: members)
        }
        for state in TaskState.allCases {
            try expectBoth(StatusReply(report(state)), isWritten: #""status":"\#(state.rawValue)""#)
        }
        try expectBoth(StatusReply(full, timedOut: true), isWritten: #""task_id":3,\#(fullMembers),"timed_out":true"#)
        let extremes = report(.execute) {
            $0.taskName = ""
            $0.position = 0
            $0.remainingTime = largest
            $0.submittedAt = .min
            $0.submitter = UserID(rawValue: .max - 1)
            $0.startedAt = .max
            $0.finishedAt = 0
            $0.failure = TaskFailure(.init(rawValue: ""), "")
        }
        try expectBoth(
            StatusReply(extremes),
            isWritten: #""status":"execute","task_name":"","position":0,"eta_ms":9007199254740991,"#
                + #""submitted_at":-9223372036854775808,"submitted_by":{"uid":4294967294},"#
                + #""started_at":9223372036854775807,"finished_at":0,"failure":{"code":"","message":""}"#)
    }

    @Test func toResult() throws {
        let failure = TaskFailure(.cancelled, "m")
        let replies: [(ResultReply, String)] = [
            (ResultReply(.success, data: "a\"b\nя\0"), #""status":"success","data":"a\"b\nя\u0000""#),
            (
                ResultReply(.success, data: "AP8=", encoding: .base64),
                #""status":"success","data":"AP8=","encoding":"base64""#
            ),
            (ResultReply(.execute, data: nil, timedOut: true), #""status":"execute","data":null,"timed_out":true"#),
            (
                ResultReply(.error, data: nil, failure: failure),
                #""status":"error","data":null,"failure":{"code":"cancelled","message":"m"}"#
            ),
        ]
        for (reply, members) in replies { try expect(reply, to: ResultRequest(id(1)), isWritten: members) }
    }

    @Test func toLog() throws {
        try expect(
            LogReply(text: "a\"\n\u{1b}\u{fffd}", next: largest, skipped: 9, hasEnded: true), to: LogRequest(id(1)),
            isWritten: #""text":"a\"\n\u001b�","offset":9007199254740991,"skipped":9,"ended":true"#)
        try expect(
            LogReply(text: "", next: 0, hasEnded: false, timedOut: true), to: LogRequest(id(1)),
            isWritten: #""text":"","offset":0,"ended":false,"timed_out":true"#)
    }

    @Test func toList() throws {
        let request = ListRequest(.init())
        try expect(ListReply(tasks: [], next: nil), to: request, isWritten: #""tasks":[]"#)
        let tasks = [full, report(.waiting, id: id(2)), report(.success, id: id(1)) { $0.finishedAt = 8 }]
        try expect(
            ListReply(tasks: tasks, next: id(1)), to: request,
            isWritten: #""tasks":[{"task_id":3,\#(fullMembers)},{"task_id":2,"status":"waiting"},"#
                + #"{"task_id":1,"status":"success","finished_at":8}],"next":1"#)
    }

    @Test func failures() throws {
        func expectFailure(_ failure: TaskFailure, isWritten members: String) throws {
            try expect(
                StatusReply(report(.error) { $0.failure = failure }), to: StatusRequest(id(1)),
                isWritten: #""status":"error","failure":{"code":"exit","message":"m"\#(members)}"#)
        }
        var failure = TaskFailure(.exit, "m")
        failure.exitStatus = .min
        try expectFailure(failure, isWritten: #","exit_status":-9223372036854775808"#)
        failure.signal = 9
        failure.errorOutput = "no \"x\"\n\u{fffd}"
        try expectFailure(
            failure, isWritten: #","exit_status":-9223372036854775808,"signal":9,"stderr":"no \"x\"\n�""#)
    }

    /// A newer server may send other codes and members.
    @Test func unknownCodesAndMembersOfAFailureAreAccepted() throws {
        let text = #"{"seq":1,"status":"error","failure":{"exit":2,"code":"signalled","x":{"code":7}}}"#
        let expected = report(.error) { $0.failure = TaskFailure(.init(rawValue: "signalled"), "") }
        #expect(try reply(text, to: StatusRequest(id(1))) == StatusReply(expected))
    }
}
