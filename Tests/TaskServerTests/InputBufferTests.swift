import Testing

@testable import TaskServer

struct InputBufferTests {
    private let block = [UInt8](repeating: 7, count: 1000)

    @Test func bytesThatAreNotReadStay() {
        var input = InputBuffer()
        #expect(input.isEmpty && !input.isFull)
        input.append([1, 2, 3].span)
        #expect(input.bytes == [1, 2, 3] && input.start == 0)
        input = input.read(upTo: 2)
        input.append([4].span)
        #expect(Array(input.bytes[input.start...]) == [3, 4])
        input = input.read(upTo: 4)
        #expect(input.isEmpty)
    }

    @Test func onlyUnreadBytesFillTheBuffer() {
        var input = InputBuffer()
        for _ in 0..<66 { input.append(block.span) }
        #expect(input.isFull)
        #expect(!input.read(upTo: 1000).isFull)
    }

    @Test func memoryFollowsUnreadBytes() {
        var input = InputBuffer()
        input.append(block.span)
        for _ in 0..<10_000 {
            input.append(block.span)
            #expect(input.count < 200_000)
            let start = input.start
            input = input.read(upTo: start + 1000)
        }
    }
}
