import Testing

@testable import TaskCore

private let names = ["echo", "revers", "reverse", "permutation", "too_long_echo"]

struct NearestNameTests {
    @Test(arguments: [
        ("revrs", "revers"), ("Reverse", "reverse"), ("reveres", "revers"), ("permutatoin", "permutation"),
        ("ehco", "echo"), ("too-long-echo", "too_long_echo"), ("ech", "echo"), ("perm", "permutation"),
        ("TOO_", "too_long_echo"),
    ])
    func typeNames(text: String, name: String) { #expect(nearestName(to: text, among: names) == name) }

    @Test(arguments: [
        ("run", "run"), ("rn", "run"), ("rnu", "run"), ("runn", "run"), ("stauts", "status"), ("res", "result"),
        ("wathc", "watch"), ("ls", "list"),
    ])
    func commandNames(text: String, name: String) {
        #expect(nearestName(to: text, among: ["run", "result", "status", "stats", "watch", "list"]) == name)
    }

    @Test(arguments: ["", "x", "thumbnail", "перевернуть", String(repeating: "echo", count: 250_000)])
    func noNameIsNear(text: String) {
        #expect(nearestName(to: text, among: names) == nil)
        #expect(nearestName(to: text, among: []) == nil)
    }

    @Test func fourLettersMayDiffer() {
        let name = String(repeating: "n", count: 60)
        #expect(nearestName(to: "xxxx" + name.dropLast(4), among: [name]) == name)
        #expect(nearestName(to: "xxxxx" + name.dropLast(5), among: [name]) == nil)
    }
}

struct EditDistanceTests {
    @Test(arguments: [
        ("", "", 0), ("abc", "abc", 0), ("abc", "acb", 1), ("abc", "ab", 1), ("", "abc", 3), ("kitten", "sitting", 3),
    ])
    func distances(left: String, right: String, distance: Int) {
        for limit in 0...5 {
            #expect(
                editDistance(Array(left.utf8), Array(right.utf8), limit: limit) == (distance <= limit ? distance : nil))
        }
    }

    /// Compares pairs of all texts of up to four letters of three.
    @Test func theBandGivesTheDistanceOfTheWholeTable() {
        var texts: [[UInt8]] = [[]]
        var longest = texts
        for _ in 0..<4 {
            longest = longest.flatMap { text in [1, 2, 3].map { text + [$0] } }
            texts += longest
        }
        for (index, left) in texts.enumerated() where index % 3 == 0 {
            for right in texts {
                let distance = wholeTableDistance(left, right)
                for limit in 0...4 {
                    #expect(editDistance(left, right, limit: limit) == (distance <= limit ? distance : nil))
                }
            }
        }
    }
}

private func wholeTableDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var table = (0...left.count).map { i in (0...right.count).map { i == 0 ? $0 : $0 == 0 ? i : 0 } }
    for i in 1..<(left.count + 1) {
        for j in 1..<(right.count + 1) {
            let replacing = table[i - 1][j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1)
            table[i][j] = min(replacing, table[i - 1][j] + 1, table[i][j - 1] + 1)
            if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
            }
        }
    }
    return table[left.count][right.count]
}
