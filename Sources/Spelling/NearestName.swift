/// The longest text that is compared with names, in bytes: nothing longer is one of them misspelt.
private let longestMisspelling = 64

/// The one of `names` that `text` may have been meant to be: the first that differs from it by one letter that is wrong,
/// missing, too many or exchanged; else one that begins with it; else the one that differs by the fewest such letters, by
/// two or a third of its length at most.
///
/// - Returns: nil where none is near. Capital letters count as small ones.
package func nearestName(to text: String, among names: [String]) -> String? {
    guard text.utf8.count <= longestMisspelling else { return nil }
    let letters = Array(text.lowercased().utf8)
    let candidates = names.map { (name: $0, distance: editDistance(letters, Array($0.lowercased().utf8))) }
    guard let best = candidates.min(by: { $0.distance < $1.distance }) else { return nil }
    if best.distance > 1, letters.count > 1,
        let begun = names.first(where: { $0.lowercased().utf8.starts(with: letters) })
    {
        return begun
    }
    let isNear = best.distance <= max(2, best.name.utf8.count / 3) && best.distance < best.name.utf8.count
    return isNear ? best.name : nil
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
