import CSimdjson

/// Parses JSON objects with simdjson's DOM parser, which validates the whole text: UTF-8, escapes, surrogates, numbers and
/// structure.
///
/// A reader parses any number of texts, one after the other. Its memory grows to the need of the longest one. Not
/// thread-safe.
@safe package final class JSONReader {
    private let parser: OpaquePointer

    package init() {
        guard let parser = csimdjson_parser_create() else { fatalError("out of memory") }
        self.parser = parser
    }

    deinit { csimdjson_parser_free(parser) }

    /// Parses one JSON object, which is valid until the next call.
    ///
    /// - Parameter text: one object, with white space around it allowed; less than 4 GiB.
    /// - Throws: `JSONError` if `text` is anything else.
    @_lifetime(borrow self)
    package func parse(_ text: Span<UInt8>) throws(JSONError) -> JSONObject {
        var object: UnsafePointer<csimdjson_object>?
        let error = text.withUnsafeBufferPointer { csimdjson_parse(parser, $0.baseAddress, $0.count, &object) }
        guard error == 0 else { throw JSONError(error) }
        return JSONObject(object!)
    }
}

/// Why a text is not a JSON object.
package struct JSONError: Error, Equatable, CustomStringConvertible {
    private let number: Int32

    init(_ number: Int32) { self.number = number }

    /// simdjson's message.
    package var description: String { String(cString: csimdjson_message(number)) }
}
