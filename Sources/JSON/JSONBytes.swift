// Bytes of JSON text, read many at a time.

import CSimdjson

extension Span<UInt8> {
    /// Whether both hold the same bytes.
    package func equals(_ other: Span<UInt8>) -> Bool {
        withUnsafeBufferPointer { bytes in
            other.withUnsafeBufferPointer { others in
                bytes.count == others.count
                    && (bytes.isEmpty || csimdjson_equal(bytes.baseAddress, others.baseAddress, bytes.count))
            }
        }
    }

    /// The index of the first newline from `start` on; nil where there is none.
    package func firstNewline(from start: Int) -> Int? {
        withUnsafeBytes { bytes in
            let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
            return csimdjson_newline(rest.baseAddress, rest.count).map { start + ($0 - rest.baseAddress!) }
        }
    }

    /// The index, from `start` up to `end`, of the first byte that a JSON string has only as a part of an escape, or behind
    /// its end: a quote, a backslash or a control character (RFC 8259, section 7); nil where there is none.
    package func firstSpecialByte(from start: Int, to end: Int) -> Int? {
        firstIndex(from: start, to: end) {
            ($0 .== Block(repeating: UInt8(ascii: "\""))) .| ($0 .== Block(repeating: UInt8(ascii: "\\")))
                .| ($0 .< Block(repeating: 0x20))
        }
    }

    @inline(__always)
    private func firstIndex(from start: Int, to end: Int, _ isMatch: (Block) -> SIMDMask<Block.MaskStorage>) -> Int? {
        precondition(0 <= start && end <= count)
        return withUnsafeBytes { bytes in
            var index = start
            while index + Block.scalarCount <= end {
                let block = bytes.loadUnaligned(fromByteOffset: index, as: Block.self)
                if let offset = isMatch(block).firstIndex { return index + offset }
                index += Block.scalarCount
            }
            guard index < end else { return nil }
            // Behind the end stands what matches neither.
            var rest = Block(repeating: UInt8(ascii: " "))
            withUnsafeMutableBytes(of: &rest) {
                $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[index..<end]))
            }
            return isMatch(rest).firstIndex.map { index + $0 }
        }
    }
}

private typealias Block = SIMD16<UInt8>

extension SIMDMask<SIMD16<Int8>> {
    /// The index of the first that is true.
    fileprivate var firstIndex: Int? {
        // Each is a byte of ones or zeros.
        let halves = unsafeBitCast(self, to: SIMD2<UInt64>.self)
        if halves[0] != 0 { return halves[0].littleEndian.trailingZeroBitCount / 8 }
        return halves[1] == 0 ? nil : 8 + halves[1].littleEndian.trailingZeroBitCount / 8
    }
}
