import JSON
import TaskCore
import TaskProtocol

/// Properties of framing, reading and writing that hold for any bytes. A unit test and the fuzzer check them.
package struct MessageProperties: ~Copyable {
    let requests = RequestReader()
    let replies = ReplyReader()
    let json = JSONReader()

    package init() {}

    /// Checks every property. The input is a stream of messages, one JSON text, and any text inside a reply.
    ///
    /// - Throws: the first property that does not hold.
    package func check(_ input: [UInt8]) throws(BrokenProperty) {
        try framingDoesNotDependOnCuts(input)
        try jsonIsReadLikeFoundation(input)
        try repliesAreLinesForAnyText(input)
        for message in framing(of: input, limit: Limits().message).messages {
            if message != input { try jsonIsReadLikeFoundation(message) }
            try requestsAreReadByTheirTables(message)
            try acceptedRequestsAreWrittenAndReadBack(message)
            try acceptedRepliesAreWrittenAndReadBack(message)
        }
    }
}

/// A property that does not hold, and the bytes for which it does not.
package struct BrokenProperty: Error, CustomStringConvertible {
    package let description: String

    init(_ text: String, for bytes: [UInt8]) {
        description = "\(text)\nfor \(String(decoding: bytes, as: UTF8.self).debugDescription)"
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
