/// The characters in reverse order. Characters are extended grapheme clusters: what a reader sees as one stays one.
///
/// Linear in the length of the text: it goes forward, because to go back over a row of flags means to count
/// all of them at each step.
package func reversed(_ text: String) -> String {
    var result = [UInt8](repeating: 0, count: text.utf8.count)
    var end = result.count
    for character in text {
        var position = end - character.utf8.count
        end = position
        for byte in character.utf8 {
            result[position] = byte
            position += 1
        }
    }
    return String(decoding: result, as: UTF8.self)
}

/// Every two neighbouring characters (extended grapheme clusters) exchanged; the last of an odd number stays.
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
