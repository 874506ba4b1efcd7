import Testing

@testable import TaskCore
@testable import TaskProtocol

private let instance = InstanceID(rawValue: 0x0123_4567_89ab_cdef)
private let largest = TaskID.range.upperBound

/// A report, changed by `change`.
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
    $0.timeLeft = 2
    $0.submittedAt = 3
    $0.startedAt = 4
    $0.finishedAt = 5
    $0.failure = TaskFailure(.failed, "no \"way\"\n")
}
private let fullMembers =
    #""status":"error","task_name":"ec\"ho","position":1,"eta_ms":2,"submitted_at":3,"started_at":4,"finished_at":5,"#
    + #""failure":{"code":"failed","message":"no \"way\"\n"}"#

struct ReplyTests {
    @Test func thereIsRoomForTheLongestNumbers() {
        var report = TaskReport(id: TaskID(rawValue: TaskID.range.upperBound), state: .execute)
        for path in [
            \TaskReport.position, \.timeLeft, \.submittedAt, \.startedAt, \.finishedAt,
        ] { report[keyPath: path] = .min }
        let numbers = line(.status(report), sequence: TaskID.range.upperBound).split(separator: "\(Int.min)")
        #expect(numbers.count == 6)
        let task = Reply.Submission(task: report, instance: InstanceID(rawValue: .max), isExisting: true)
        #expect(line(.submitted(task), sequence: TaskID.range.upperBound).split(separator: "\(Int.min)").count == 3)
    }

    private func expect(
        _ reply: Reply, to request: Request, isWritten members: String, at location: SourceLocation = #_sourceLocation
    ) throws {
        let expected = "{\"seq\":7\(members.isEmpty ? "" : ",")\(members)}"
        #expect(line(reply, sequence: 7) == expected + "\n", sourceLocation: location)
        let read = try incomingReply(expected)
        #expect(read.sequence == 7, sourceLocation: location)
        #expect(read.text == expected, sourceLocation: location)
        #expect(read.error == nil, sourceLocation: location)
        #expect(try read.reply(to: request) == reply, sourceLocation: location)
        // Members may come in any order, and unknown ones with them.
        let unknown = try incomingReply(
            "{\"x\":{\"status\":7},\(members)\(members.isEmpty ? "" : ",")\"y\":[1],\"seq\":7}")
        #expect(try unknown.reply(to: request) == reply, sourceLocation: location)
    }

    private func submitted(_ task: TaskReport, isExisting: Bool = false) -> Reply {
        .submitted(Reply.Submission(task: task, instance: instance, isExisting: isExisting))
    }

    @Test func toRun() throws {
        let run = Request.run(taskName: "echo", data: "", key: "k")
        let waiting = report(.waiting, id: id(42)) {
            $0.position = 2
            $0.timeLeft = 5000
        }
        let start = #""instance":"0123456789abcdef","status":"#
        try expect(
            submitted(waiting), to: run, isWritten: #""task_id":42,\#(start)"waiting","position":2,"eta_ms":5000"#)
        try expect(
            submitted(waiting, isExisting: true), to: run,
            isWritten: #""task_id":42,\#(start)"waiting","position":2,"eta_ms":5000,"existing":true"#)
        try expect(
            submitted(report(.success, id: id(largest)), isExisting: true), to: run,
            isWritten: #""task_id":9007199254740991,\#(start)"success","existing":true"#)
        try expect(submitted(report(.execute, id: id(1))), to: run, isWritten: #""task_id":1,\#(start)"execute""#)
    }

    @Test(arguments: [Request.status(id(3)), .status(id(3), .init(timeout: 5)), .cancel(id(3))])
    func toStatusAndCancel(request: Request) throws {
        for state in TaskState.allCases {
            try expect(.status(report(state)), to: request, isWritten: #""status":"\#(state.rawValue)""#)
        }
        try expect(.status(full), to: request, isWritten: #""task_id":3,\#(fullMembers)"#)
        try expect(
            .status(full, timedOut: true), to: request, isWritten: #""task_id":3,\#(fullMembers),"timed_out":true"#)
        let members: [(String, (inout TaskReport) -> Void)] = [
            (#""task_name":"я""#, { $0.taskName = "я" }), (#""position":0"#, { $0.position = 0 }),
            (#""eta_ms":0"#, { $0.timeLeft = 0 }),
            (#""submitted_at":1700000000000"#, { $0.submittedAt = 1_700_000_000_000 }),
            (#""started_at":-1"#, { $0.startedAt = -1 }), (#""finished_at":0"#, { $0.finishedAt = 0 }),
            (#""failure":{"code":"x","message":""}"#, { $0.failure = TaskFailure(.init(rawValue: "x"), "") }),
        ]
        for (member, change) in members {
            try expect(.status(report(.execute, change)), to: request, isWritten: #""status":"execute",\#(member)"#)
        }
    }

    @Test func toResult() throws {
        let request = Request.result(id(1))
        let failure = TaskFailure(.cancelled, "m")
        let words = #""failure":{"code":"cancelled","message":"m"}"#
        try expect(
            .result(.init(.success, data: "a\"b\nя\0")), to: request,
            isWritten: #""status":"success","data":"a\"b\nя\u0000""#)
        try expect(.result(.init(.success, data: "")), to: request, isWritten: #""status":"success","data":"""#)
        try expect(.result(.init(.waiting, data: nil)), to: request, isWritten: #""status":"waiting","data":null"#)
        try expect(
            .result(.init(.error, data: nil, failure: failure)), to: request,
            isWritten: #""status":"error","data":null,\#(words)"#)
        try expect(
            .result(.init(.execute, data: nil, timedOut: true)), to: request,
            isWritten: #""status":"execute","data":null,"timed_out":true"#)
        try expect(
            .result(.init(.error, data: nil, failure: failure, timedOut: true)), to: request,
            isWritten: #""status":"error","data":null,\#(words),"timed_out":true"#)
    }

    @Test func toResultOfBytes() throws {
        var result = Reply.TaskResult(.success, data: "AP8=")
        result.encoding = .base64
        let members = #""status":"success","data":"AP8=""#
        try expect(.result(result), to: .result(id(1)), isWritten: members + #","encoding":"base64""#)
        result.encoding = .text
        #expect(try incomingReply("{\(members),\"encoding\":\"text\"}").reply(to: .result(id(1))) == .result(result))
    }

    @Test(arguments: [Request.log(id(1)), .log(id(1), offset: 7, .init(timeout: 5))])
    func toLog(request: Request) throws {
        try expect(
            .log(.init(text: "a\"\n\u{1b}\u{fffd}", next: 65_544, hasEnded: false)), to: request,
            isWritten: #""text":"a\"\n\u001b�","offset":65544,"ended":false"#)
        try expect(
            .log(.init(text: "", next: 0, hasEnded: true)), to: request,
            isWritten: #""text":"","offset":0,"ended":true"#)
        try expect(
            .log(.init(text: "x", next: largest, skipped: 9, hasEnded: true)), to: request,
            isWritten: #""text":"x","offset":9007199254740991,"skipped":9,"ended":true"#)
        try expect(
            .log(.init(text: "", next: 3, hasEnded: false, timedOut: true)), to: request,
            isWritten: #""text":"","offset":3,"ended":false,"timed_out":true"#)
    }

    @Test func toList() throws {
        let request = Request.list(.init())
        try expect(.list(.init(tasks: [], next: nil)), to: request, isWritten: #""tasks":[]"#)
        try expect(.list(.init(tasks: [], next: id(9))), to: request, isWritten: #""tasks":[],"next":9"#)
        let tasks = [full, report(.waiting, id: id(2)), report(.success, id: id(1)) { $0.finishedAt = 8 }]
        try expect(
            .list(.init(tasks: tasks, next: id(1))), to: request,
            isWritten: #""tasks":[{"task_id":3,\#(fullMembers)},{"task_id":2,"status":"waiting"},"#
                + #"{"task_id":1,"status":"success","finished_at":8}],"next":1"#)
    }

    @Test func withoutASequence() throws {
        let refusal = Reply.refused(RequestError(.badRequest, "m"))
        let expected = #"{"error":{"code":"bad_request","message":"m"}}"#
        #expect(line(refusal, sequence: nil) == expected + "\n")
        let read = try incomingReply(expected)
        #expect(read.sequence == nil)
        #expect(read.error == RequestError(.badRequest, "m"))
        #expect(try read.reply(to: .info) == refusal)
    }

    @Test(arguments: [0, TaskID.range.upperBound]) func theRangeOfSequences(sequence: Int) throws {
        let written = line(.list(.init(tasks: [], next: nil)), sequence: sequence)
        #expect(written == "{\"seq\":\(sequence),\"tasks\":[]}\n")
        #expect(try incomingReply(written).sequence == sequence)
    }
}

struct TaskFailureTests {
    @Test func theWordsOnTheWire() {
        let codes: [TaskFailure.Code] = [
            .unknownTaskName, .failed, .cancelled, .shutDown, .exit, .signal, .timeout, .outputTooLarge, .notUTF8,
            .spawn,
        ]
        #expect(
            codes.map(\.rawValue) == [
                "unknown_task_name", "failed", "cancelled", "shut_down", "exit", "signal", "timeout",
                "output_too_large",
                "not_utf8", "spawn",
            ])
    }

    /// What is told of a command that failed, each alone and all together.
    @Test func membersOfACommandsFailure() throws {
        let members: [(String, (inout TaskFailure) -> Void)] = [
            (#","exit_status":3"#, { $0.exitStatus = 3 }), (#","signal":9"#, { $0.signal = 9 }),
            (#","stderr":"no \"x\"\n�""#, { $0.errorOutput = "no \"x\"\n\u{fffd}" }),
            (#","stderr":"""#, { $0.errorOutput = "" }),
        ]
        var all = TaskFailure(.exit, "m")
        for (member, change) in members {
            var failure = TaskFailure(.exit, "m")
            change(&failure)
            if member != members[3].0 { change(&all) }
            try expect(failure, isWritten: member)
        }
        try expect(all, isWritten: members.prefix(3).map(\.0).joined())
    }

    private func expect(_ failure: TaskFailure, isWritten members: String) throws {
        let expected = #"{"seq":1,"status":"error","failure":{"code":"exit","message":"m"\#(members)}}"#
        let reply = Reply.status(report(.error) { $0.failure = failure })
        #expect(line(reply, sequence: 1) == expected + "\n")
        #expect(try incomingReply(expected).reply(to: .status(id(1))) == reply)
    }

    /// Of members that are not what they should be the reply says nothing, rather than nothing at all.
    @Test func strangeMembersOfAFailureArePassedOver() throws {
        let reply = try incomingReply(
            #"{"seq":1,"status":"error","failure":{"code":"exit","exit_status":"3","signal":{},"stderr":7}}"#)
        #expect(try reply.reply(to: .status(id(1))) == .status(report(.error) { $0.failure = TaskFailure(.exit, "") }))
    }

    /// A newer server may tell of more, and a message may be missing.
    @Test func unknownCodesAndMembersAreTaken() throws {
        let reply = try incomingReply(
            #"{"seq":1,"status":"error","failure":{"exit":2,"code":"signalled","x":{"code":7}}}"#)
        let expected = report(.error) { $0.failure = TaskFailure(.init(rawValue: "signalled"), "") }
        #expect(try reply.reply(to: .status(id(1))) == .status(expected))
    }
}
