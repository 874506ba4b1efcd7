import Testing

@testable import TaskCore

struct SizeTextTests {
    @Test(arguments: [
        ("0", 0), ("1", 1), ("65536", 65536), ("512b", 512), ("512B", 512), ("64KiB", 65536), ("64kib", 65536),
        ("64K", 65536), ("64kB", 65536), ("1MiB", 1 << 20), ("1m", 1 << 20), ("256MB", 256 << 20), ("1GiB", 1 << 30),
        ("3G", 3 << 30), ("2TiB", 2 << 40), ("0064KiB", 65536),
    ]) func aSizeWithOrWithoutAUnitIsRead(text: String, bytes: Int) { #expect(SizeText.bytes(text) == bytes) }

    @Test(arguments: [
        "", "KiB", "b", "x", "-1", "+1", "1.5MiB", "1 KiB", "1KiB ", "1KKiB", "1KiBB", "1iB", "1Kib/s", "1e3", "0x10",
        "٣", "9007199254740993TiB", "99999999999999999999",
    ]) func otherTextIsNoSize(text: String) { #expect(SizeText.bytes(text) == nil) }

    @Test(arguments: [
        (0, "0"), (1, "1"), (1000, "1000"), (1024, "1KiB"), (1536, "1536"), (65536, "64KiB"), (1 << 20, "1MiB"),
        (3 << 29, "1536MiB"), (1 << 30, "1GiB"), (5 << 40, "5TiB"),
    ]) func aWrittenSizeCanBeReadAgain(bytes: Int, text: String) {
        #expect(SizeText.text(bytes) == text)
        #expect(SizeText.bytes(text) == bytes)
    }
}
