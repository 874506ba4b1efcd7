import Testing

@testable import TaskCore
@testable import TaskProtocol

struct RequestErrorTests {
    @Test func theWordsOnTheWire() {
        #expect(
            RequestError.Code.all.map(\.rawValue) == [
                "bad_request", "unknown_request", "unknown_task_name", "bad_data", "unknown_task", "expired",
                "restarted",
                "too_large", "queue_full", "memory_full", "too_many_connections", "draining", "key_conflict",
            ])
    }

    private func expect(
        _ error: RequestError, isWritten members: String, at location: SourceLocation = #_sourceLocation
    ) throws {
        let expected = "{\"seq\":0,\"error\":{\(members)}}"
        #expect(line(.refused(error), sequence: 0) == expected + "\n", sourceLocation: location)
        let read = try incomingReply(expected)
        #expect(read.error == error, sourceLocation: location)
        for request in [
            Request.run(taskName: "", data: ""), .status(id(1)), .result(id(1)), .log(id(1)), .list(.init()), .stats,
            .info,
        ] {
            #expect(try read.reply(to: request) == .refused(error), sourceLocation: location)
        }
    }

    @Test(arguments: RequestError.Code.all) func everyCodeWithAndWithoutEachMember(code: RequestError.Code) throws {
        let start = #""code":"\#(code.rawValue)","message":"a \"b\"\nя""#
        let plain = RequestError(code, "a \"b\"\nя")
        try expect(plain, isWritten: start)

        let members: [(String, (inout RequestError) -> Void)] = [
            (#""limit":"max-message""#, { $0.limit = "max-message" }), (#""value":1048576"#, { $0.value = 1_048_576 }),
            (#""retry_after_ms":0"#, { $0.retryAfter = 0 }),
            (#""names":["echo","q\"\\"]"#, { $0.names = ["echo", "q\"\\"] }),
            (#""nearest":"echo""#, { $0.nearest = "echo" }),
        ]
        var all = plain
        for (member, change) in members {
            var error = plain
            change(&error)
            change(&all)
            try expect(error, isWritten: "\(start),\(member)")
        }
        try expect(all, isWritten: "\(start),\(members.map(\.0).joined(separator: ","))")
    }

    @Test func unknownCodesAndMembersAreTaken() throws {
        let read = try incomingReply(
            #"{"seq":3,"error":{"hint":{"code":"draining"},"message":"m","code":"too_tired","n":[1]}}"#)
        #expect(read.error == RequestError(.init(rawValue: "too_tired"), "m"))
        #expect(try incomingReply(#"{"error":{"code":"x"}}"#).error == RequestError(.init(rawValue: "x"), ""))
    }

    /// An error is an error whatever stands beside it.
    @Test func anErrorCountsBeforeTheRest() throws {
        let read = try incomingReply(#"{"seq":3,"status":"success","error":{"code":"draining","message":"m"}}"#)
        #expect(try read.reply(to: .status(id(1))) == .refused(RequestError(.draining, "m")))
    }

    @Test func whatIsBrokenHasItsCode() {
        var tooLarge = RequestError(
            .tooLarge, "the message has more than 100 bytes, which is all that the server takes")
        tooLarge.limit = "max-message"
        tooLarge.value = 100
        #expect(RequestError(.tooLong(limit: 100)) == tooLarge)
        #expect(RequestError(BrokenMessage.unknownRequest).code == .unknownRequest)
        for broken in [BrokenMessage.newlineInside, .notAnObject(0x7b), .unfinished, .notJSON("x"), .missing("type")] {
            #expect(RequestError(broken) == RequestError(.badRequest, broken.description))
        }
    }
}
