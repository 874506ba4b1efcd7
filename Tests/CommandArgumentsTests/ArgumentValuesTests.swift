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
        #expect(
            error { try milliseconds("0") }
                == "it takes a time of at least 1ms, such as 30, 1.5s, 500ms, 2m or 1h")
    }

    @Test func aWholeNumberIsInItsRange() throws {
        let parse = wholeNumber(in: 0...65535)
        #expect(try parse("0") == 0)
        #expect(try parse("65535") == 65535)
        for text in ["65536", "-1", "x", "", "1.0", " 1", "99999999999999999999"] {
            #expect(error { try parse(text) } == "it takes a whole number from 0 to 65535")
        }
    }

    @Test(arguments: ["", "x", "0", "-1", "1.5MiB", "1025KiB", "1048577", "1G"])
    func aSizeOutsideItsRangeIsRejected(text: String) {
        #expect(
            error { try byteCount(in: 1...(1 << 20))(text) }
                == "it takes a size from 1 to 1MiB, in bytes or with a unit, such as 65536, 64KiB or 1MiB")
    }

    @Test func aRangeOfSizesIncludesBothEnds() throws {
        let parse = byteCount(in: 100...2048)
        #expect(try parse("100") == 100)
        #expect(try parse("2KiB") == 2048)
        for text in ["99", "2049"] { #expect(error { try parse(text) } != nil) }
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
