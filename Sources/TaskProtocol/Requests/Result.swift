package import JSON
package import TaskCore

package struct ResultRequest: TaskRequest {
    package static let type = RequestType.result

    package let task: TaskID
    package let wait: Wait?

    package init(_ task: TaskID, wait: Wait? = nil) {
        self.task = task
        self.wait = wait
    }

    package typealias Reply = ResultReply
}

package struct ResultReply: ReplyMessage {
    package let state: TaskState
    /// The result; nil unless the state is `success`.
    package let data: String?
    /// Of `data`.
    package let encoding: DataEncoding
    package let failure: TaskFailure?
    /// The wait ended before the task did.
    package let timedOut: Bool

    package init(
        _ state: TaskState, data: String?, encoding: DataEncoding = .text, failure: TaskFailure? = nil,
        timedOut: Bool = false
    ) {
        self.state = state
        self.data = data
        self.encoding = encoding
        self.failure = failure
        self.timedOut = timedOut
    }

    private static let encoding = Member<DataEncoding>.encoding("encoding")

    package init(_ fields: inout Fields) throws(ProtocolError) {
        state = try fields.required(Members.status)
        data = try fields.required(Members.result)
        encoding = try fields.optional(Self.encoding) ?? .text
        failure = try fields.optional(Members.failure)
        timedOut = try fields.flag(Members.timedOut)
        if state == .success, data == nil { throw .unexpected("a success without a result") }
    }

    package func write(to message: inout JSONWriter) {
        message.append(Members.status, state)
        message.append(Members.result, data)
        message.append(Self.encoding, encoding == .text ? nil : encoding)
        message.append(Members.failure, failure)
        message.append(flag: Members.timedOut, timedOut)
    }
}
