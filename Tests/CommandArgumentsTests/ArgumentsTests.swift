import ArgumentParser
import Testing

@testable import CommandArguments

struct ArgumentsTests {
    @Test func times() throws {
        #expect(try TimeArgument.parse("1.5").milliseconds == 1500)
        #expect(try TimeArgument.parse("1.5").description == "1500ms")
        #expect(TimeArgument(milliseconds: 30_000).description == "30s")
        let error = #expect(throws: ValidationError.self) { try TimeArgument.parse("0") }
        #expect(error?.message == "it takes a time such as 30, 1.5s, 500ms, 2m or 1h, from 1ms up")
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

    @Test(arguments: ["", "x", "0", "-1", "1.5MiB", "1025KiB", "1048577", "1G"])
    func whatIsNoSize(text: String) {
        let error = #expect(throws: ValidationError.self) { try byteCount(in: 1...(1 << 20))(text) }
        #expect(
            error?.message == "it takes a size from 1 to 1MiB, in bytes or with a unit: 65536, 64KiB, 1MiB")
    }

    @Test func aRangeOfSizesHasBothItsEnds() throws {
        let parse = byteCount(in: 100...2048)
        #expect(try parse("100") == 100)
        #expect(try parse("2KiB") == 2048)
        for text in ["99", "2049"] { #expect(throws: ValidationError.self) { try parse(text) } }
    }
}
