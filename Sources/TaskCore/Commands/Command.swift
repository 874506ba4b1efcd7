/// A program that tasks of a type run.
///
/// The operator chooses the program and its arguments. A client chooses only the data, which the program gets on its standard
/// input and in the arguments that contain `{data}`.
package struct Command: Hashable, Sendable {
    /// The program and its arguments; at least one. A program without a `/` is searched for in the `PATH`.
    package var arguments: [CommandArgument]

    /// How clients submit the data. The program gets it decoded.
    package var data = DataEncoding.text

    /// How the result encodes the standard output of the program.
    package var result = DataEncoding.text

    /// How long the program may run; nil for no limit.
    package var timeout: Duration?

    /// How much the program may write to its standard output, in bytes.
    package var maximumOutput = 1 << 20

    /// The expected running time until some runs are known; nil if there is none.
    package var expected: Duration?

    /// The working directory; nil for that of the server.
    package var directory: String?

    /// Variables that are added to the environment of the server, or replace it.
    package var environment: [String: String] = [:]

    /// The variable that tells the program who submitted the task. It is not set if that is unknown.
    package static let submitterVariable = "UV_TASK_SUBMITTER"

    package init(_ arguments: [CommandArgument]) {
        precondition(!arguments.isEmpty)
        self.arguments = arguments
    }

    /// The first argument, which contains neither `{data}` nor `{id}`.
    package var program: String { arguments[0].template }

    package func arguments(for id: TaskID, data: String) -> [String] {
        arguments.map { $0.text(for: id, data: data) }
    }

    /// The standard input of the program.
    ///
    /// - Parameter data: accepted by `check`.
    package func input(_ data: String) -> [UInt8] {
        switch self.data {
        case .text: Array(data.utf8)
        case .base64: Base64.decode(data) ?? []
        }
    }

    package func check(_ data: String) throws(Refusal) {
        if self.data == .base64, !Base64.isValid(data) { throw .dataNotBase64 }
        guard let limit = arguments.filter(\.hasData).map(\.maximumDataLength).min() else { return }
        guard data.utf8.count <= limit else { throw .dataTooLongForArgument(limit: limit) }
        if data.utf8.contains(0) { throw .zeroInArgument }
    }
}
