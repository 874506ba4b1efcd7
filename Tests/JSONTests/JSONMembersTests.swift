import Testing

@testable import JSON

/// What `body` makes of the first member of `text`.
private func first<Result>(_ text: String, _ body: (borrowing JSONMember) -> Result) throws -> Result {
    let result = try JSONReader().read(text.utf8Span.span) { members in
        var result: Result?
        members.forEach { member in
            result = body(member)
            return false
        }
        return result
    }
    return try #require(result)
}

private func describe(_ member: borrowing JSONMember) -> String {
    if let string = member.string { return "'\(string)'" }
    if let integer = member.integer { return "\(integer)" }
    if let boolean = member.boolean { return "\(boolean)" }
    if member.isNull { return "null" }
    if member.isArray { return "[\(member.elements { describe($0) }.joined(separator: " "))]" }
    let members = member.withMembers { members in
        var words: [String] = []
        members.forEach { member in
            words.append("\(member.name)=\(describe(member))")
            return true
        }
        return words.joined(separator: " ")
    }
    return members.map { "{\($0)}" } ?? "other"
}

struct JSONMembersTests {
    @Test(arguments: [
        (#"{"l":[]}"#, "[]"),
        (#"{"l":[ ]}"#, "[]"),
        (#"{"l":[7]}"#, "[7]"),
        (#"{"l":["a","","\u043f\n"]}"#, "['a' '' 'п\n']"),
        (
            #"{"l":[1,"x",true,false,null,4.5,{"a":1,"b":[2]},[3,[]],{}]}"#,
            "[1 'x' true false null other {a=1 b=[2]} [3 []] {}]"
        ),
        (#"{"l":[[[["deep"]]],[],[[]]]}"#, "[[[['deep']]] [] [[]]]"),
        (#"{"o":{"l":[{"m":[1,2]},3],"n":4}}"#, "{l=[{m=[1 2]} 3] n=4}"),
    ]) func elementsComeInTheirOrderAndNested(text: String, expected: String) throws {
        #expect(try first(text, describe) == expected)
    }

    @Test(arguments: [#""[]""#, "{}", #"{"0":1}"#, "1", "1.5", "true", "null"])
    func whatIsNoArrayHasNoElements(value: String) throws {
        #expect(try first(#"{"l":\#(value)}"#) { !$0.isArray })
        #expect(try first(#"{"l":\#(value)}"#) { $0.elements { _ in 1 } } == [])
    }

    @Test func anArrayIsNothingElse() throws {
        let isOther = try first(#"{"l":[1,"x"]}"#) { member in
            member.isArray && member.string == nil && member.integer == nil && member.boolean == nil && !member.isNull
                && !member.isString && member.withMembers { _ in 1 } == nil
        }
        #expect(isOther)
    }

    @Test func elementsOfWhichNothingIsMadeAreLeftOut() throws {
        #expect(try first(#"{"l":["a",1,"b",[],"c"]}"#) { $0.elements { $0.string } } == ["a", "b", "c"])
        #expect(try first(#"{"l":["a",1,"b",[2],3]}"#) { $0.elements { $0.integer } } == [1, 3])
    }

    @Test func anElementHasNoName() throws {
        let names = try first(#"{"l":[1,{"l":2}]}"#) { $0.elements { $0.isNamed("l") ? "l" : $0.name } }
        #expect(names == ["", ""])
    }

    @Test func whatFollowsAnArrayIsStillRead() throws {
        var words: [String] = []
        try JSONReader().read(#"{"a":[1,[2]],"b":3,"c":[4]}"#.utf8Span.span) { members in
            members.forEach { member in
                words.append("\(member.name)=\(describe(member))")
                return true
            }
        }
        #expect(words == ["a=[1 [2]]", "b=3", "c=[4]"])
    }

    @Test func aLongArray() throws {
        let numbers = Array(0..<50_000)
        let text = #"{"l":[\#(numbers.map(String.init).joined(separator: ","))]}"#
        #expect(try first(text) { $0.elements { $0.integer } } == numbers)
    }

    @Test(arguments: ["[1,]", "[,1]", "[1 2]", "[1", "[}", "[1,nul]"]) func brokenArraysAreRefused(value: String) {
        #expect(throws: JSONError.self) { try JSONReader().read(#"{"l":\#(value)}"#.utf8Span.span) { _ in } }
    }
}
