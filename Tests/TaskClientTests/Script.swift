import JSON
import TaskCore
import TaskProtocol
import TestServers

@testable import TaskClient

// What the fake server and the client send to each other.

let instance = InstanceID(rawValue: 7)

/// A time limit that is meant to pass, in milliseconds. A busy machine connects and answers sooner.
let patience: UInt64 = 500

func configuration(of server: FakeServer, timeout: UInt64 = 5000) -> ClientConfiguration {
    var configuration = ClientConfiguration()
    configuration.host = "127.0.0.1"
    configuration.port = server.port
    configuration.connectTimeout = timeout
    return configuration
}

/// A client whose keys are `…01` and `…02`, `…03` and `…04`, and so on.
func makeClient(of server: FakeServer, timeout: UInt64 = 5000, keepsTexts: Bool = true) throws -> Client {
    var bits: UInt64 = 0
    return try Client(configuration(of: server, timeout: timeout), keepsTexts: keepsTexts) {
        bits += 1
        return bits
    }
}

func info(_ sequence: Int) -> String {
    written { InfoReply(instance: instance, taskTypes: [], limits: []).write(to: &$0, sequence: sequence) }
}

func submitted(_ sequence: Int, task: Int) -> String {
    #"{"seq":\#(sequence),"task_id":\#(task),"instance":"\#(instance)","status":"waiting"}"# + "\n"
}

func status(_ sequence: Int, _ state: TaskState) -> String {
    #"{"seq":\#(sequence),"status":"\#(state.rawValue)"}"# + "\n"
}

func refused(_ sequence: Int?, _ code: Refusal.Code) -> String {
    written { Refusal(code, "no").write(to: &$0, sequence: sequence) }
}

private func written(_ write: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    write(&writer)
    return (try? String(copying: UTF8Span(validating: writer.bytes))) ?? ""
}

func run(_ sequence: Int, _ data: String, key: String) -> String {
    #"{"seq":\#(sequence),"type":"run","task_name":"echo","data":"\#(data)","key":"\#(key)","instance":"\#(instance)"}"#
        + "\n"
}

let firstKey = "00000000000000010000000000000002"
let secondKey = "00000000000000030000000000000004"

func code(_ answer: Answer<RunReply>) -> Refusal.Code? {
    if case .failure(let refusal) = answer.result { refusal.code } else { nil }
}

func task(_ answer: Answer<RunReply>) -> Int? {
    if case .success(let reply) = answer.result { reply.task.rawValue } else { nil }
}
