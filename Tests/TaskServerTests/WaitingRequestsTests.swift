import Libuv
import TaskCore
import Testing

@testable import TaskServer

struct WaitingRequestsTests {
    @Test func memoryIsReleasedWhenTheLastRequestIsAnswered() throws {
        let loop = try EventLoop()
        var waiting = WaitingRequests()
        for number in 1...1000 {
            let request = WaitingRequest(sequence: number, task: .first, question: .status)
            try waiting.add(request, number, timeout: nil, on: loop) {}
        }
        #expect(waiting.count == 1000 && waiting.capacity >= 1000)
        for number in 1...1000 { waiting.end(number, .timedOut) }
        var answered: [Int?] = []
        while let (request, _) = waiting.nextEnded() { answered.append(request.sequence) }
        #expect(answered == Array(1...1000))
        #expect(waiting.isEmpty && waiting.capacity == 0)
        loop.run()
        loop.close()
    }
}
