import JSON
import TaskCore
import TaskProtocol

// Reading and writing of messages as text, for the tables of the tests.

func id(_ number: Int) -> TaskID { TaskID(rawValue: number)! }

/// What `write` writes.
func written(_ write: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    write(&writer)
    var bytes: [UInt8] = []
    bytes.append(copying: writer.bytes)
    return String(decoding: bytes, as: UTF8.self)
}

func request(_ text: String) -> Result<IncomingRequest, ProtocolError> {
    Result { () throws(ProtocolError) in try RequestReader().read(text.utf8Span.span) }
}

func reply<Request: RequestMessage>(_ text: String, to request: Request) throws(ProtocolError) -> Request.Reply {
    try ReplyReader().read(text.utf8Span.span) { reply throws(ProtocolError) in try reply.reply(to: request) }
}

/// What is wrong with the reply to `request`; nil if it is valid.
func error(in text: String, to request: some RequestMessage) -> ProtocolError? {
    do throws(ProtocolError) {
        _ = try reply(text, to: request)
        return nil
    } catch {
        return error
    }
}

func sequence(_ text: String) throws(ProtocolError) -> Int? {
    try ReplyReader().read(text.utf8Span.span) { reply in reply.sequence }
}

/// nil if the reply is not a refusal.
func refusal(_ text: String) throws(ProtocolError) -> Refusal? {
    try ReplyReader().read(text.utf8Span.span) { reply in reply.refusal }
}
