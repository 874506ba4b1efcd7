import Foundation
import Libuv
import TaskCore
import TestServers
import Testing

@testable import TaskClient

/// One after the other: each holds threads of libuv's pool until its end.
@Suite(.serialized) struct ProxyTests {
    private let output = Locked("")

    /// - Parameters:
    ///   - read: returns the next input; an empty text at the end.
    ///   - hangUp: opens when the output has no reader.
    ///   - look: called in each loop iteration.
    private func run(
        _ server: ServerAddress, hangUp: Gate = Gate(),
        look: @escaping (Proxy) -> Void = { _ in }, read: @escaping @Sendable () -> String
    ) throws -> Proxy.End {
        let streams = Proxy.Streams(
            read: { _ in .success(Array(read().utf8)) },
            write: { [output] bytes in
                output.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
                return .success(())
            }, waitForHangUp: { hangUp.wait() })
        let proxy = try Proxy(configuration(of: server), streams)
        let prepare = try PrepareHandle(on: proxy.connector.loop) { look(proxy) }
        defer {
            prepare.close()
            proxy.close()
            // Frees the pool thread.
            hangUp.open()
        }
        return try proxy.run()
    }

    @Test(arguments: FakeServer.Transport.allCases)
    func bytesPassBothWaysUntilTheServerCloses(transport: FakeServer.Transport) throws {
        let server = FakeServer([.answer("one\n"), .answer("two\n"), .close], over: transport)
        let script = Locked(["a\n", "b", "\nrest"][...])
        // The input does not end.
        let inputMayEnd = Gate()
        let end = try run(address(of: server)) {
            if let part = script.withLock({ $0.popFirst() }) { return part }
            inputMayEnd.wait()
            return ""
        }
        inputMayEnd.open()
        #expect(end == .closed && output.withLock { $0 } == "one\ntwo\n")
        #expect(server.received.hasPrefix("a\nb\n"))
    }

    /// The task ends after the end of the input was passed on.
    @Test func answersArriveAfterTheEndOfTheInput() throws {
        let taskMayEnd = Gate()
        let server = LiveServer([
            TaskType(name: "slow", delay: .zero) {
                taskMayEnd.wait()
                return $0
            }
        ])
        let requests = Locked([
            #"{"seq":1,"type":"run","task_name":"slow","data":"x"}"# + "\n",
            #"{"seq":2,"type":"get_result","task_id":1,"wait":true}"# + "\n", "",
        ])
        let end = try run(.tcp(host: "127.0.0.1", port: server.port)) { proxy in
            // This work follows the read that returned the end.
            if requests.withLock(\.isEmpty) { Work.queue(on: proxy.connector.loop, {}) { taskMayEnd.open() } }
        } read: {
            requests.withLock { $0.isEmpty ? "" : $0.removeFirst() }
        }
        server.end()
        #expect(end == .closed)
        #expect(output.withLock { $0 }.hasSuffix(#"{"seq":2,"status":"success","data":"x"}"# + "\n"))
    }

    @Test func theProxyEndsWhenNobodyReadsItsOutput() throws {
        let server = FakeServer([.silence])
        let hangUp = Gate()
        #expect(
            try run(address(of: server), hangUp: hangUp) {
                hangUp.open()
                return "a\n"
            } == .noReader)
    }

    /// The server's listener accepts nothing, and its loop never runs.
    @Test func inputIsReadOnlyAsFarAsTheServerTakesIt() throws {
        let path = temporaryPath()
        let loop = try EventLoop()
        let listener = try Listener(on: loop, endpoint: .unix(path: path), backlog: 1) { _ in }
        defer {
            listener.close()
            unlink(path)
            loop.run()
            loop.close()
        }
        let hangUp = Gate()
        let reads = Locked(0)
        var readsUntilFull: Int?
        _ = try run(.unix(path: path), hangUp: hangUp) { proxy in
            // A further read would come before this work.
            if proxy.isWaitingForDrain, readsUntilFull == nil {
                readsUntilFull = reads.withLock(\.self)
                Work.queue(on: proxy.connector.loop, {}) { hangUp.open() }
            }
        } read: {
            // An input without an end must not be read to its end.
            let count = reads.withLock {
                $0 += 1; return $0
            }
            if count > 1000 { hangUp.open() }
            return String(repeating: "x", count: 65536)
        }
        #expect(reads.withLock(\.self) == readsUntilFull)
    }
}
