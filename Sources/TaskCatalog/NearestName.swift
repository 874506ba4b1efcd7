extension TaskCatalog {
    /// The longest text that is compared with the names, in bytes: nothing longer is one of them misspelt.
    private static var longestMisspelling: Int { 64 }

    /// The name that `text` may have been meant to be: one that differs from it by the fewest characters that are wrong,
    /// missing, too many or exchanged; nil where every one differs by more than a third of its length, at least by 2.
    package func nearestName(to text: String) -> String? {
        guard text.utf8.count <= Self.longestMisspelling else { return nil }
        let letters = Array(text.lowercased().utf8)
        let candidates = types.map { type in
            (name: type.name, distance: editDistance(letters, Array(type.name.lowercased().utf8)))
        }
        guard let best = candidates.min(by: { $0.distance < $1.distance }),
            best.distance <= max(2, best.name.utf8.count / 3), best.distance < best.name.utf8.count
        else { return nil }
        return best.name
    }
}

/// How many letters have to be changed, added, taken out or exchanged with their neighbours to make one text the other
/// (the distance of Damerau and Levenshtein, in its restricted form).
func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for i in left.indices {
        var row = [i + 1]
        for j in right.indices {
            let isSame = left[i] == right[j]
            var distance = min(last[j] + (isSame ? 0 : 1), last[j + 1] + 1, row[j] + 1)
            if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                distance = min(distance, beforeLast[j - 1] + 1)
            }
            row.append(distance)
        }
        beforeLast = last
        last = row
    }
    return last[right.count]
}
