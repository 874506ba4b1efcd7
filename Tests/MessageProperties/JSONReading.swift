import Foundation
import JSON
import TaskCore
import TaskProtocol

/// A value as `JSONReader` reads it.
private enum Value {
    case null
    case boolean(Bool)
    /// nil if the number is not written as an integer, or does not fit.
    case number(Int?)
    case string(String)
    case array([Value])
    case object([(name: String, value: Value)])

    init(_ value: borrowing JSONValue) {
        if value.isNull {
            self = .null
        } else if let boolean = value.boolean {
            self = .boolean(boolean)
        } else if let string = value.string {
            self = .string(string)
        } else if let elements = value.array({ Value($0) }) {
            self = .array(elements)
        } else {
            self = value.object { .object(Value.members($0)) } ?? .number(value.integer)
        }
    }

    static func members(_ object: borrowing JSONObject) -> [(name: String, value: Value)] {
        object.map { name, value in (name, Value(value)) }
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

    /// Whether Foundation has read the same. The value of a number that is not an integer does not matter.
    func equals(_ other: Any) -> Bool {
        switch self {
        case .null: return other is NSNull
        case .boolean(let value): return Self.number(other, isBoolean: true)?.boolValue == value
        case .number(let value):
            guard let number = Self.number(other, isBoolean: false) else { return false }
            return value.map { NSNumber(value: $0) == number } ?? true
        case .string(let value): return (other as? String).map { $0.utf8.elementsEqual(value.utf8) } ?? false
        case .array(let elements):
            guard let others = other as? [Any], others.count == elements.count else { return false }
            return zip(elements, others).allSatisfy { $0.equals($1) }
        case .object(let members):
            // Of names that are equal as Swift strings, Foundation keeps the last.
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
    /// simdjson and Foundation accept the same texts and read the same values, except for what `FoundationJSON.Laxity`
    /// lists, and for the depth: simdjson reads 1023 levels, without counting an innermost empty object or array.
    func jsonIsReadLikeFoundation(_ text: [UInt8]) throws(BrokenProperty) {
        let tokens = JSONTokens(of: text)
        let theirs = FoundationJSON(text, tokens)
        var ours: Value?
        var refusal: String?
        do throws(JSONError) {
            let object = try json.parse(text.span)
            ours = .object(theirs.isTooDeep ? [] : Value.members(object))
        } catch {
            refusal = error.description
        }
        var isMessage = true
        if case .failure(.notJSON) = read(text.span) { isMessage = false }
        guard isMessage == (ours != nil) else {
            throw BrokenProperty("JSON: \(refusal ?? "read"); a message: \(isMessage)", for: text)
        }

        guard let isJSON = theirs.isJSON else {
            guard ours == nil || tokens.depthWithoutEmpty < 1024 else { throw BrokenProperty("too deep", for: text) }
            return
        }
        guard isJSON == (ours != nil) else {
            throw BrokenProperty("ours: \(refusal ?? "read"); Foundation: \(theirs)", for: text)
        }
        guard let ours, let object = theirs.object else { return }
        guard ours.equals(object) else { throw BrokenProperty("ours: \(ours); Foundation: \(object)", for: text) }
        let written = tokens.numbers.map { $0.contains(where: ".eE".contains) ? nil : Int($0) }
        guard ours.numbers == written else { throw BrokenProperty("\(ours.numbers) != \(written)", for: text) }
    }
}
