import JSON
import TaskCore

extension TaskFailure: MemberValue {
    init(_ fields: inout Fields) throws(ProtocolError) {
        self.init(
            Code(rawValue: try fields.required(Members.code)), try fields.optional(Members.message) ?? "")
        exitStatus = try fields.optional(Members.exitStatus)
        signal = try fields.optional(Members.signal)
        errorOutput = try fields.optional(Members.errorOutput)
    }

    func writeValue(to writer: inout JSONWriter) {
        writer.object { object in
            object.append(Members.code, code.rawValue)
            object.append(Members.message, message)
            object.append(Members.exitStatus, exitStatus)
            object.append(Members.signal, signal)
            object.append(Members.errorOutput, errorOutput)
        }
    }
}

extension Members {
    fileprivate static let exitStatus = Member<Int>.integer("exit_status")
    fileprivate static let signal = Member<Int>.integer("signal")
    fileprivate static let errorOutput = Member<String>.text("stderr")
}
