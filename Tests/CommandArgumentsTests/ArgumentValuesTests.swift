import ArgumentParser
import TaskCore
import Testing

@testable import CommandArguments

private func error(_ parse: () throws -> some Any) -> String? {
    #expect(throws: ValidationError.self) { _ = try parse() }?.message
}

struct ArgumentValuesTests {
    @Test func aTimeIsInMilliseconds() throws {
        #expect(try milliseconds("1.5") == 1500)
        #expect(error { try milliseconds("0") } == "it takes a time of at least 1ms, such as 30, 1.5s, 500ms, 2m or 1h")
    }

    @Test func aWholeNumberIsInItsRange() throws {
        let parse = wholeNumber(in: 0...65535)
        #expect(try parse("0") == 0 && parse("65535") == 65535)
        for text in ["65536", "-1", "x", "1.0"] {
            #expect(error { try parse(text) } == "it takes a whole number from 0 to 65535")
        }
    }

    @Test func aSizeIsInItsRange() throws {
        let parse = byteCount(in: 100...2048)
        #expect(try parse("100") == 100 && parse("2KiB") == 2048)
        let message = "it takes a size from 100 to 2KiB, in bytes or with a unit, such as 65536, 64KiB or 1MiB"
        for text in ["99", "2049", "x", "1G"] { #expect(error { try parse(text) } == message) }
    }

    @Test func aWordIsTheNameOfACase() throws {
        let parse = word(of: TaskState.self)
        #expect(try parse("error") == .error)
        #expect(error { try parse("done") } == "it takes one of waiting, execute, success, error")
    }

    @Test func aLimitIsReadInItsUnitAndRange() throws {
        #expect(try Limit.message.value("16MiB") == Limits.longestRequest)
        #expect(try Limit.keptTime.value("2m") == 120_000)
        #expect(try Limit.queued.value("7") == 7)
        for (limit, text) in [(Limit.message, "17MiB"), (.queued, "0"), (.unanswered, "999"), (.idleTime, "0")] {
            #expect(error { try limit.value(text) } != nil)
        }
    }
}
