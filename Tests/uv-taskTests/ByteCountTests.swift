import Testing

@testable import uv_task

struct ByteCountTests {
    @Test func sizes() {
        #expect(
            [0, 1, 1023, 1024, 65_536, 1 << 20, 12_950_000, (1 << 30) - 1, 3 << 30, 1 << 41, .max].map(ByteCount.text)
                == [
                    "0 bytes", "1 byte", "1023 bytes", "1 KiB", "64 KiB", "1 MiB", "12.3 MiB", "1023.9 MiB", "3 GiB",
                    "2 TiB", "8388607.9 TiB",
                ])
    }
}
