import CSimdjson

/// Reads JSON objects with simdjson's DOM parser (`dom::parser::parse`), which checks the whole text
/// strictly: UTF-8, escapes, surrogates, numbers, structure, nothing after the object.
///
/// One reader serves any number of texts, one after the other; its memory grows to what the longest
/// one needed. Not thread-safe.
@safe package final class JSONReader {
    private let parser: OpaquePointer

    package init() {
        guard let parser = csimdjson_parser_create() else { fatalError("out of memory") }
        self.parser = parser
    }

    deinit { csimdjson_parser_free(parser) }

    /// Reads `text`, one JSON object with nothing but white space around it, and hands its members to `body`.
    ///
    /// - Throws: `JSONError` where the text is anything else.
    package func read<Result>(
        _ text: Span<UInt8>, _ body: (borrowing JSONMembers) -> Result
    ) throws(JSONError) -> Result {
        var members = csimdjson_members()
        if let problem = parse(text, &members) { throw JSONError(description: String(cString: problem)) }
        return body(JSONMembers(members))
    }

    /// As `read`, for texts that may well be something else.
    ///
    /// - Returns: whether `text` is one JSON object.
    package func readIfValid(_ text: Span<UInt8>, _ body: (borrowing JSONMembers) -> Void) -> Bool {
        var members = csimdjson_members()
        guard parse(text, &members) == nil else { return false }
        body(JSONMembers(members))
        return true
    }

    /// - Returns: what is wrong with the text, if anything is.
    private func parse(_ text: Span<UInt8>, _ members: inout csimdjson_members) -> UnsafePointer<CChar>? {
        text.withUnsafeBufferPointer { csimdjson_parse(parser, $0.baseAddress, $0.count, &members) }
    }
}

/// Why a text was refused, in simdjson's words.
package struct JSONError: Error, Equatable, CustomStringConvertible {
    package let description: String
}
