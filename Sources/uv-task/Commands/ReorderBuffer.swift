/// Hands on what comes in any order by its index, from 0 on without a gap.
struct ReorderBuffer<Element> {
    private var held: [Int: Element] = [:]
    /// The index of what is handed on next.
    private(set) var next = 0

    /// - Returns: those that can be handed on now.
    mutating func put(_ element: Element, at index: Int) -> [(index: Int, element: Element)] {
        held[index] = element
        var ready: [(Int, Element)] = []
        while let element = held.removeValue(forKey: next) {
            ready.append((next, element))
            next += 1
        }
        return ready
    }
}
