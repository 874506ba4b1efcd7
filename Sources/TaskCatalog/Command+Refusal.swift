import Wire

/// Why a command can't take some data.
package enum DataRefusal: Error, Hashable, Sendable {
    case notBase64
    /// A byte 0, which no argument can have.
    case zeroInArgument
    /// An argument would be longer than the system takes; so long may the data be, in bytes.
    case tooLongForArgument(most: Int)
}

extension Command {
    /// Looks at data before it is taken in.
    package func check(_ data: String) throws(DataRefusal) {
        if self.data == .base64, Base64.decode(data) == nil { throw .notBase64 }
        let count = data.utf8.count
        for argument in arguments where argument.hasData {
            if data.utf8.contains(0) { throw .zeroInArgument }
            if argument.length(withData: count) > CommandArgument.longest {
                let copies = argument.pieces.count { $0 == .data }
                throw .tooLongForArgument(
                    most: max(0, (CommandArgument.longest - argument.length(withData: 0)) / copies))
            }
        }
    }
}
