import Testing

@testable import TaskCore
@testable import TaskProtocol

private let instance = InstanceID(rawValue: 0x0123_4567_89ab_cdef)

struct RequestTests {
    private static let largest = NumberedRequest.sequenceRange.upperBound
    private static let longKey = String(repeating: "я", count: 64)

    private static let examples: [(NumberedRequest, String)] = [
        (
            NumberedRequest(0, .run(taskName: "echo", data: "a\"b\nя")),
            #"{"seq":0,"type":"run","task_name":"echo","data":"a\"b\nя"}"#
        ),
        (
            NumberedRequest(1, .run(taskName: "", data: "", key: "k\"1")),
            #"{"seq":1,"type":"run","task_name":"","data":"","key":"k\"1"}"#
        ),
        (
            NumberedRequest(2, .run(taskName: "echo", data: "d", key: longKey), for: instance),
            #"{"seq":2,"type":"run","task_name":"echo","data":"d","key":"\#(longKey)","instance":"0123456789abcdef"}"#
        ),
        (NumberedRequest(largest, .status(id(1))), #"{"seq":9007199254740991,"type":"status","task_id":1}"#),
        (NumberedRequest(3, .status(id(7), .init())), #"{"seq":3,"type":"status","task_id":7,"wait":true}"#),
        (
            NumberedRequest(3, .status(id(7), .init(timeout: 0)), for: instance),
            #"{"seq":3,"type":"status","task_id":7,"wait":true,"timeout_ms":0,"instance":"0123456789abcdef"}"#
        ),
        (NumberedRequest(4, .result(id(largest))), #"{"seq":4,"type":"get_result","task_id":9007199254740991}"#),
        (
            NumberedRequest(4, .result(id(2)), for: instance),
            #"{"seq":4,"type":"get_result","task_id":2,"instance":"0123456789abcdef"}"#
        ),
        (
            NumberedRequest(4, .result(id(2), .init(timeout: largest))),
            #"{"seq":4,"type":"get_result","task_id":2,"wait":true,"timeout_ms":9007199254740991}"#
        ),
        (NumberedRequest(5, .cancel(id(42))), #"{"seq":5,"type":"cancel","task_id":42}"#),
        (
            NumberedRequest(5, .cancel(id(42)), for: InstanceID(rawValue: 7)),
            #"{"seq":5,"type":"cancel","task_id":42,"instance":"0000000000000007"}"#
        ),
        (NumberedRequest(5, .log(id(3))), #"{"seq":5,"type":"log","task_id":3,"offset":0}"#),
        (
            NumberedRequest(5, .log(id(3), offset: largest, .init(timeout: 9)), for: instance),
            #"{"seq":5,"type":"log","task_id":3,"wait":true,"timeout_ms":9,"offset":9007199254740991,"#
                + #""instance":"0123456789abcdef"}"#
        ),
        (NumberedRequest(6, .list(.init())), #"{"seq":6,"type":"list","limit":100}"#),
        (
            NumberedRequest(6, .list(.init(state: .waiting, before: id(9), limit: 1000)), for: instance),
            #"{"seq":6,"type":"list","status":"waiting","before":9,"limit":1000,"instance":"0123456789abcdef"}"#
        ),
        (
            NumberedRequest(6, .list(.init(state: .error, limit: 1))),
            #"{"seq":6,"type":"list","status":"error","limit":1}"#
        ),
        (NumberedRequest(7, .stats), #"{"seq":7,"type":"stats"}"#),
        (
            NumberedRequest(8, .info, for: InstanceID(rawValue: .max)),
            #"{"seq":8,"type":"info","instance":"ffffffffffffffff"}"#
        ),
    ]

    @Test(arguments: examples)
    func isWrittenOnOneLineAndReadBack(value: NumberedRequest, line: String) {
        var bytes: [UInt8] = []
        value.write(to: &bytes)
        #expect(text(of: bytes.span) == line + "\n")
        #expect(request(line) == .success(.numbered(value)))
    }

    @Test func aMessageIsAppended() {
        var bytes = Array(#"{"type":"x"}"#.utf8)
        NumberedRequest(1, .stats).write(to: &bytes)
        #expect(text(of: bytes.span) == #"{"type":"x"}{"seq":1,"type":"stats"}"# + "\n")
    }

    @Test(arguments: TaskState.allCases) func everyStateCanBeAskedFor(state: TaskState) {
        let value = NumberedRequest(1, .list(.init(state: state)))
        #expect(
            request(#"{"seq":1,"type":"list","status":"\#(state.rawValue)"}"#) == .success(.numbered(value)),
            "the limit is 100 unless given")
    }

    @Test func aTimeoutWithoutAWaitIsIgnored() {
        let expected = IncomingRequest.numbered(NumberedRequest(1, .status(id(1))))
        #expect(request(#"{"seq":1,"type":"status","task_id":1,"timeout_ms":5}"#) == .success(expected))
        #expect(request(#"{"seq":1,"type":"status","task_id":1,"wait":false,"timeout_ms":5}"#) == .success(expected))
        #expect(request(#"{"seq":1,"type":"status","task_id":1,"wait":false}"#) == .success(expected))
    }

    @Test func membersStandInAnyOrderAndUnknownOnesAreIgnored() {
        #expect(
            request(
                #"{"instance":"0123456789abcdef","x":{"seq":"no","key":7},"key":"k","data":"d","y":[{"seq":2}],"#
                    + #""task_name":"n","type":"run","Seq":9,"seq":3}"#)
                == .success(.numbered(NumberedRequest(3, .run(taskName: "n", data: "d", key: "k"), for: instance))))
        #expect(
            request(#"{"timeout_ms":9,"task_id":5,"type":"get_result","wait":true,"seq":3}"#)
                == .success(.numbered(NumberedRequest(3, .result(id(5), .init(timeout: 9))))))
        #expect(
            request(#"{"limit":7,"before":5,"status":"success","type":"list","seq":3}"#)
                == .success(.numbered(NumberedRequest(3, .list(.init(state: .success, before: id(5), limit: 7))))))
    }

    @Test func aLogBeginsAtItsStart() {
        #expect(request(#"{"type":"log","task_id":3,"seq":1}"#) == .success(.numbered(NumberedRequest(1, .log(id(3))))))
    }

    /// Members that another request would need, with right values, mean nothing.
    @Test func membersOfOtherRequestsAreIgnored() {
        let rest =
            #""data":"","task_name":"","task_id":1,"key":"k","wait":true,"timeout_ms":1,"status":"error","before":1,"limit":1,"offset":1"#
        #expect(request(#"{"seq":1,"type":"stats",\#(rest)}"#) == .success(.numbered(NumberedRequest(1, .stats))))
        #expect(
            request(#"{"seq":1,"type":"cancel",\#(rest)}"#) == .success(.numbered(NumberedRequest(1, .cancel(id(1))))))
    }
}

struct InstanceIDTests {
    @Test(arguments: [
        (0, "0000000000000000"), (0xa, "000000000000000a"), (UInt64.max, "ffffffffffffffff"),
        (0xfedc_ba98_7654_3210, "fedcba9876543210"),
    ]) func sixteenDigits(value: UInt64, text: String) {
        #expect(InstanceID(rawValue: value).description == text)
        #expect(InstanceID(text) == InstanceID(rawValue: value))
    }

    @Test(arguments: [
        "", "0", "000000000000000", "00000000000000000", "000000000000000G", "000000000000000A", "+00000000000000a",
        "-000000000000001", "0x00000000000001", " 000000000000001", "00000000000000é", "00000000000000٣",
    ]) func nothingElse(text: String) {
        #expect(InstanceID(text) == nil)
    }
}
