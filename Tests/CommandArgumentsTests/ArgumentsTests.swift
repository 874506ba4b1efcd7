import ArgumentParser
import Testing

@testable import CommandArguments

struct ArgumentsTests {
    @Test(arguments: [
        ("30", 30_000), ("1.5", 1500), ("30s", 30_000), ("500ms", 500), ("2m", 120_000), ("1h", 3_600_000),
        ("0.001", 1),
    ]) func times(text: String, milliseconds: UInt64) throws {
        #expect(try TimeArgument.parse(text).milliseconds == milliseconds)
    }

    @Test(arguments: ["", "s", "x", "0", "-1", "1e300", "nan", "inf", "1 s", "0.0001", "1d"])
    func whatIsNoTime(text: String) {
        #expect(throws: ValidationError.self) { try TimeArgument.parse(text) }
    }

    @Test func timesInWords() {
        #expect(TimeArgument(milliseconds: 30_000).description == "30s")
        #expect((try? TimeArgument.parse("1.5"))?.description == "1500ms")
    }

    @Test func wholeNumbers() throws {
        let parse = wholeNumber(in: 0...65535)
        #expect(try parse("0") == 0)
        #expect(try parse("65535") == 65535)
        for text in ["65536", "-1", "x", "", "1.0", " 1", "99999999999999999999"] {
            let error = #expect(throws: ValidationError.self) { try parse(text) }
            #expect(error?.message == "it takes a whole number from 0 to 65535")
        }
    }
}
