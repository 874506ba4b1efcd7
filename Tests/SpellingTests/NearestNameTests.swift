import Testing

@testable import Spelling

private let names = ["echo", "revers", "reverse", "permutation", "too_long_echo"]

struct NearestNameTests {
    @Test(arguments: [
        ("revrs", "revers"), ("Reverse", "reverse"), ("reveres", "revers"), ("permutatoin", "permutation"),
        ("ehco", "echo"), ("too-long-echo", "too_long_echo"), ("ech", "echo"), ("perm", "permutation"),
        ("TOO_", "too_long_echo"),
    ]) func misspellings(text: String, name: String) {
        #expect(nearestName(to: text, among: names) == name)
    }

    @Test(arguments: ["", "x", "thumbnail", "перевернуть"]) func nothingIsNear(text: String) {
        #expect(nearestName(to: text, among: names) == nil)
    }

    @Test(arguments: [
        ("run", "run"), ("rn", "run"), ("rnu", "run"), ("runn", "run"), ("stauts", "status"), ("res", "result"),
        ("wathc", "watch"), ("ls", "list"),
    ]) func commands(word: String, meant: String) {
        #expect(nearestName(to: word, among: ["run", "result", "status", "stats", "watch", "list"]) == meant)
    }

    @Test func aLongTextIsNotCompared() {
        #expect(nearestName(to: String(repeating: "echo", count: 250_000), among: names) == nil)
        #expect(nearestName(to: "echo", among: []) == nil)
    }

    @Test(arguments: [
        ("", "", 0), ("abc", "abc", 0), ("abc", "acb", 1), ("abc", "ab", 1), ("", "abc", 3), ("kitten", "sitting", 3),
    ]) func distances(left: String, right: String, distance: Int) {
        #expect(editDistance(Array(left.utf8), Array(right.utf8)) == distance)
    }
}
