import TaskCore
import TaskProtocol
import TestServers

@testable import TaskClient

// What the fake server and the client send to each other.

/// A time limit that is meant to pass, in milliseconds. No answer must arrive within it.
let shortLimit: UInt64 = 100

func address(of server: FakeServer) -> ServerAddress {
    server.path.map { .unix(path: $0) } ?? .tcp(host: "127.0.0.1", port: server.port)
}

/// - Parameter timeout: in milliseconds.
func configuration(of address: ServerAddress, timeout: UInt64 = 300_000) -> ClientConfiguration {
    var configuration = ClientConfiguration()
    (configuration.server, configuration.connectTimeout) = (address, timeout)
    return configuration
}

func configuration(of server: FakeServer, timeout: UInt64 = 300_000) -> ClientConfiguration {
    configuration(of: address(of: server), timeout: timeout)
}

extension FakeServer {
    /// Connects a client, and closes it after `body`. Its keys are `…01` and `…02`, `…03` and `…04`, and so on.
    ///
    /// - Parameter timeout: the time limit of each request but the first, in milliseconds.
    func withClient<Result>(
        timeout: UInt64 = 300_000, keepsTexts: Bool = true, _ body: (Client) throws -> Result
    ) throws -> Result {
        let configuration = configuration(of: self, timeout: timeout)
        let connector = try Connector(configuration)
        let connection = Connection(try connector.connect(until: nil), configuration)
        connector.deadline.set(nil)
        var bits: UInt64 = 0
        let client = Client(connector, connection, keepsTexts: keepsTexts) {
            bits += 1
            return bits
        }
        defer { client.close() }
        return try body(client)
    }
}

extension ClientError {
    var isForeignAnswer: Bool { if case .foreignAnswer = self { true } else { false } }
    var isSubmitUnanswered: Bool { if case .submitUnanswered = self { true } else { false } }
}

/// The submit of a client whose keys are counted.
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
