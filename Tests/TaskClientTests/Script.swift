import TaskCore
import TaskProtocol
import TestServers

@testable import TaskClient

// What the fake server and the client say to each other.

let life = InstanceID(rawValue: 7)

/// A deadline that shall pass, in milliseconds: long enough for a machine with other work to connect and answer before.
let patience: UInt64 = 500

func configuration(of server: FakeServer, timeout: UInt64 = 5000) -> ClientConfiguration {
    var configuration = ClientConfiguration()
    configuration.host = "127.0.0.1"
    configuration.port = server.port
    configuration.connectTimeout = timeout
    return configuration
}

/// A client whose keys are `…01` and `…02`, `…03` and `…04`, and so on.
func taskClient(of server: FakeServer, timeout: UInt64 = 5000, keepsTexts: Bool = true) throws -> TaskClient {
    var bits: UInt64 = 0
    return try TaskClient(configuration(of: server, timeout: timeout), keepsTexts: keepsTexts) {
        bits += 1
        return bits
    }
}

func info(_ sequence: Int) -> String {
    var bytes: [UInt8] = []
    Reply.info(ServerInformation(instance: life, taskTypes: [], limits: [])).write(to: &bytes, sequence: sequence)
    return String(decoding: bytes, as: UTF8.self)
}

func submitted(_ sequence: Int, task: Int) -> String {
    #"{"seq":\#(sequence),"task_id":\#(task),"instance":"\#(life)","status":"waiting"}"# + "\n"
}

func status(_ sequence: Int, _ state: TaskState) -> String {
    #"{"seq":\#(sequence),"status":"\#(state.rawValue)"}"# + "\n"
}

func refused(_ sequence: Int?, _ code: RequestError.Code) -> String {
    var bytes: [UInt8] = []
    Reply.refused(RequestError(code, "no")).write(to: &bytes, sequence: sequence)
    return String(decoding: bytes, as: UTF8.self)
}

func run(_ sequence: Int, _ data: String, key: String) -> String {
    #"{"seq":\#(sequence),"type":"run","task_name":"echo","data":"\#(data)","key":"\#(key)","instance":"\#(life)"}"#
        + "\n"
}

let firstKey = "00000000000000010000000000000002"
let secondKey = "00000000000000030000000000000004"

func code(_ answer: TaskClient.Answer) -> RequestError.Code? {
    if case .refused(let error) = answer.reply { error.code } else { nil }
}

func task(_ answer: TaskClient.Answer) -> Int? {
    if case .submitted(let submission) = answer.reply { submission.task.id?.rawValue } else { nil }
}
