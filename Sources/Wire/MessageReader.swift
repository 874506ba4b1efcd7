import SimdJSON

/// Reads whole messages, one after the other. Not thread-safe.
package final class MessageReader {
    private let json = JSONReader()

    package init() {}

    /// Hands every member of a line to `take`, where that is one message.
    ///
    /// - Returns: whether it is.
    func members(ofLine line: Span<UInt8>, _ take: (borrowing JSONMember) -> Void) -> Bool {
        json.readIfValid(line) { members in
            members.forEach { member in
                take(member)
                return true
            }
        }
    }

    /// Hands every member of a message to `take`, until it throws.
    func members(
        of message: Span<UInt8>, _ take: (borrowing JSONMember) throws(BrokenMessage) -> Void
    ) throws(BrokenMessage) {
        var problem: BrokenMessage?
        do {
            try json.read(message) { members in
                members.forEach { member in
                    do throws(BrokenMessage) { try take(member) } catch { problem = error }
                    return problem == nil
                }
            }
        } catch {
            throw .notJSON(error.description)
        }
        if let problem { throw problem }
    }
}
