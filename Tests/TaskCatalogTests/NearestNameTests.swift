import Testing

@testable import TaskCatalog

struct NearestNameTests {
    @Test(arguments: [
        ("revrs", "revers"), ("Reverse", "reverse"), ("reveres", "revers"), ("permutatoin", "permutation"),
        ("ehco", "echo"), ("too-long-echo", "too_long_echo"), ("ech", "echo"),
    ]) func misspellings(text: String, name: String) {
        #expect(TaskCatalog().nearestName(to: text) == name)
    }

    @Test(arguments: ["", "x", "thumbnail", "перевернуть"]) func nothingIsNear(text: String) {
        #expect(TaskCatalog().nearestName(to: text) == nil)
    }

    @Test func aLongTextIsNotCompared() {
        #expect(TaskCatalog().nearestName(to: String(repeating: "echo", count: 250_000)) == nil)
        #expect(TaskCatalog([]).nearestName(to: "echo") == nil)
    }

    @Test(arguments: [
        ("", "", 0), ("abc", "abc", 0), ("abc", "acb", 1), ("abc", "ab", 1), ("", "abc", 3), ("kitten", "sitting", 3),
    ]) func distances(left: String, right: String, distance: Int) {
        #expect(editDistance(Array(left.utf8), Array(right.utf8)) == distance)
    }
}
