import Testing

@testable import TaskCore
@testable import TaskProtocol

private let instance = InstanceID(rawValue: 0x0123_4567_89ab_cdef)
private let largest = countRange.upperBound

private func accepted(_ request: Request, _ sequence: Int, for instance: InstanceID? = nil) -> Result<
    IncomingRequest, ProtocolError
> { .success(.request(request, sequence: sequence, instance: instance)) }

struct RequestTests {
    private func expect<Message: RequestMessage>(
        _ message: Message, _ request: Request, _ sequence: Int, for instance: InstanceID? = nil,
        isWritten line: String, at location: SourceLocation = #_sourceLocation
    ) {
        let text = written { message.write(to: &$0, sequence: sequence, instance: instance) }
        #expect(text == line + "\n", sourceLocation: location)
        #expect(TaskProtocolTests.request(line) == accepted(request, sequence, for: instance), sourceLocation: location)
    }

    @Test func run() {
        let plain = RunRequest(taskName: "echo", data: "a\"b\nя")
        expect(plain, .run(plain), 0, isWritten: #"{"seq":0,"type":"run","task_name":"echo","data":"a\"b\nя"}"#)
        let empty = RunRequest(taskName: "", data: "", key: "k\"1")
        expect(empty, .run(empty), 1, isWritten: #"{"seq":1,"type":"run","task_name":"","data":"","key":"k\"1"}"#)
        let longKey = String(repeating: "я", count: 64)
        let full = RunRequest(taskName: "echo", data: "d", key: longKey)
        expect(
            full, .run(full), 2, for: instance,
            isWritten: #"{"seq":2,"type":"run","task_name":"echo","data":"d","key":"\#(longKey)","#
                + #""instance":"0123456789abcdef"}"#)
    }

    @Test func status() {
        let plain = StatusRequest(id(1))
        expect(plain, .status(plain), largest, isWritten: #"{"seq":9007199254740991,"type":"status","task_id":1}"#)
        let waiting = StatusRequest(id(7), wait: Wait())
        expect(waiting, .status(waiting), 3, isWritten: #"{"seq":3,"type":"status","task_id":7,"wait":true}"#)
        let limited = StatusRequest(id(7), wait: Wait(timeout: 0))
        expect(
            limited, .status(limited), 3, for: instance,
            isWritten:
                #"{"seq":3,"type":"status","task_id":7,"wait":true,"timeout_ms":0,"instance":"0123456789abcdef"}"#)
    }

    @Test func result() {
        let plain = ResultRequest(id(largest))
        expect(plain, .result(plain), 4, isWritten: #"{"seq":4,"type":"get_result","task_id":9007199254740991}"#)
        let waiting = ResultRequest(id(2), wait: Wait(timeout: largest))
        expect(
            waiting, .result(waiting), 4,
            isWritten: #"{"seq":4,"type":"get_result","task_id":2,"wait":true,"timeout_ms":9007199254740991}"#)
    }

    @Test func cancel() {
        let plain = CancelRequest(id(42))
        expect(plain, .cancel(plain), 5, isWritten: #"{"seq":5,"type":"cancel","task_id":42}"#)
        expect(
            plain, .cancel(plain), 5, for: InstanceID(rawValue: 7),
            isWritten: #"{"seq":5,"type":"cancel","task_id":42,"instance":"0000000000000007"}"#)
    }

    @Test func log() {
        let plain = LogRequest(id(3))
        expect(plain, .log(plain), 5, isWritten: #"{"seq":5,"type":"log","task_id":3,"offset":0}"#)
        #expect(request(#"{"seq":5,"type":"log","task_id":3}"#) == accepted(.log(plain), 5), "a log begins at 0")
        let full = LogRequest(id(3), offset: largest, wait: Wait(timeout: 9))
        expect(
            full, .log(full), 5, for: instance,
            isWritten: #"{"seq":5,"type":"log","task_id":3,"wait":true,"timeout_ms":9,"offset":9007199254740991,"#
                + #""instance":"0123456789abcdef"}"#)
    }

    @Test func list() {
        let plain = ListRequest(.init())
        expect(plain, .list(plain), 6, isWritten: #"{"seq":6,"type":"list","limit":100}"#)
        let full = ListRequest(.init(state: .waiting, before: id(9), limit: 1000))
        expect(
            full, .list(full), 6, for: instance,
            isWritten:
                #"{"seq":6,"type":"list","status":"waiting","before":9,"limit":1000,"instance":"0123456789abcdef"}"#)
        for state in TaskState.allCases {
            let line = #"{"seq":1,"type":"list","status":"\#(state.rawValue)"}"#
            #expect(request(line) == accepted(.list(ListRequest(.init(state: state))), 1), "the limit is 100")
        }
    }

    @Test func statsAndInfo() {
        expect(StatsRequest(), .stats(StatsRequest()), 7, isWritten: #"{"seq":7,"type":"stats"}"#)
        expect(
            InfoRequest(), .info(InfoRequest()), 8, for: InstanceID(rawValue: .max),
            isWritten: #"{"seq":8,"type":"info","instance":"ffffffffffffffff"}"#)
    }

    @Test(arguments: [#","timeout_ms":5"#, #","wait":false,"timeout_ms":5"#, #","wait":false"#])
    func aTimeoutWithoutAWaitIsIgnored(members: String) {
        let expected = accepted(.status(StatusRequest(id(1))), 1)
        #expect(request(#"{"seq":1,"type":"status","task_id":1\#(members)}"#) == expected)
    }
}
