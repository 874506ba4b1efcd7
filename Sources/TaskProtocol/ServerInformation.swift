import JSON
package import TaskCore

/// What a server is.
package struct ServerInformation: Hashable, Sendable {
    /// A kind of task that the server runs.
    package struct TaskType: Hashable, Sendable {
        package let name: String
        /// How long it takes before its function runs, in milliseconds; 0 for a command.
        package let delay: Int
        /// Whether it runs a program, which may have a log.
        package var isCommand = false
        /// For people; nil where there is none.
        package var description: String?
        /// How its data is to be submitted, and how its results come.
        package var data = DataEncoding.text
        package var result = DataEncoding.text
        /// How long a task of it usually runs, in milliseconds; nil where that is not known.
        package var usualDuration: Int?

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
    /// As CHANGELOG.md has it.
    package var version: String
    package var protocolVersion: Int
    package var instance: InstanceID
    /// In the catalogue's order.
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
            bytes.append("{")
            bytes.append(member: "name", string: type.name)
            bytes.append(member: "delay_ms", number: type.delay)
            bytes.append(member: "command", flag: type.isCommand)
            bytes.append(member: "usual_ms", number: type.usualDuration)
            bytes.append(member: "description", string: type.description)
            if type.data != .text { bytes.append(member: "data", word: type.data.rawValue) }
            if type.result != .text { bytes.append(member: "result", word: type.result.rawValue) }
            bytes.append("}")
        }
        bytes.append(member: "limits")
        bytes.append("{")
        for limit in limits {
            bytes.append(escapedMember: limit.name)
            if let value = limit.value { bytes.append(number: value) } else { bytes.append("null") }
        }
        bytes.append("}")
    }
}

/// The members of a server's description as they come in.
struct ServerInformationFields: ~Copyable {
    private var name = Field<String>("name")
    private var version = Field<String>("version")
    private var protocolVersion = Field<Int>("protocol")
    var instance = Field<InstanceID>("instance")
    private var taskTypes = Field<[ServerInformation.TaskType]>("task_types")
    private var limits = Field<[ServerInformation.Limit]>("limits")

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
            taskTypes.note(member.taskTypes)
        } else if member.isNamed("limits") {
            limits.note(member.limits)
        }
    }

    func information() throws(BrokenMessage) -> ServerInformation {
        var information = ServerInformation(
            instance: try instance.required(), taskTypes: try taskTypes.required(), limits: try limits.required())
        information.name = try name.required()
        information.version = try version.required()
        information.protocolVersion = try protocolVersion.required()
        return information
    }
}

extension JSONMember {
    /// The value, where it is an array of task types.
    fileprivate var taskTypes: [ServerInformation.TaskType]? {
        var isComplete = true
        let types = elements { element -> ServerInformation.TaskType? in
            let type = element.taskType
            isComplete = isComplete && type != nil
            return type
        }
        return isArray && isComplete ? types : nil
    }

    /// The value, where it is an object with a name and a delay.
    private var taskType: ServerInformation.TaskType? {
        var name: String?
        var delay: Int?
        var isCommand: Bool? = false
        var usual: Int?
        var description: String?
        var data: DataEncoding? = .text
        var result: DataEncoding? = .text
        _ = withMembers { members in
            members.forEach { member in
                if member.isNamed("name") { name = member.string }
                if member.isNamed("delay_ms") { delay = member.count }
                if member.isNamed("command") { isCommand = member.boolean }
                if member.isNamed("usual_ms") { usual = member.count }
                if member.isNamed("description") { description = member.string }
                if member.isNamed("data") { data = member.string.flatMap(DataEncoding.init) }
                if member.isNamed("result") { result = member.string.flatMap(DataEncoding.init) }
                return true
            }
        }
        guard let name, let delay, let isCommand, let data, let result else { return nil }
        var type = ServerInformation.TaskType(name: name, delay: delay)
        type.isCommand = isCommand
        type.usualDuration = usual
        type.description = description
        type.data = data
        type.result = result
        return type
    }

    /// The value, where it is an object; of its members those that are limits of this version's kind.
    fileprivate var limits: [ServerInformation.Limit]? {
        withMembers { members in
            var limits: [ServerInformation.Limit] = []
            members.forEach { member in
                if member.isNull || member.integer != nil {
                    limits.append(ServerInformation.Limit(member.name, member.integer))
                }
                return true
            }
            return limits
        }
    }
}
