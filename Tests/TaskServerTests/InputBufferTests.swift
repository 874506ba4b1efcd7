import Testing

@testable import TaskServer

struct InputBufferTests {
    private func block(_ number: Int) -> [UInt8] { Array(repeating: UInt8(number % 256), count: 1000) }

    @Test func onlyUnreadBytesFillTheBuffer() {
        var input = InputBuffer()
        for number in 0..<66 { input.append(block(number).span) }
        #expect(input.isFull)
        #expect(!input.read(upTo: 1000).isFull)
    }

    @Test func memoryFollowsUnreadBytes() {
        var input = InputBuffer()
        input.append(block(0).span)
        for number in 1...1000 {
            input.append(block(number).span)
            #expect(input.count < 200_000)
            let start = input.start
            input = input.read(upTo: start + 1000)
            #expect(Array(input.bytes[input.start...]) == block(number))
        }
    }
}
