import Foundation
import Testing

@testable import Libuv

struct ProcessTests {
    @Test func aNameWithNULMatchesNoVariable() {
        #expect(environmentVariable("PATH") == ProcessInfo.processInfo.environment["PATH"])
        #expect(environmentVariable("PATH\0") == nil && environmentVariable("") == nil)
    }

    @Test func theWallClockIsInMillisecondsSince1970() {
        // Between 2020 and 2100.
        #expect((1_577_836_800_000..<4_102_444_800_000).contains(wallClock()))
    }

    @Test func localTimeIncludesTheOffsetFromUTC() throws {
        let text = localTimeText(1_795_434_000_999)
        #expect(text.count == "2026-11-23T11:38:11+0000".count)
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.dateFormat = "yyyy-MM-dd'T'HH:mm:ssZZZ"
        #expect(try #require(format.date(from: text)).timeIntervalSince1970 == 1_795_434_000)
    }

    @Test func namesOfUsersAndNumbersOfGroupsAreThoseOfTheSystem() {
        #expect(userName(0) == "root" && userName(4_000_000_000) == nil)
        for (text, number) in [("root", 0), ("0", 0), ("12345", 12345)] as [(String, UInt32)] {
            #expect(groupNumber(text) == number)
        }
        for text in ["no such group", "", "-1", "4294967295", "4294967296"] { #expect(groupNumber(text) == nil) }
    }
}
