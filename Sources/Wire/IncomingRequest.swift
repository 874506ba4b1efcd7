import SimdJSON

/// A message from a client, as the server takes it.
package enum IncomingRequest: Hashable, Sendable {
    /// Without a `seq`.
    case classic(ClassicRequest)
    /// With a `seq`.
    case numbered(NumberedRequest)
    /// With a `seq`, which is to be answered, but wrong otherwise.
    case refused(sequence: Int, RequestError)
}

extension MessageReader {
    /// Reads a request from one whole message.
    ///
    /// - Throws: `BrokenMessage` where it has no valid `seq` and is not one of the classic requests.
    package func request(_ message: Span<UInt8>) throws(BrokenMessage) -> IncomingRequest {
        var fields = RequestFields()
        try members(of: message) { member in fields.take(member) }
        return try fields.incoming()
    }

    /// Goes on from `position` to the next request.
    ///
    /// - Parameters:
    ///   - framer: that of the connection.
    ///   - bytes: one read.
    ///   - position: how far `bytes` were looked at; 0 for a new read. It is moved behind the request, or what is none.
    /// - Returns: nil where the bytes are used up.
    /// - Throws: `BrokenMessage` where something else comes first.
    package func nextRequest(
        _ framer: inout LineFramer, in bytes: Span<UInt8>, at position: inout Int
    ) throws(BrokenMessage) -> IncomingRequest? {
        if let line = framer.wholeLine(in: bytes, at: position) {
            var fields = RequestFields()
            if members(ofLine: bytes.extracting(line), { fields.take($0) }) {
                framer.accept(line, &position)
                return try fields.incoming()
            }
            framer.doubt(line)
        }
        guard let event = framer.next(in: bytes, at: &position) else { return nil }
        if case .broken(let problem) = event { throw problem }
        return try framer.withMessage(in: bytes) { message throws(BrokenMessage) in try request(message) }
    }
}

/// The members of a request as they come in; those that the protocol does not know are passed over.
private struct RequestFields: ~Copyable {
    var sequence = Field<Int>("seq")
    var type = Field<RequestType>("type")
    var taskName = Field<String>("task_name")
    var data = Field<String>("data")
    var taskID = Field<TaskID>("task_id")
    // Those from here on mean nothing without a `seq`.
    var key = Field<String>("key")
    var wait = Field<Bool>("wait")
    var timeout = Field<Int>("timeout_ms")
    var status = Field<TaskState>("status")
    var before = Field<TaskID>("before")
    var limit = Field<Int>("limit")
    var instance = Field<InstanceID>("instance")
    var offset = Field<Int>("offset")

    mutating func take(_ member: borrowing JSONMember) {
        if member.isNamed("type") {
            type.note(member.requestType)
        } else if member.isNamed("task_name") {
            taskName.note(member.string)
        } else if member.isNamed("data") {
            data.note(member.string)
        } else if member.isNamed("task_id") {
            taskID.note(member.taskID)
        } else if member.isNamed("seq") {
            sequence.note(member.count)
        } else {
            takeNumbered(member)
        }
    }

    private mutating func takeNumbered(_ member: borrowing JSONMember) {
        if member.isNamed("wait") {
            wait.note(member.boolean)
        } else if member.isNamed("timeout_ms") {
            timeout.note(member.count)
        } else if member.isNamed("key") {
            key.note(member.string.flatMap { Request.keyLength.contains($0.utf8.count) ? $0 : nil })
        } else if member.isNamed("instance") {
            instance.note(member.string.flatMap(InstanceID.init))
        } else if member.isNamed("status") {
            status.note(member.taskState)
        } else if member.isNamed("before") {
            before.note(member.taskID)
        } else if member.isNamed("limit") {
            limit.note(member.integer.flatMap { Request.ListQuery.limitRange.contains($0) ? $0 : nil })
        } else if member.isNamed("offset") {
            offset.note(member.count)
        }
    }

    func incoming() throws(BrokenMessage) -> IncomingRequest {
        guard let sequence = try sequence.optional() else { return .classic(try classic()) }
        do throws(BrokenMessage) {
            return .numbered(NumberedRequest(sequence, try request(), for: try instance.optional()))
        } catch {
            return .refused(sequence: sequence, RequestError(error))
        }
    }

    private func classic() throws(BrokenMessage) -> ClassicRequest {
        try checkClassic()
        return switch try type.required() {
        case .run: try .run(taskName: taskName.required(), data: data.required())
        case .status: try .status(taskID.required())
        case .result: try .result(taskID.required())
        case .cancel, .log, .list, .stats, .info, .unknown: throw .unknownRequest
        }
    }

    private func request() throws(BrokenMessage) -> Request {
        try checkClassic()
        try checkNumbered()
        return switch try type.required() {
        case .run: try .run(taskName: taskName.required(), data: data.required(), key: key.value)
        case .status: try .status(taskID.required(), waiting)
        case .result: try .result(taskID.required(), waiting)
        case .cancel: try .cancel(taskID.required())
        case .log: try .log(taskID.required(), offset: offset.value ?? 0, waiting)
        case .list:
            .list(Request.ListQuery(state: status.value, before: before.value, limit: limit.value ?? 100))
        case .stats: .stats
        case .info: .info
        case .unknown: throw .unknownRequest
        }
    }

    /// A member with a wrong value makes the message broken even where the request does not need it.
    private func checkClassic() throws(BrokenMessage) {
        try type.check()
        try taskName.check()
        try data.check()
        try taskID.check()
    }

    private func checkNumbered() throws(BrokenMessage) {
        try key.check()
        try wait.check()
        try timeout.check()
        try status.check()
        try before.check()
        try limit.check()
        try instance.check()
        try offset.check()
    }

    private var waiting: Request.Wait? {
        wait.value == true ? Request.Wait(timeout: timeout.value) : nil
    }
}

private enum RequestType {
    case run
    case status
    case result
    case cancel
    case log
    case list
    case stats
    case info
    case unknown
}

extension JSONMember {
    /// The value, where it is a string.
    fileprivate var requestType: RequestType? {
        if isString("run") { return .run }
        if isString("status") { return .status }
        if isString("get_result") { return .result }
        if isString("cancel") { return .cancel }
        if isString("log") { return .log }
        if isString("list") { return .list }
        if isString("stats") { return .stats }
        if isString("info") { return .info }
        return isString ? .unknown : nil
    }
}
