/// The characters in reverse order. Characters are extended grapheme clusters: what a reader sees as one stays one.
package func reversed(_ text: String) -> String {
    String(text.reversed())
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
