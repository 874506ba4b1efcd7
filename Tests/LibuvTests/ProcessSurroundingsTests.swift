import Foundation
import Testing

@testable import Libuv

struct ProcessSurroundingsTests {
    @Test(arguments: ["", "x", "пример", String(repeating: "y", count: 255), String(repeating: "я", count: 50_000)])
    func aVariableIsReadWhole(_ value: String) {
        let name = "UV_TASK_TEST_\(value.utf8.count)"
        setenv(name, value, 1)
        #expect(environmentVariable(name) == value)
        unsetenv(name)
        #expect(environmentVariable(name) == nil)
    }

    @Test func aNameEndsWhereItEnds() {
        #expect(environmentVariable("PATH") != nil)
        #expect(environmentVariable("PATH\0") == nil)
        #expect(environmentVariable("") == nil)
    }

    @Test func randomBitsUseTheWholeNumber() {
        // Each bit is both 0 and 1 somewhere, but for one chance in 2^57.
        let drawn = (0..<64).map { _ in randomBits() }
        #expect(drawn.reduce(0, |) == .max)
        #expect(drawn.reduce(.max, &) == 0)
    }

    @Test func theWallClockIsTheSystems() {
        let before = Int(Date().timeIntervalSince1970 * 1000) - 1
        let time = wallClock()
        #expect((before...before + 60_000).contains(time))
    }
}
