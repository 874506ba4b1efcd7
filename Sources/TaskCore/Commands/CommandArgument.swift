/// One argument of a command: a text in which `{data}` and `{id}` stand for the data and the id of the task.
///
/// It stays one argument whatever the data is; no shell splits or expands it.
package struct CommandArgument: Hashable, Sendable {
    package enum Piece: Hashable, Sendable {
        case literal(String)
        case data
        case id

        fileprivate var template: String {
            switch self {
            case .literal(let text): text
            case .data: "{data}"
            case .id: "{id}"
            }
        }
    }

    /// The longest argument, in bytes: Linux accepts 128 KiB including the final NUL (`MAX_ARG_STRLEN`).
    package static let longest = 131_071

    package let pieces: [Piece]

    package init(_ pieces: [Piece]) { self.pieces = pieces }

    /// Parses a template by bytes. Other braces stand for themselves.
    package init(_ template: String) {
        var pieces: [Piece] = []
        var literal: [UInt8] = []
        var rest = template.utf8[...]
        func endLiteral() {
            if !literal.isEmpty { pieces.append(.literal(String(decoding: literal, as: UTF8.self))) }
            literal = []
        }
        while let byte = rest.first {
            if let placeholder = [Piece.data, .id].first(where: { rest.starts(with: $0.template.utf8) }) {
                endLiteral()
                pieces.append(placeholder)
                rest.removeFirst(placeholder.template.utf8.count)
            } else {
                literal.append(byte)
                rest.removeFirst()
            }
        }
        endLiteral()
        self.pieces = pieces
    }

    /// The argument as the operator wrote it.
    package var template: String { pieces.map(\.template).joined() }

    package var hasData: Bool { pieces.contains(.data) }

    package func text(for id: TaskID, data: String) -> String {
        pieces.map { piece in
            switch piece {
            case .literal(let text): text
            case .data: data
            case .id: id.description
            }
        }.joined()
    }

    /// The length in bytes with empty data and the longest id.
    package var lengthWithoutData: Int { text(for: .last, data: "").utf8.count }

    /// The longest data for this argument, in bytes. The argument must contain data.
    var maximumDataLength: Int {
        max(0, (Self.longest - lengthWithoutData) / pieces.count { $0 == .data })
    }
}
