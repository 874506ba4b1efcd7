/// The longest text that is compared with names, in bytes: nothing longer is one of them misspelt.
private let longestMisspelling = 64

/// The most letters that may be wrong.
private let mostWrong = 4

/// The one of `names` that `text` may have been meant to be: the first that differs from it by one letter that is wrong,
/// missing, too many or exchanged; else one that begins with it; else the one that differs by the fewest such letters, by
/// two or a third of its length at most, and by no more than four.
///
/// Takes a microsecond or two a name at most: a server looks through as many as it has, for whoever asks.
///
/// - Returns: nil where none is near. Capital letters count as small ones.
package func nearestName(to text: String, among names: [String]) -> String? {
    guard text.utf8.count <= longestMisspelling else { return nil }
    let letters = Array(text.lowercased().utf8)
    var best: (name: String, distance: Int)?
    var begun: String?
    for name in names {
        let candidate = Array(name.lowercased().utf8)
        if begun == nil, letters.count > 1, candidate.starts(with: letters) { begun = name }
        let near = min(max(2, candidate.count / 3), candidate.count - 1, mostWrong)
        let most = min(near, best.map { $0.distance - 1 } ?? near)
        if let distance = editDistance(letters, candidate, upTo: most) { best = (name, distance) }
    }
    if let best, best.distance <= 1 { return best.name }
    return begun ?? best?.name
}

/// How many letters have to be changed, added, taken out or exchanged with their neighbours to make one text the other
/// (the distance of Damerau and Levenshtein, in its restricted form).
///
/// - Parameter most: from where on it does not matter; only so far off the diagonal is looked (Ukkonen's band).
/// - Returns: nil where it is more than `most`.
func editDistance(_ left: [UInt8], _ right: [UInt8], upTo most: Int) -> Int? {
    guard abs(left.count - right.count) <= most else { return nil }
    let far = most + 1
    var beforeLast = [Int](repeating: far, count: right.count + 1)
    var last = (0...right.count).map { min($0, far) }
    var row = beforeLast
    for i in left.indices {
        let band = max(0, i - most)..<min(right.count, i + most + 1)
        // What stands beside the band counts as far; right of it nothing was written yet.
        row[band.lowerBound] = min(i + 1, far)
        var nearest = row[band.lowerBound]
        for j in band {
            var distance = min(last[j] + (left[i] == right[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1, far)
            if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                distance = min(distance, beforeLast[j - 1] + 1)
            }
            row[j + 1] = distance
            nearest = min(nearest, distance)
        }
        guard nearest <= most else { return nil }
        (beforeLast, last, row) = (last, row, beforeLast)
    }
    return last[right.count] <= most ? last[right.count] : nil
}
