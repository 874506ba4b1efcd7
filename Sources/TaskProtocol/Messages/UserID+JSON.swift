import JSON
import TaskCore

/// An object, so that other members can be added.
extension UserID: MemberValue {
    private static let number = Member<Int>.integer("uid", in: 0...Int(UInt32.max - 1))

    init(_ fields: inout Fields) throws(ProtocolError) {
        self.init(rawValue: UInt32(try fields.required(Self.number)))
    }

    func writeValue(to writer: inout JSONWriter) {
        writer.object { $0.append(Self.number, Int(rawValue)) }
    }
}
