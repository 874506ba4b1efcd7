/// Why a command can't take some data.
package enum DataRefusal: Error, Hashable, Sendable {
    case notBase64
    /// A byte 0, which no argument can have.
    case zeroInArgument
    /// An argument would be longer than the system takes; so long may the data be, in bytes.
    case tooLongForArgument(most: Int)
}

extension Command {
    /// Looks at data before it is taken in, without decoding it.
    package func check(_ data: String) throws(DataRefusal) {
        if self.data == .base64, !Base64.isValid(data) { throw .notBase64 }
        let dataArguments = arguments.lazy.filter(\.hasData)
        guard let most = dataArguments.map(\.longestData).min() else { return }
        guard data.utf8.count <= most else { throw .tooLongForArgument(most: most) }
        // Only now, when it is short.
        if data.utf8.contains(0) { throw .zeroInArgument }
    }
}

extension CommandArgument {
    /// How long data may be that stands in it, in bytes.
    fileprivate var longestData: Int {
        max(0, (Self.longest - length(withData: 0)) / pieces.count { $0 == .data })
    }
}
