import Foundation
import JSON
import TaskCore
import TaskProtocol

/// One value as our reader tells it.
private enum Value {
    case null
    case boolean(Bool)
    /// nil where it is not written as an integer, or does not fit.
    case number(Int?)
    case string(String)
    case array([Value])
    case object([(name: String, value: Value)])

    init(_ member: borrowing JSONMember) {
        if let boolean = member.boolean {
            self = .boolean(boolean)
        } else if let string = member.string {
            self = .string(string)
        } else if member.isNull {
            self = .null
        } else if member.isArray {
            self = .array(member.elements { Value($0) })
        } else {
            self = member.withMembers { .object(Value.members($0)) } ?? .number(member.integer)
        }
    }

    static func members(_ members: borrowing JSONMembers) -> [(name: String, value: Value)] {
        var values: [(name: String, value: Value)] = []
        members.forEach { member in
            values.append((member.name, Value(member)))
            return true
        }
        return values
    }

    /// In the order of the text.
    var numbers: [Int?] {
        switch self {
        case .number(let number): [number]
        case .array(let elements): elements.flatMap(\.numbers)
        case .object(let members): members.flatMap(\.value.numbers)
        default: []
        }
    }

    /// Whether Foundation has read the same. What a number without an integer is does not matter to the protocol.
    func equals(_ other: Any) -> Bool {
        switch self {
        case .null: return other is NSNull
        case .boolean(let value): return Self.number(other, isBoolean: true)?.boolValue == value
        case .number(let value):
            guard let number = Self.number(other, isBoolean: false) else { return false }
            return value == nil || NSNumber(value: value!) == number
        case .string(let value): return (other as? String).map { $0.utf8.elementsEqual(value.utf8) } ?? false
        case .array(let elements):
            guard let others = other as? [Any], others.count == elements.count else { return false }
            return zip(elements, others).allSatisfy { $0.equals($1) }
        case .object(let members):
            // Foundation keeps the last of those whose names Swift finds equal.
            let last = Dictionary(members, uniquingKeysWith: { $1 })
            guard let others = other as? [String: Any], others.count == last.count else { return false }
            return last.allSatisfy { name, value in others[name].map(value.equals) ?? false }
        }
    }

    private static func number(_ value: Any, isBoolean: Bool) -> NSNumber? {
        guard let number = value as? NSNumber, (number.objCType.pointee == CChar(UInt8(ascii: "c"))) == isBoolean else {
            return nil
        }
        return number
    }
}

extension MessageProperties {
    /// Two readers that share no line of code take the same texts, and tell the same of what is in them; but for what
    /// `FoundationJSON.Laxity` lists, and for the depth, of which simdjson takes 1023, an empty object or array within
    /// not counted.
    func jsonIsWhatFoundationReads(_ text: [UInt8]) throws(BrokenProperty) {
        let tokens = JSONTokens(of: text)
        let theirs = FoundationJSON(text, tokens)
        var ours: Value?
        var refusal: String?
        do throws(JSONError) {
            ours = try json.read(text.span) { .object(theirs.isTooDeep ? [] : Value.members($0)) }
        } catch {
            refusal = error.description
        }
        if case .failure(.notJSON) = read(text.span) {
            guard ours == nil else {
                throw BrokenProperty("read by the reader of JSON, not by that of messages", for: text)
            }
        } else if ours == nil {
            throw BrokenProperty("read as a message, but no JSON: \(refusal ?? "")", for: text)
        }

        guard let isMessage = theirs.isMessage else {
            guard ours == nil || tokens.depthOfFilledOnes < 1024 else { throw BrokenProperty("too deep", for: text) }
            return
        }
        guard isMessage == (ours != nil) else {
            throw BrokenProperty("ours: \(refusal ?? "read"); Foundation: \(theirs)", for: text)
        }
        guard let ours, let object = theirs.object else { return }
        guard ours.equals(object) else { throw BrokenProperty("ours: \(ours); Foundation: \(object)", for: text) }
        let written = tokens.numbers.map { $0.contains(where: ".eE".contains) ? nil : Int($0) }
        guard ours.numbers == written else { throw BrokenProperty("\(ours.numbers) != \(written)", for: text) }
    }
}
