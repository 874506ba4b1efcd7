import Foundation
import Libuv

/// A server on a thread of its own. Each connection has a script, and each line that it receives is answered by the next
/// step of the script.
package final class FakeServer: Sendable {
    package enum Step: Sendable {
        /// Sends text before any line was received. Only as the first step.
        case greet(String)
        case answer(String)
        case answerAfter(milliseconds: UInt64, String)
        case silence
        case close
    }

    private let state = Locked((port: 0, received: [[UInt8]](), mostUnanswered: 0))
    private let isReady = DispatchSemaphore(value: 0)

    /// On 127.0.0.1.
    package var port: Int { state.withLock(\.port) }
    /// What the first connection has received.
    package var received: String { received(on: 0) }
    /// The number of connections so far.
    package var connectionCount: Int { state.withLock(\.received.count) }

    /// The greatest number of unanswered lines of a connection.
    package var mostUnanswered: Int { state.withLock(\.mostUnanswered) }

    /// What a connection has received. Connections count from 0.
    package func received(on connection: Int) -> String {
        state.withLock {
            connection < $0.received.count ? String(decoding: $0.received[connection], as: UTF8.self) : ""
        }
    }

    /// A server with one connection.
    package convenience init(_ steps: [Step]) { self.init(connections: [steps]) }

    /// - Parameter connections: the script of each connection. The server ends when the last one has ended.
    package init(connections: [[Step]]) {
        prepareProcess()
        Thread.detachNewThread { [self] in serve(connections) }
        isReady.wait()
    }

    private func serve(_ scripts: [[Step]]) {
        guard let loop = try? EventLoop() else { return }
        var address: SocketAddress?
        try? loop.resolve(host: "127.0.0.1", port: 0) { address = try? $0.get().first }
        loop.run { address != nil }
        var connections: [ScriptedConnection] = []
        let listener = try? Listener(on: loop, endpoint: .tcp(address!), backlog: 10) { [self] stream in
            guard let stream = try? stream.get(), connections.count < scripts.count else { return }
            let index = connections.count
            state.withLock { $0.received.append([]) }
            connections.append(
                ScriptedConnection(stream, scripts[index]) { [self] bytes, unanswered in
                    state.withLock {
                        $0.received[index] += bytes
                        $0.mostUnanswered = max($0.mostUnanswered, unanswered)
                    }
                })
        }
        state.withLock { $0.port = listener?.endpoint?.port ?? 0 }
        isReady.signal()
        loop.run { connections.count == scripts.count && connections.allSatisfy(\.isEnded) }
        listener?.close()
        loop.run()
        loop.close()
    }

    private final class ScriptedConnection: Libuv.StreamDelegate {
        private let stream: SocketStream
        private var steps: ArraySlice<Step>
        /// Called with the received bytes and the number of unanswered lines.
        private let note: ([UInt8], Int) -> Void
        private var unanswered = 0
        var isEnded = false

        init(_ stream: SocketStream, _ steps: [Step], _ note: @escaping ([UInt8], Int) -> Void) {
            self.stream = stream
            self.steps = steps[...]
            self.note = note
            stream.delegate = self
            if case .greet(let text) = steps.first {
                self.steps.removeFirst()
                try? stream.write(text.utf8Span.span)
            }
            if case .close? = self.steps.first { end() } else { try? stream.startReading() }
        }

        func streamDidRead(_ bytes: Span<UInt8>) {
            let bytes = bytes.indices.map { bytes[$0] }
            unanswered += bytes.count(where: { $0 == UInt8(ascii: "\n") })
            note(bytes, unanswered)
            for byte in bytes where byte == UInt8(ascii: "\n") && !isEnded { takeLine() }
        }

        private func takeLine() {
            switch steps.popFirst() {
            case .answer(let text): answer(text)
            case .answerAfter(let milliseconds, let text): answer(text, after: milliseconds)
            case .close: return end()
            case .greet, .silence, nil: break
            }
            if case .close? = steps.first { end() }
        }

        private func answer(_ text: String) {
            unanswered -= text.utf8.count { $0 == UInt8(ascii: "\n") }
            try? stream.write(text.utf8Span.span)
        }

        private func answer(_ text: String, after milliseconds: UInt64) {
            guard let timer = try? Timer(on: stream.loop) else { return end() }
            timer.start(after: milliseconds) { [self] in
                answer(text)
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
