package import JSON
package import TaskCore

extension Refusal {
    init(_ fields: inout Fields) throws(ProtocolError) {
        self.init(
            Code(rawValue: try fields.required(Members.code)), try fields.optional(Members.message) ?? "")
        limit = try fields.optional(Members.limitName)
        value = try fields.optional(Members.value)
        retryAfter = try fields.optional(Members.retryAfter)
        names = try fields.optional(Members.names) ?? []
        nearest = try fields.optional(Members.nearest)
    }

    /// Writes the whole reply.
    ///
    /// - Parameter sequence: the `seq` of the request; nil if it could not be read, or if no request is refused but the
    ///   connection.
    package func write(to writer: inout JSONWriter, sequence: Int?) {
        writer.message { message in
            message.append(Members.sequence, sequence)
            message.name(Members.error.name)
            message.object { error in
                error.append(Members.code, code.rawValue)
                error.append(Members.message, self.message)
                error.append(Members.limitName, limit)
                error.append(Members.value, value)
                error.append(Members.retryAfter, retryAfter)
                error.append(Members.names, names.isEmpty ? nil : names)
                error.append(Members.nearest, nearest)
            }
        }
    }
}

extension Members {
    fileprivate static let limitName = Member<String>.text("limit")
    fileprivate static let value = Member<Int>.integer("value")
    fileprivate static let retryAfter = Member<Int>.count("retry_after_ms")
    fileprivate static let names = Member<[String]>("names", "an array of strings") { value, _ in
        value.array { $0.string }
    }
    fileprivate static let nearest = Member<String>.text("nearest")
}
