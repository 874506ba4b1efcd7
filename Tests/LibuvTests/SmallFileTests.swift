import Foundation
import Synchronization
import Testing

@testable import Libuv

/// `OutputFileTests` show how a file is replaced.
struct SmallFileTests {
    @Test func onlyRegularFilesAreReplacedOrRemoved() throws {
        try withFolder { folder in
            try SmallFile.write("4321\n", to: "\(folder)/port")
            try SmallFile.remove("\(folder)/port")
            #expect(throws: UVError(code: .noSuchFile, call: "uv_fs_unlink")) {
                try SmallFile.remove("\(folder)/port")
            }
            let link = "\(folder)/link"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/dev/null")
            #expect(throws: UVError(code: .exists, call: "uv_fs_lstat")) { try SmallFile.write("x", to: link) }
            #expect(throws: UVError(code: .exists, call: "uv_fs_lstat")) { try SmallFile.remove(link) }
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "/dev/null")
            try FileManager.default.createDirectory(atPath: "\(folder)/port/x", withIntermediateDirectories: true)
            #expect(throws: UVError.self) { try SmallFile.write("x", to: "\(folder)/port") }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["link", "port"])
        }
    }

    @Test func aFileIsReadUpToTheLimit() throws {
        try withFolder { folder in
            let text = String(repeating: "пример\n", count: 20_000)
            try SmallFile.write(text, to: "\(folder)/file")
            for limit in [1 << 20, 100_000] {
                #expect(try SmallFile.read("\(folder)/file", upTo: limit) == Array(text.utf8.prefix(limit)))
            }
            #expect(throws: UVError(code: .noSuchFile, call: "uv_fs_open")) {
                try SmallFile.read("\(folder)/none", upTo: 1)
            }
            #expect(throws: UVError.self) { try SmallFile.read(folder, upTo: 1) }
        }
    }

    @Test func aWriteWaitsForAFullPipeAndAReadForAnEmptyOne() throws {
        let sent = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0) }
        try withPipe { reader, writer in
            for end in [reader, writer] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
            let isRead = DispatchSemaphore(value: 0)
            Thread.detachNewThread {
                #expect((try? read(sent.count, from: reader)) == sent)
                isRead.signal()
            }
            try SmallFile.write(sent, to: writer)
            isRead.wait()
        }
    }

    @Test(.timeLimit(.minutes(60))) func anInterruptedReadIsRepeated() throws {
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
        let thread = pthread_self()
        try withPipe { (reader, writer) throws in
            Thread.detachNewThread {
                // Many signals, because some may arrive before the read.
                while signalCount.load(ordering: .relaxed) < 100 && !readIsOver.load(ordering: .relaxed) {
                    pthread_kill(thread, SIGUSR1)
                    sched_yield()
                }
                _ = write(writer, [5] as [UInt8], 1)
            }
            defer { readIsOver.store(true, ordering: .relaxed) }
            #expect(try SmallFile.read(upTo: 10, from: reader) == [5])
        }
    }
}

private let signalCount = Atomic(0)
private let readIsOver = Atomic(false)

private func countSignal(_ number: Int32) { signalCount.add(1, ordering: .relaxed) }
