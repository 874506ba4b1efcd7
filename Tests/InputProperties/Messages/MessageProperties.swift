import JSON
import TaskCore
import TaskProtocol

/// Properties of framing, reading and writing messages.
package struct MessageProperties: InputProperties {
    let requests = RequestReader()
    let replies = ReplyReader()
    let json = JSONReader()

    package init() {}

    /// The input is a stream of messages, and any text inside a reply.
    package func check(_ input: [UInt8]) throws(BrokenProperty) {
        try framingDoesNotDependOnCuts(input)
        try repliesAreLinesForAnyText(input)
        for message in framing(of: input, limit: Limits().message).messages {
            try requestsAreReadByTheirTables(message)
            try acceptedRequestsAreWrittenAndReadBack(message)
            try acceptedRepliesAreWrittenAndReadBack(message)
        }
    }
}

/// What `write` writes.
func written(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
    var writer = JSONWriter()
    write(&writer)
    var bytes: [UInt8] = []
    bytes.append(copying: writer.bytes)
    return bytes
}
