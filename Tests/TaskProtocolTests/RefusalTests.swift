import Testing

@testable import TaskCore
@testable import TaskProtocol

struct RefusalTests {
    @Test func theCodesOnTheWire() {
        #expect(
            Refusal.Code.all.map(\.rawValue) == [
                "bad_request", "unknown_request", "unknown_task_name", "bad_data", "unknown_task", "expired",
                "restarted", "too_large", "queue_full", "memory_full", "too_many_connections", "draining",
                "key_conflict",
            ])
    }

    private func expect(
        _ value: Refusal, isWritten members: String, at location: SourceLocation = #_sourceLocation
    ) throws {
        for number in [nil, 0, countRange.upperBound] {
            let line = "{\(number.map { "\"seq\":\($0)," } ?? "")\"error\":{\(members)}}"
            #expect(written { value.write(to: &$0, sequence: number) } == line + "\n", sourceLocation: location)
            #expect(try refusal(line) == value, sourceLocation: location)
            #expect(try sequence(line) == number, sourceLocation: location)
        }
    }

    @Test(arguments: Refusal.Code.all) func everyCodeIsWrittenWithAndWithoutEachMember(code: Refusal.Code) throws {
        let start = #""code":"\#(code.rawValue)","message":"a \"b\"\nя""#
        let plain = Refusal(code, "a \"b\"\nя")
        try expect(plain, isWritten: start)

        let members: [(String, (inout Refusal) -> Void)] = [
            (#""limit":"max-message""#, { $0.limit = "max-message" }),
            (#""value":-9223372036854775808"#, { $0.value = .min }), (#""retry_after_ms":0"#, { $0.retryAfter = 0 }),
            (#""names":["echo","q\"\\",""]"#, { $0.names = ["echo", "q\"\\", ""] }),
            (#""nearest":"echo""#, { $0.nearest = "echo" }),
        ]
        var all = plain
        for (member, change) in members {
            var one = plain
            change(&one)
            change(&all)
            try expect(one, isWritten: "\(start),\(member)")
        }
        try expect(all, isWritten: "\(start),\(members.map(\.0).joined(separator: ","))")
    }

    @Test func unknownCodesAndMembersAreAccepted() throws {
        let text = #"{"seq":3,"error":{"hint":{"code":"draining"},"message":"m","code":"too_tired","n":[1]}}"#
        #expect(try refusal(text) == Refusal(.init(rawValue: "too_tired"), "m"))
        #expect(try refusal(#"{"error":{"code":"x"}}"#) == Refusal(.init(rawValue: "x"), ""))
    }

    @Test func aReplyWithAnErrorIsARefusalWhateverElseItHas() throws {
        #expect(
            try refusal(#"{"seq":3,"status":7,"error":{"code":"draining","message":"m"}}"#) == Refusal(.draining, "m"))
    }

    @Test(arguments: [
        "null", #""draining""#, "{}", "[]", #"{"code":7}"#, #"{"message":"m"}"#, #"{"code":"x","value":"1"}"#,
        #"{"code":"x","names":[1]}"#, #"{"code":"x","names":"a"}"#, #"{"code":"x","retry_after_ms":-1}"#,
    ]) func aMalformedErrorIsNotARefusal(value: String) {
        #expect(throws: ProtocolError.wrongValue("error", expected: "an object")) {
            try refusal(#"{"seq":1,"error":\#(value)}"#)
        }
    }

    @Test func aRefusalIsNoOtherReply() throws {
        for request in requestOfEachKind where !(request is StatsRequest) {
            #expect(error(in: #"{"seq":0,"error":{"code":"x"}}"#, to: request) != nil)
        }
    }

    @Test func everyProtocolErrorHasItsCode() {
        #expect(Refusal(.tooLong(limit: 100)) == .tooLarge(limit: 100))
        #expect(Refusal(ProtocolError.unknownRequest).code == .unknownRequest)
        let others: [ProtocolError] = [
            .newlineInObject, .notAnObject(0x7b), .unfinished, .notJSON("x"), .missing("type"), .repeated("type"),
            .wrongValue("type", expected: "a string"), .unexpected("y"),
        ]
        for error in others { #expect(Refusal(error) == .badRequest(error.description)) }
        #expect(Set(others.map(\.description)).count == others.count)
    }
}
