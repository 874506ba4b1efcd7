import Foundation
import Libuv
import Synchronization

/// A server on a thread of its own that answers every read with the next of its lines.
final class FakeServer: Sendable {
    enum Step: Sendable {
        case answer(String)
        case answerAfter(milliseconds: UInt64, String)
        case silence
        case close
    }

    private let state = Mutex((port: 0, received: [UInt8](), isEnded: false))
    private let isReady = DispatchSemaphore(value: 0)

    var port: Int { state.withLock(\.port) }
    var received: String { state.withLock { String(decoding: $0.received, as: UTF8.self) } }

    init(_ steps: [Step]) {
        prepareProcess()
        Thread.detachNewThread { [self] in serve(steps) }
        isReady.wait()
    }

    private func serve(_ steps: [Step]) {
        guard let loop = try? EventLoop() else { return }
        var address: SocketAddress?
        try? loop.resolve(host: "127.0.0.1", port: 0) { address = try? $0.get().first }
        loop.run { address != nil }
        var connection: Connection?
        let listener = try? TCPListener(on: loop, address: address!, backlog: 10) { stream in
            guard let stream = try? stream.get() else { return }
            connection = Connection(stream, steps) { [self] bytes in state.withLock { $0.received += bytes } }
        }
        state.withLock { $0.port = listener?.address?.port ?? 0 }
        isReady.signal()
        loop.run { connection?.isEnded == true }
        listener?.close()
        loop.run()
        loop.close()
    }

    private final class Connection: TCPStreamDelegate {
        private let stream: TCPStream
        private var steps: ArraySlice<Step>
        private let note: ([UInt8]) -> Void
        var isEnded = false

        init(_ stream: TCPStream, _ steps: [Step], _ note: @escaping ([UInt8]) -> Void) {
            self.stream = stream
            self.steps = steps[...]
            self.note = note
            stream.delegate = self
            if case .close? = steps.first { end() } else { try? stream.startReading() }
        }

        func streamDidRead(_ bytes: Span<UInt8>) {
            note(bytes.indices.map { bytes[$0] })
            switch steps.popFirst() {
            case .answer(let text): try? stream.write(text.utf8Span.span)
            case .answerAfter(let milliseconds, let text): answer(text, after: milliseconds)
            case .close: return end()
            case .silence, nil: break
            }
            if case .close? = steps.first { end() }
        }

        private func answer(_ text: String, after milliseconds: UInt64) {
            guard let timer = try? Timer(on: stream.loop) else { return end() }
            timer.start(after: milliseconds) { [self] in
                try? stream.write(text.utf8Span.span)
                timer.close()
            }
        }

        func streamDidEnd(_ error: UVError?) { end() }
        func streamDidDrain() {}

        private func end() {
            isEnded = true
            stream.close()
        }
    }
}
