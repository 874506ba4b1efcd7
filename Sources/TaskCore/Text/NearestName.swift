/// In bytes. Longer texts are not compared.
private let maximumTextLength = 64

/// The largest distance of a name that is suggested.
private let maximumDistance = 4

/// The name that a misspelt text may stand for.
///
/// Prefers a name at distance 1, then the first that begins with the text, then the nearest of those that differ by at most two
/// letters or a third of the name, and never by more than four. Case does not matter. Takes up to two microseconds a name.
package func nearestName(to text: String, among names: [String]) -> String? {
    guard text.utf8.count <= maximumTextLength else { return nil }
    let letters = Array(text.lowercased().utf8)
    var best: (name: String, distance: Int)?
    var completion: String?
    for name in names {
        let candidate = Array(name.lowercased().utf8)
        if completion == nil, letters.count > 1, candidate.starts(with: letters) { completion = name }
        // Never the whole name.
        let limit = min(max(2, candidate.count / 3), candidate.count - 1, maximumDistance)
        let limitToBeat = min(limit, best.map { $0.distance - 1 } ?? limit)
        if let distance = editDistance(letters, candidate, limit: limitToBeat) { best = (name, distance) }
    }
    if let best, best.distance <= 1 { return best.name }
    return completion ?? best?.name
}

/// The Damerau-Levenshtein distance in its restricted form: how many letters have to be replaced, inserted, deleted or swapped
/// with their neighbour.
///
/// Computes only the band of the table that can lead to a distance within the limit (Ukkonen).
///
/// - Returns: nil if the distance exceeds `limit`.
func editDistance(_ left: [UInt8], _ right: [UInt8], limit: Int) -> Int? {
    guard abs(left.count - right.count) <= limit else { return nil }
    let tooFar = limit + 1
    var rowBeforeLast = [Int](repeating: tooFar, count: right.count + 1)
    var lastRow = (0...right.count).map { min($0, tooFar) }
    var row = rowBeforeLast
    for i in left.indices {
        let band = max(0, i - limit)..<min(right.count, i + limit + 1)
        row[band.lowerBound] = min(i + 1, tooFar)
        var nearest = row[band.lowerBound]
        for j in band {
            let replacing = lastRow[j] + (left[i] == right[j] ? 0 : 1)
            var distance = min(replacing, lastRow[j + 1] + 1, row[j] + 1, tooFar)
            if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                distance = min(distance, rowBeforeLast[j - 1] + 1)
            }
            row[j + 1] = distance
            nearest = min(nearest, distance)
        }
        guard nearest <= limit else { return nil }
        (rowBeforeLast, lastRow, row) = (lastRow, row, rowBeforeLast)
    }
    return lastRow[right.count] <= limit ? lastRow[right.count] : nil
}
