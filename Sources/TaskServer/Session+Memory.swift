import Libuv
import TaskCore
import TaskProtocol

/// What a session holds in memory.
extension Session {
    /// The memory that it takes beyond what an idle connection does, in bytes, roughly.
    var heldBytes: Int { stalledBytes + (waits?.heldBytes ?? 0) }

    /// Those of them that the client could take off by sending or reading on.
    private var stalledBytes: Int { framer.heldBytes + (rare?.backlog?.count ?? 0) + stream.unsentBytes }

    /// How much of a burden it is where all together hold too much: what stalls weighs the more the longer it does, ten times
    /// as much after a second.
    var burden: Int {
        let age = Int(server.loop.now - lastProgress)
        return (waits?.heldBytes ?? 0) + stalledBytes.multipliedClamped(by: 100 + age) / 100
    }
}

extension Int {
    /// The product, or the greatest number where it is greater; of numbers that are not negative.
    fileprivate func multipliedClamped(by factor: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? .max : product
    }
}
