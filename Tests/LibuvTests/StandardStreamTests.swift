import Foundation
import Synchronization
import Testing

@testable import Libuv

/// Serialized, because a process has one standard input.
@Suite(.serialized)
struct StandardStreamTests {
    /// Replaces a standard descriptor during `body`.
    private func replacing<R>(_ standard: Int32, by other: Int32, _ body: () throws -> R) rethrows -> R {
        let original = dup(standard)
        dup2(other, standard)
        defer {
            dup2(original, standard)
            close(original)
        }
        return try body()
    }

    /// Runs `body` with a pipe as standard input. `write` fills it on another thread, and it is closed afterwards.
    private func withInput<R>(
        nonBlocking: Bool = false, _ write: @escaping @Sendable (Int32) -> Void, _ body: () throws -> R
    ) throws -> R {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let (reader, writer) = (ends[0], ends[1])
        if nonBlocking { _ = fcntl(reader, F_SETFL, O_NONBLOCK) }
        defer { close(reader) }
        Thread.detachNewThread {
            write(writer)
            close(writer)
        }
        return try replacing(0, by: reader, body)
    }

    @Test func oneReadReturnsWhatIsAvailableUpToItsCount() throws {
        let parts = try withInput({ _ = write($0, [1, 2, 3, 4, 255] as [UInt8], 5) }) {
            try (1...4).map { _ in try StandardInput.read(upTo: 2) }
        }
        #expect(parts == [[1, 2], [3, 4], [255], []])
    }

    @Test(arguments: [false, true])
    func theInputIsReadToItsEndIfBlockingOrNot(nonBlocking: Bool) throws {
        let sent = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        let bytes = try withInput(
            nonBlocking: nonBlocking,
            { writer in
                for start in stride(from: 0, to: sent.count, by: 100) {
                    _ = Array(sent[start..<start + 100]).withUnsafeBytes { write(writer, $0.baseAddress!, 100) }
                }
            }
        ) {
            var bytes: [UInt8] = []
            while case let part = try StandardInput.read(upTo: 65536), !part.isEmpty { bytes += part }
            return bytes
        }
        #expect(bytes == sent)
    }

    @Test func anInterruptedReadIsRepeated() throws {
        // Without SA_RESTART, so that the read is interrupted.
        var action = sigaction()
        #if canImport(Glibc)
            action.__sigaction_handler.sa_handler = countSignal
        #else
            action.__sigaction_u.__sa_handler = countSignal
        #endif
        #expect(sigaction(SIGUSR1, &action, nil) == 0)
        // Tests run on pool threads, which block signals.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGUSR1)
        var before = sigset_t()
        pthread_sigmask(SIG_UNBLOCK, &signals, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        let reader = pthread_self()
        let bytes = try withInput({ writer in
            // Many signals, because one may arrive before the read.
            for _ in 1...1_000_000
            where signalCount.load(ordering: .relaxed) < 100 && !readIsOver.load(ordering: .relaxed) {
                pthread_kill(reader, SIGUSR1)
                sched_yield()
            }
            _ = write(writer, [5] as [UInt8], 1)
        }) {
            defer { readIsOver.store(true, ordering: .relaxed) }
            return try StandardInput.read(upTo: 10)
        }
        #expect(bytes == [5])
        #expect(signalCount.load(ordering: .relaxed) >= 100)
    }

    @Test func anUnreadableInputIsAnError() throws {
        let isFolder = UVError(code: UVError.Code(rawValue: -EISDIR), call: "uv_fs_read")
        let folder = open("/", O_RDONLY)
        defer { close(folder) }
        _ = replacing(0, by: folder) {
            #expect(throws: isFolder) { try StandardInput.read(upTo: 1) }
        }
    }

    @Test func aPtyIsATerminalAndAPipeIsNot() throws {
        #expect(try withInput({ _ in }) { StandardInput.isTerminal } == false)
        let pty = try Pty()
        defer { for side in [pty.master, pty.slave] { close(side) } }
        #expect(replacing(0, by: pty.slave) { StandardInput.isTerminal })
    }

    @Test func bytesAndTextAreWrittenUnchanged() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        try replacing(StandardStream.output.rawValue, by: ends[1]) {
            try StandardStream.output.write([0, 0xFF, 0xFE, 10] as [UInt8])
            try StandardStream.output.write("да\n")
        }
        close(ends[1])
        let written = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true).readDataToEndOfFile()
        // Other tests may print in the meantime.
        #expect(written.range(of: Data([0, 0xFF, 0xFE, 10])) != nil)
        #expect(written.range(of: Data("да\n".utf8)) != nil)
    }
}

private let signalCount = Atomic(0)
private let readIsOver = Atomic(false)

private func countSignal(_ number: Int32) { signalCount.add(1, ordering: .relaxed) }
