import SimdJSON

/// What a server is.
package struct ServerInformation: Hashable, Sendable {
    /// A kind of task that the server runs.
    package struct TaskType: Hashable, Sendable {
        package let name: String
        /// How long it takes before its function runs, in milliseconds.
        package let delay: Int

        package init(name: String, delay: Int) {
            self.name = name
            self.delay = delay
        }
    }

    /// A limit in force: the name of its option without the dashes, and its value; nil for none.
    package struct Limit: Hashable, Sendable {
        package let name: String
        package let value: Int?

        package init(_ name: String, _ value: Int?) {
            self.name = name
            self.value = value
        }
    }

    /// What the name of every server of this protocol is.
    package static let serverName = "uv-taskd"

    /// The protocol's version: it rises only when an existing message changes its meaning.
    package static let protocolVersion = 1

    package var name: String
    package var version: String
    package var protocolVersion: Int
    package var instance: InstanceID
    package var taskTypes: [TaskType]
    /// In bytes and milliseconds.
    package var limits: [Limit]

    /// This version's.
    package init(instance: InstanceID, taskTypes: [TaskType], limits: [Limit]) {
        name = Self.serverName
        version = productVersion
        protocolVersion = Self.protocolVersion
        self.instance = instance
        self.taskTypes = taskTypes
        self.limits = limits
    }

    func write(to bytes: inout [UInt8]) {
        bytes.append(member: "name", string: name)
        bytes.append(member: "version", string: version)
        bytes.append(member: "protocol", number: protocolVersion)
        bytes.append(member: "instance", word: instance.description)
        bytes.append(member: "task_types", array: taskTypes) { bytes, type in
            bytes.append(text: "{")
            bytes.append(member: "name", string: type.name)
            bytes.append(member: "delay_ms", number: type.delay)
            bytes.append(text: "}")
        }
        bytes.append(member: "limits")
        bytes.append(text: "{")
        for limit in limits {
            bytes.append(member: limit.name)
            if let value = limit.value { bytes.append(number: value) } else { bytes.append(text: "null") }
        }
        bytes.append(text: "}")
    }
}

/// The members of a server's description as they come in.
struct ServerInformationFields {
    private var name = Field<String>("name")
    private var version = Field<String>("version")
    private var protocolVersion = Field<Int>("protocol")
    var instance = Field<InstanceID>("instance")
    private var taskTypes: [ServerInformation.TaskType] = []
    private var limits: [ServerInformation.Limit] = []

    mutating func take(_ member: borrowing JSONMember) {
        if member.isNamed("name") {
            name.note(member.string)
        } else if member.isNamed("version") {
            version.note(member.string)
        } else if member.isNamed("protocol") {
            protocolVersion.note(member.count)
        } else if member.isNamed("instance") {
            instance.note(member.string.flatMap(InstanceID.init))
        } else if member.isNamed("task_types") {
            taskTypes = member.elements { $0.taskType }
        } else if member.isNamed("limits") {
            takeLimits(member)
        }
    }

    private mutating func takeLimits(_ member: borrowing JSONMember) {
        var found: [ServerInformation.Limit] = []
        _ = member.withMembers { members in
            members.forEach { member in
                found.append(ServerInformation.Limit(member.name, member.integer))
                return true
            }
        }
        limits = found
    }

    func information() throws(BrokenMessage) -> ServerInformation {
        var information = ServerInformation(
            instance: try instance.required(), taskTypes: taskTypes, limits: limits)
        information.name = try name.required()
        information.version = try version.required()
        information.protocolVersion = try protocolVersion.required()
        return information
    }
}

extension JSONMember {
    /// The value, where it is an object with a name.
    fileprivate var taskType: ServerInformation.TaskType? {
        var name: String?
        var delay = 0
        _ = withMembers { members in
            members.forEach { member in
                if member.isNamed("name") { name = member.string }
                if member.isNamed("delay_ms") { delay = member.count ?? 0 }
                return true
            }
        }
        return name.map { ServerInformation.TaskType(name: $0, delay: delay) }
    }
}
