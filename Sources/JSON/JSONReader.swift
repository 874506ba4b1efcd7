import CSimdjson

/// Reads JSON objects with simdjson's DOM parser (`dom::parser::parse`), which checks the whole text
/// strictly: UTF-8, escapes, surrogates, numbers, structure, nothing after the object. Where only some members are asked for,
/// it tries first whether the text is as plain as nearly all messages are, and can be read in one pass.
///
/// One reader serves any number of texts, one after the other; its memory grows to what the longest
/// one needed. Not thread-safe.
@safe package final class JSONReader {
    private let parser: OpaquePointer
    private var lastError: JSONError?

    /// Why `fields` has last refused a text, in simdjson's words.
    package var problem: String { lastError?.description ?? "" }

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
        if let problem = parse(text, &members) { throw problem }
        return body(JSONMembers(members))
    }

    /// Reads `text` as `read` does, and finds what the object has under some names.
    ///
    /// - Returns: what is to be used before the next read; nil where the text is anything else, as `problem` tells then.
    @_lifetime(borrow names, copy text)
    package func fields(of text: Span<UInt8>, under names: JSONNames) -> JSONFields? {
        let isPlain = text.withUnsafeBufferPointer {
            csimdjson_read_plain($0.baseAddress, $0.count, names.raw, names.fields)
        }
        if isPlain { return JSONFields(names.fields) }

        var members = csimdjson_members()
        if let problem = parse(text, &members) {
            lastError = problem
            return nil
        }
        csimdjson_collect(&members, names.raw, names.fields)
        return JSONFields(names.fields)
    }

    /// - Returns: what is wrong with the text, if anything is.
    private func parse(_ text: Span<UInt8>, _ members: inout csimdjson_members) -> JSONError? {
        let problem = text.withUnsafeBufferPointer { csimdjson_parse(parser, $0.baseAddress, $0.count, &members) }
        return problem == 0 ? nil : JSONError(problem)
    }
}

/// Why a text was refused, in simdjson's words.
package struct JSONError: Error, Equatable, CustomStringConvertible {
    private let number: Int32

    init(_ number: Int32) { self.number = number }

    package var description: String { String(cString: csimdjson_message(number)) }
}
