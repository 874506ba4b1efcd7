import Testing

@testable import TaskServer

struct InputBufferTests {
    private let block = [UInt8](repeating: 7, count: 1000)

    @Test func bytesThatAreNotReadArePutBack() {
        var input = InputBuffer()
        #expect(input.isEmpty && !input.isFull)
        input.append([1, 2, 3].span)
        let taken = input.take()
        #expect(taken.bytes == [1, 2, 3] && taken.start == 0)
        #expect(input.isEmpty)
        input.putBack(taken.bytes, from: 2)
        input.append([4].span)
        let rest = input.take()
        #expect(Array(rest.bytes[rest.start...]) == [3, 4])
        input.putBack(rest.bytes, from: 4)
        #expect(input.isEmpty)
    }

    @Test func onlyUnreadBytesFillTheBuffer() {
        var input = InputBuffer()
        for _ in 0..<66 { input.append(block.span) }
        #expect(input.isFull)
        let taken = input.take()
        input.putBack(taken.bytes, from: 1000)
        #expect(!input.isFull)
    }

    @Test func memoryFollowsUnreadBytes() {
        var input = InputBuffer()
        input.append(block.span)
        for _ in 0..<10_000 {
            input.append(block.span)
            let (bytes, start) = input.take()
            #expect(bytes.count < 200_000)
            input.putBack(bytes, from: start + 1000)
        }
    }
}
