/// A value of a TOML document, and where it begins.
package struct TOMLNode: Hashable, Sendable {
    package let value: TOMLValue

    /// Counted from 1 on.
    package let line: Int

    package init(_ value: TOMLValue, line: Int) {
        self.value = value
        self.line = line
    }
}

/// What a TOML document is made of.
package enum TOMLValue: Hashable, Sendable {
    case string(String)
    case integer(Int)
    case float(Double)
    case boolean(Bool)
    /// A date, a time of day or both; which is not told.
    case dateOrTime
    case array([TOMLNode])
    /// In the order of the text; no key stands twice.
    case table([TOMLMember])
}

/// A key of a table, and its value.
package struct TOMLMember: Hashable, Sendable {
    package let key: String

    /// Where the key stands, the first time for one that several headers name; counted from 1 on.
    package let line: Int

    package let node: TOMLNode

    package init(_ key: String, line: Int, _ node: TOMLNode) {
        self.key = key
        self.line = line
        self.node = node
    }
}

/// Why a text is no TOML.
package struct TOMLError: Error, Hashable, CustomStringConvertible {
    /// Counted from 1 on.
    package let line: Int

    /// In toml++'s words, of one line.
    package let description: String
}
