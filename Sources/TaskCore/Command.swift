/// A program that a task runs: an operator's choice alone. Of a client comes nothing but data, on the program's standard input
/// and within the arguments that ask for it.
package struct Command: Hashable, Sendable {
    /// The program and its arguments, at least one. A program without a `/` is looked for in the `PATH`.
    package let arguments: [CommandArgument]

    /// How the data is submitted. The program gets it decoded.
    package var data = DataEncoding.text

    /// How the program's standard output becomes the result; text must be UTF-8.
    package var result = DataEncoding.text

    /// How long it may run; nil for as long as it likes.
    package var timeout: Duration?

    /// How many bytes it may write to its standard output.
    package var maximumOutput = 1 << 20

    /// How long a run takes, as the operator thinks, until enough were seen; nil where nobody knows.
    package var expected: Duration?

    /// Where it runs; nil for where the server does.
    package var directory: String?

    /// What its environment has beside or instead of what the server's has.
    package var environment: [String: String] = [:]

    package init(_ arguments: [CommandArgument]) {
        precondition(!arguments.isEmpty)
        self.arguments = arguments
    }

    /// The program itself, as it stands in the first argument; nothing of a task is in it.
    package var program: String {
        arguments[0].pieces.reduce("") { text, piece in
            if case .literal(let literal) = piece { text + literal } else { text }
        }
    }

    /// The program and its arguments for one task.
    package func arguments(for id: TaskID, data: String) -> [String] {
        arguments.map { $0.text(for: id, data: data) }
    }

    /// What the program gets on its standard input.
    ///
    /// - Parameter data: that `check` has let pass.
    package func input(_ data: String) -> [UInt8] {
        switch self.data {
        case .text: Array(data.utf8)
        case .base64: Base64.decode(data) ?? []
        }
    }
}

/// One argument of a command.
package struct CommandArgument: Hashable, Sendable {
    /// What it is made of: the pieces one after the other, never cut into several arguments, never given to a shell.
    package enum Piece: Hashable, Sendable {
        case literal(String)
        /// The task's data.
        case data
        /// The task's id.
        case id
    }

    /// How long an argument may be, in bytes: Linux takes 128 KiB with the byte that ends it (`MAX_ARG_STRLEN`).
    package static let longest = 131_071

    package let pieces: [Piece]

    package init(_ pieces: [Piece]) { self.pieces = pieces }

    /// Reads `{data}` and `{id}` in a text, byte for byte; other braces stand for themselves.
    package init(_ text: String) {
        var pieces: [Piece] = []
        var literal: [UInt8] = []
        func endLiteral() {
            if !literal.isEmpty { pieces.append(.literal(String(decoding: literal, as: UTF8.self))) }
            literal = []
        }
        var rest = text.utf8[...]
        while let first = rest.first {
            if let (mark, piece) = Self.marks.first(where: { rest.starts(with: $0.mark.utf8) }) {
                endLiteral()
                pieces.append(piece)
                rest.removeFirst(mark.utf8.count)
            } else {
                literal.append(first)
                rest.removeFirst()
            }
        }
        endLiteral()
        self.pieces = pieces
    }

    private static let marks: [(mark: String, piece: Piece)] = [("{data}", .data), ("{id}", .id)]

    /// Whether a task's data stands in it.
    package var hasData: Bool { pieces.contains(.data) }

    package func text(for id: TaskID, data: String) -> String {
        var text = ""
        for piece in pieces {
            switch piece {
            case .literal(let literal): text += literal
            case .data: text += data
            case .id: text += id.description
            }
        }
        return text
    }

    /// How long it is with such data, in bytes, and with the longest id.
    package func length(withData count: Int) -> Int {
        pieces.reduce(0) { length, piece in
            switch piece {
            case .literal(let literal): length + literal.utf8.count
            case .data: length + count
            case .id: length + TaskID.range.upperBound.description.utf8.count
            }
        }
    }
}
