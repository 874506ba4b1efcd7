import Testing

@testable import TaskCore
@testable import TaskProtocol

struct RefusalTests {
    @Test func theCodesOnTheWire() {
        #expect(
            Refusal.Code.all.map(\.rawValue) == [
                "bad_request", "unknown_request", "unknown_task_name", "bad_data", "unknown_task", "expired",
                "restarted", "too_large", "queue_full", "memory_full", "too_many_connections", "draining",
                "key_conflict", "not_allowed",
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

    @Test func writingAndReadingAreInverse() throws {
        var refusal = Refusal(.queueFull, "a \"b\"\nя")
        let members = #""code":"queue_full","message":"a \"b\"\nя""#
        try expect(refusal, isWritten: members)
        refusal.limit = "max-message"
        refusal.value = .min
        refusal.retryAfter = 0
        refusal.names = ["echo", "q\"\\", ""]
        refusal.nearest = "echo"
        try expect(
            refusal,
            isWritten: members + #","limit":"max-message","value":-9223372036854775808,"retry_after_ms":0,"#
                + #""names":["echo","q\"\\",""],"nearest":"echo""#)
    }

    @Test func unknownCodesAndMembersAreAccepted() throws {
        let text =
            #"{"seq":3,"error":{"hint":{"code":"draining"},"message":"m","code":"too_tired","n":[1]},"status":7}"#
        #expect(try refusal(text) == Refusal(.init(rawValue: "too_tired"), "m"))
        #expect(try refusal(#"{"error":{"code":"x"}}"#) == Refusal(.init(rawValue: "x"), ""))
    }

    @Test(arguments: [
        "null", #""draining""#, "{}", "[]", #"{"code":7}"#, #"{"message":"m"}"#, #"{"code":"x","value":"1"}"#,
        #"{"code":"x","names":[1]}"#, #"{"code":"x","names":"a"}"#, #"{"code":"x","retry_after_ms":-1}"#,
    ]) func aMalformedErrorIsNotARefusal(value: String) {
        #expect(throws: ProtocolError.wrongValue("error", expected: "an object")) {
            try refusal(#"{"seq":1,"error":\#(value)}"#)
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
