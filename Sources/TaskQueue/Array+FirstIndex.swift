extension Array {
    /// The index of the first element whose number is at least `number`, or `endIndex`.
    ///
    /// The numbers of the elements are distinct and ascend. O(1) if none is missing between the first and `number`, else
    /// O(log n).
    package func firstIndex(from number: Int, numberOf: (Element) -> Int) -> Int {
        guard let first = self.first.map(numberOf), number > first else { return 0 }
        let guess = number - first
        if guess < count, numberOf(self[guess]) == number { return guess }
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if numberOf(self[middle]) >= number { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
