@testable import TaskCore
@testable import TaskProtocol

// What the tests of messages share.

func id(_ number: Int) -> TaskID { TaskID(rawValue: number)! }

func incomingReply(_ text: String) throws(BrokenMessage) -> IncomingReply {
    try MessageReader().reply(text.utf8Span.span, keepsText: true)
}

func line(_ reply: Reply, sequence: Int?) -> String {
    var bytes: [UInt8] = []
    reply.write(to: &bytes, sequence: sequence)
    return text(of: bytes.span)
}

func request(_ text: String) -> Result<IncomingRequest, BrokenMessage> {
    Result { () throws(BrokenMessage) in try MessageReader().request(text.utf8Span.span) }
}
