extension Span<UInt8> {
    /// The index of the first byte of `range` that cannot stand unescaped inside a JSON string: a quote, a backslash or a
    /// control character (RFC 8259, section 7). Looks at 16 bytes at a time.
    ///
    /// Inlined into the framer, which searches every string; most are short.
    @inlinable @inline(__always)
    package func firstSpecialByte(in range: Range<Int>) -> Int? {
        precondition(0 <= range.lowerBound && range.upperBound <= count)
        return withUnsafeBytes { bytes in
            var index = range.lowerBound
            while index + Block.scalarCount <= range.upperBound {
                let block = bytes.loadUnaligned(fromByteOffset: index, as: Block.self)
                if let offset = firstSpecialLane(of: block) { return index + offset }
                index += Block.scalarCount
            }
            while index < range.upperBound {
                if mustBeEscaped(bytes[index]) { return index }
                index += 1
            }
            return nil
        }
    }
}

@usableFromInline typealias Block = SIMD16<UInt8>

@inlinable @inline(__always)
func firstSpecialLane(of block: Block) -> Int? {
    let isSpecial =
        (block .== Block(repeating: UInt8(ascii: "\""))) .| (block .== Block(repeating: UInt8(ascii: "\\")))
        .| (block .< Block(repeating: 0x20))
    // Each lane of the mask is a byte of ones or zeros.
    let halves = unsafeBitCast(isSpecial, to: SIMD2<UInt64>.self)
    if halves[0] != 0 { return halves[0].littleEndian.trailingZeroBitCount / 8 }
    return halves[1] == 0 ? nil : 8 + halves[1].littleEndian.trailingZeroBitCount / 8
}

@inlinable @inline(__always)
func mustBeEscaped(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20
}
