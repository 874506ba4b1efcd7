import Testing

@testable import TaskCore

private let types = ["echo", "revers", "reverse", "permutation", "too_long_echo"]
private let commands = ["run", "result", "status", "stats", "watch", "list"]

struct NearestNameTests {
    @Test(arguments: [
        ("revrs", "revers"), ("Reverse", "reverse"), ("reveres", "revers"), ("permutatoin", "permutation"),
        ("ehco", "echo"), ("too-long-echo", "too_long_echo"), ("ech", "echo"), ("perm", "permutation"),
        ("TOO_", "too_long_echo"), ("run", "run"), ("rn", "run"), ("rnu", "run"), ("runn", "run"),
        ("stauts", "status"), ("res", "result"), ("wathc", "watch"), ("ls", "list"),
    ])
    func aMisspelledNameHasANearestOne(text: String, name: String) {
        #expect(nearestName(to: text, among: types.contains(name) ? types : commands) == name)
    }

    @Test(arguments: ["", "x", "thumbnail", "перевернуть", String(repeating: "echo", count: 250_000)])
    func otherTextHasNoNearestName(text: String) {
        #expect(nearestName(to: text, among: types) == nil)
        #expect(nearestName(to: text, among: []) == nil)
    }

    @Test func aNameWithoutACommonLetterIsNotNear() { #expect(nearestName(to: "xy", among: ["ab"]) == nil) }

    @Test func fourLettersMayDiffer() {
        let name = String(repeating: "n", count: 60)
        #expect(nearestName(to: "xxxx" + name.dropLast(4), among: [name]) == name)
        #expect(nearestName(to: "xxxxx" + name.dropLast(5), among: [name]) == nil)
    }
}

struct EditDistanceTests {
    /// Compares pairs of all texts with up to four letters, each one of three.
    @Test func theBandGivesTheDistanceOfTheWholeTable() {
        var texts: [[UInt8]] = [[]]
        var longest = texts
        for _ in 0..<4 {
            longest = longest.flatMap { text in [1, 2, 3].map { text + [$0] } }
            texts += longest
        }
        for (index, left) in texts.enumerated() where index % 3 == 0 {
            for right in texts {
                let expected = distance(left[...], right[...])
                for limit in 0...4 {
                    #expect(editDistance(left, right, limit: limit) == (expected <= limit ? expected : nil))
                }
            }
        }
    }

    /// The definition of the distance, without a table.
    private func distance(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Int {
        guard let a = left.last, let b = right.last else { return left.count + right.count }
        let (shorter, other) = (left.dropLast(), right.dropLast())
        if a == b { return distance(shorter, other) }
        let change = min(distance(shorter, other), distance(left, other), distance(shorter, right))
        guard shorter.last == b, other.last == a else { return change + 1 }
        return min(change, distance(shorter.dropLast(), other.dropLast())) + 1
    }
}
