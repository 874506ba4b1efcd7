import JSON
import TaskCore

/// Reads whole messages, one after the other. Not thread-safe.
package final class MessageReader {
    let json = JSONReader()
    /// Their places are the raw values of `RequestMember`.
    let requestNames = JSONNames(RequestMember.allCases.map(\.name))

    package init() {}

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
