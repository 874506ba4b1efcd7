package import JSON
package import TaskCore

/// Asks what the server is.
package struct InfoRequest: RequestMessage {
    package static let type = RequestType.info

    package init() {}
    package init(_ fields: inout Fields) {}
    package func write(to message: inout JSONWriter) {}

    package typealias Reply = InfoReply
}

/// The version, task types and limits of a server.
package struct InfoReply: ReplyMessage {
    /// The name of every server that speaks this protocol.
    package static let serverName = "uv-taskd"

    /// The version of the protocol. It rises only if an existing message changes its meaning.
    package static let protocolVersion = 1

    package var name: String
    /// As in CHANGELOG.md.
    package var version: String
    package var protocolVersion: Int
    package var instance: InstanceID
    package var taskTypes: [TaskTypeInfo]
    package var limits: [LimitInfo]

    /// The reply of this version.
    package init(instance: InstanceID, taskTypes: [TaskTypeInfo], limits: [LimitInfo]) {
        name = Self.serverName
        version = productVersion
        protocolVersion = Self.protocolVersion
        self.instance = instance
        self.taskTypes = taskTypes
        self.limits = limits
    }

    package init(_ fields: inout Fields) throws(ProtocolError) {
        name = try fields.required(InfoMembers.name)
        version = try fields.required(InfoMembers.version)
        protocolVersion = try fields.required(InfoMembers.protocolVersion)
        instance = try fields.required(Members.instance)
        taskTypes = try fields.required(InfoMembers.taskTypes)
        limits = try fields.required(InfoMembers.limits)
    }

    package func write(to message: inout JSONWriter) {
        message.append(InfoMembers.name, name)
        message.append(InfoMembers.version, version)
        message.append(InfoMembers.protocolVersion, protocolVersion)
        message.append(Members.instance, instance)
        message.append(InfoMembers.taskTypes, taskTypes)
        message.name(InfoMembers.limits.name)
        message.object { object in
            for limit in limits {
                object.name(escaping: limit.name)
                if let value = limit.value { object.integer(value) } else { object.null() }
            }
        }
    }
}

private enum InfoMembers {
    static let name = Member<String>.text("name")
    static let version = Member<String>.text("version")
    static let protocolVersion = Member<Int>.count("protocol")
    static let taskTypes = Member<[TaskTypeInfo]>.objects("task_types", TaskTypeInfo.init)
    /// The limits that are integers or null; a newer server may have others.
    static let limits = Member<[LimitInfo]>("limits", "an object") { value, _ in
        value.object { object in
            let limits = object.map { name, value in
                value.isNull || value.integer != nil ? LimitInfo(name, value.integer) : nil
            }
            return limits.compactMap(\.self)
        }
    }
}

package struct TaskTypeInfo: MemberValue, Hashable, Sendable {
    package let name: String
    /// The time before the function runs, in milliseconds; 0 for a command.
    package let delay: Int
    /// Whether tasks of the type run a command, which may have a log.
    package var isCommand = false
    /// The usual duration of a task in milliseconds; nil if unknown.
    package var usualDuration: Int?
    package var description: String?
    package var data = DataEncoding.text
    package var result = DataEncoding.text

    package init(name: String, delay: Int) {
        self.name = name
        self.delay = delay
    }

    private static let name = Member<String>.text("name")
    private static let delay = Member<Int>.count("delay_ms")
    private static let isCommand = Member<Bool>.flag("command")
    private static let usualDuration = Member<Int>.count("usual_ms")
    private static let description = Member<String>.text("description")
    private static let data = Member<DataEncoding>.encoding("data")
    private static let result = Member<DataEncoding>.encoding("result")

    init(_ fields: inout Fields) throws(ProtocolError) {
        name = try fields.required(Self.name)
        delay = try fields.required(Self.delay)
        isCommand = try fields.flag(Self.isCommand)
        usualDuration = try fields.optional(Self.usualDuration)
        description = try fields.optional(Self.description)
        data = try fields.optional(Self.data) ?? .text
        result = try fields.optional(Self.result) ?? .text
    }

    func writeValue(to writer: inout JSONWriter) {
        writer.object { object in
            object.append(Self.name, name)
            object.append(Self.delay, delay)
            object.append(flag: Self.isCommand, isCommand)
            object.append(Self.usualDuration, usualDuration)
            object.append(Self.description, description)
            object.append(Self.data, data == .text ? nil : data)
            object.append(Self.result, result == .text ? nil : result)
        }
    }
}

/// A limit of the server: the option that sets it, without its dashes, and its value in bytes or milliseconds.
package struct LimitInfo: Hashable, Sendable {
    package let name: String
    /// nil for no limit.
    package let value: Int?

    package init(_ name: String, _ value: Int?) {
        self.name = name
        self.value = value
    }
}
