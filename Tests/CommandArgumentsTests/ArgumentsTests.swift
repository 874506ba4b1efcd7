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

    @Test(arguments: [
        ("1", 1), ("65536", 65536), ("512b", 512), ("512B", 512), ("64KiB", 65536), ("64kib", 65536), ("64K", 65536),
        ("64kB", 65536), ("1MiB", 1 << 20), ("1m", 1 << 20), ("256MB", 256 << 20), ("1GiB", 1 << 30), ("3G", 3 << 30),
        ("2TiB", 2 << 40), ("0064KiB", 65536),
    ]) func sizes(text: String, bytes: Int) throws {
        #expect(try byteCount(in: 1...(1 << 50))(text) == bytes)
    }

    @Test(arguments: [
        "", "KiB", "b", "x", "0", "-1", "+1", "1.5MiB", "1 KiB", "1KiB ", "1KKiB", "1KiBB", "1iB", "1Kib/s", "1e3",
        "0x10",
        "٣", "1025KiB", "1048577", "1G", "9007199254740993TiB", "99999999999999999999",
    ]) func whatIsNoSize(text: String) {
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

    @Test(arguments: [
        (0, "0"), (1, "1"), (1000, "1000"), (1024, "1KiB"), (1536, "1536"), (65536, "64KiB"), (1 << 20, "1MiB"),
        (3 << 29, "1536MiB"), (1 << 30, "1GiB"), (5 << 40, "5TiB"),
    ]) func sizesInWords(bytes: Int, text: String) throws {
        #expect(byteCountText(bytes) == text)
        #expect(try byteCount(in: 0...Int.max)(text) == bytes)
    }
}
