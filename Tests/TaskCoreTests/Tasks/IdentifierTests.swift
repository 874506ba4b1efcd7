import Testing

@testable import TaskCore

struct IdentifierTests {
    @Test(
        arguments: [
            ("0000000000000000", 0), ("00000000000000ff", 255), ("ffffffffffffffff", .max),
            ("0123456789abcdef", 0x0123_4567_89AB_CDEF),
        ] as [(String, UInt64)])
    func instanceIDs(text: String, value: UInt64) {
        #expect(InstanceID(text)?.rawValue == value)
        #expect(InstanceID(rawValue: value).description == text)
    }

    @Test(arguments: [
        "", "ff", "00000000000000FF", "+0000000000000ff", "00000000000000ffg", "00000000000000000", "00000000000000я",
    ])
    func invalidInstanceIDs(text: String) { #expect(InstanceID(text) == nil) }

    @Test func taskIDs() throws {
        #expect(TaskID(rawValue: 0) == nil && TaskID(rawValue: 1) == .first && TaskID(rawValue: 1 << 53) == nil)
        #expect(TaskID.first < .first.next)
    }
}
