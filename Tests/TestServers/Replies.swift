package import TaskCore

// The replies of fake servers, each with its newline.

package let instance = InstanceID(rawValue: 7)

/// - Parameter sequence: nil for a reply without a `seq`.
package func reply(_ sequence: Int?, _ members: String) -> String {
    "{\(sequence.map { "\"seq\":\($0)," } ?? "")\(members)}\n"
}

package func status(_ sequence: Int, _ state: TaskState) -> String {
    reply(sequence, #""status":"\#(state.rawValue)""#)
}

package func success(_ sequence: Int, _ data: String) -> String {
    reply(sequence, #""status":"success","data":"\#(data)""#)
}

package func submitted(_ sequence: Int, task: Int) -> String {
    reply(sequence, #""task_id":\#(task),"instance":"\#(instance)","status":"execute""#)
}

package func refusal(_ sequence: Int?, _ code: Refusal.Code) -> String {
    reply(sequence, #""error":{"code":"\#(code.rawValue)","message":""}"#)
}

/// - Parameter types: the elements of `task_types`.
package func info(_ sequence: Int = 1, types: String = "") -> String {
    let server = #""name":"uv-taskd","version":"1","protocol":1,"instance":"\#(instance)""#
    return reply(sequence, #"\#(server),"task_types":[\#(types)],"limits":{}"#)
}
