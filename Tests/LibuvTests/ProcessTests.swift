import Foundation
import Testing

@testable import Libuv

struct ProcessTests {
    @Test(arguments: ["", "x", "пример", String(repeating: "y", count: 255), String(repeating: "я", count: 50_000)])
    func aVariableOfAnyLengthIsReadWhole(_ value: String) {
        let name = "UV_TASK_TEST_\(value.utf8.count)"
        setenv(name, value, 1)
        #expect(environmentVariable(name) == value)
        unsetenv(name)
        #expect(environmentVariable(name) == nil)
    }

    @Test func aNameWithNULMatchesNoVariable() {
        #expect(environmentVariable("PATH") != nil)
        #expect(environmentVariable("PATH\0") == nil)
        #expect(environmentVariable("") == nil)
    }

    @Test func randomBitsVaryInEachBit() {
        // Fails by chance with a probability of 2^-57.
        let drawn = (0..<64).map { _ in randomBits() }
        #expect(drawn.reduce(0, |) == .max)
        #expect(drawn.reduce(.max, &) == 0)
    }

    @Test func theWallClockIsUnixTime() {
        let before = Int(Date().timeIntervalSince1970 * 1000) - 1
        let time = wallClock()
        #expect((before...before + 60_000).contains(time))
    }

    @Test func localTimeIncludesTheOffsetFromUTC() throws {
        let text = localTimeText(1_795_434_000_999)
        #expect(text.count == "2026-11-23T11:38:11+0000".count)
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.dateFormat = "yyyy-MM-dd'T'HH:mm:ssZZZ"
        #expect(try #require(format.date(from: text)).timeIntervalSince1970 == 1_795_434_000)
    }
}
