import JSON
import TaskCore
import TaskProtocol

/// What must hold for any bytes on a connection, whoever sends them. The fuzzer and a unit test check the same.
///
/// Each property stands in a file of its own.
package struct MessageProperties: ~Copyable {
    let reader = MessageReader()
    let json = JSONReader()

    package init() {}

    /// Checks all of them, for the input as a stream of messages, and as one text of JSON.
    ///
    /// - Throws: the first that does not hold.
    package func check(_ input: [UInt8]) throws(BrokenProperty) {
        try framingDoesNotDependOnTheCuts(input)
        try jsonIsWhatFoundationReads(input)
        for message in framing(of: input, limit: MessageLimits.request).messages {
            if message != input { try jsonIsWhatFoundationReads(message) }
            try requestsAreWhatTheirMembersSay(message)
            try acceptedRequestsComeBack(message)
            try repliesComeBack(message)
        }
    }
}

/// A property that does not hold, in words, and the bytes for which it does not.
package struct BrokenProperty: Error, CustomStringConvertible {
    package let description: String

    init(_ text: String, for bytes: [UInt8]) {
        description = "\(text)\nfor \(String(decoding: bytes, as: UTF8.self).debugDescription)"
    }
}
