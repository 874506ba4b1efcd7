/// The characters in reverse order. Characters are extended grapheme clusters, so accents, flags and emoji stay intact.
///
/// Takes linear time. Iterating backwards, as `String(text.reversed())` does, is quadratic in a row of flags.
package func reversed(_ text: String) -> String {
    var result = [UInt8](repeating: 0, count: text.utf8.count)
    var start = result.count
    for character in text {
        start -= character.utf8.count
        for (index, byte) in zip(start..., character.utf8) { result[index] = byte }
    }
    return String(decoding: result, as: UTF8.self)
}

/// The text with each pair of characters (extended grapheme clusters) swapped. The last of an odd number stays.
package func swappedPairwise(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    var characters = text.makeIterator()
    while let first = characters.next() {
        if let second = characters.next() { result.append(second) }
        result.append(first)
    }
    return result
}
