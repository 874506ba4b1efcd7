import Foundation
import Libuv

/// A server on a thread of its own. Each connection has a script, and each line that it receives is answered by the next
/// step of the script.
package final class FakeServer: Sendable {
    package enum Transport: Sendable, CaseIterable {
        case tcp
        case unix
    }

    package enum Step: Sendable {
        /// Sends text before any line was received. Only as the first step.
        case greet(String)
        case answer(String)
        case answerAfter(milliseconds: UInt64, String)
        /// Answers this line and all later ones, each with what the function returns.
        case answerEach(@Sendable (String) -> String)
        case silence
        case close
    }

    /// The unix socket; nil for TCP.
    package let path: String?
    private let state = Locked((port: 0, received: [[UInt8]](), mostUnanswered: 0))
    private let isReady = Gate()
    private let hasEnded = Gate()

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
    package convenience init(_ steps: [Step], over transport: Transport = .tcp) {
        self.init(connections: [steps], over: transport)
    }

    /// - Parameter connections: the script of each connection. The server ends when the last one has ended.
    package init(connections: [[Step]], over transport: Transport = .tcp) {
        path = transport == .unix ? temporaryPath() : nil
        prepareProcess()
        Thread.detachNewThread { [self] in serve(connections) }
        isReady.wait()
    }

    /// Returns when the server has closed all connections of its script.
    package func waitForEnd() { hasEnded.wait() }

    private func serve(_ scripts: [[Step]]) {
        defer {
            isReady.open()
            hasEnded.open()
        }
        guard let loop = try? EventLoop() else { return }
        let endpoint = path.map { Endpoint.unix(path: $0) } ?? .tcp(loop.localAddress()!)
        var connections: [ScriptedConnection] = []
        let listener = try? Listener(on: loop, endpoint: endpoint, backlog: 10) { [self] stream in
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
        isReady.open()
        loop.run { connections.count == scripts.count && connections.allSatisfy(\.isEnded) }
        listener?.close()
        if let path { unlink(path) }
        loop.run()
        loop.close()
    }

    private final class ScriptedConnection: Libuv.StreamDelegate {
        private let stream: SocketStream
        private var steps: ArraySlice<Step>
        /// Called with the received bytes and the number of unanswered lines.
        private let note: ([UInt8], Int) -> Void
        private var line: [UInt8] = []
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
            for byte in bytes where !isEnded {
                line.append(byte)
                if byte == UInt8(ascii: "\n") { takeLine() }
            }
        }

        private func takeLine() {
            defer { line = [] }
            if case .answerEach(let reply)? = steps.first {
                return answer(reply(String(decoding: line, as: UTF8.self)))
            }
            switch steps.popFirst() {
            case .answer(let text): answer(text)
            case .answerAfter(let milliseconds, let text): answer(text, after: milliseconds)
            case .close: return end()
            case .greet, .silence, .answerEach, nil: break
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

/// The path of a new file, short enough for a unix socket.
package func temporaryPath() -> String { "/tmp/uv-task-test-\(randomBits())" }
