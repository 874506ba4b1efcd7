import CLibuv
import Foundation
import Testing

@testable import Libuv

struct NonBlockingOutputTests {
    /// Opens the descriptor again, or uses it as it is because the path does not exist.
    static let paths = [nil, "/nowhere"]

    /// Runs `body` with a pipe.
    private func withPipe<R>(_ body: (_ reader: Int32, _ writer: Int32) throws -> R) throws -> R {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        return try body(ends[0], ends[1])
    }

    private static let line = ArraySlice(repeatElement(UInt8(ascii: "x"), count: 100))

    /// Writes lines until the output is full.
    ///
    /// - Returns: how many bytes were written.
    private func fill(_ output: NonBlockingOutput, with line: ArraySlice<UInt8> = line) throws -> Int {
        var sum = 0
        while true {
            let written = try output.write(line)
            sum += written
            if written < line.count { return sum }
        }
    }

    private func read(_ count: Int, from file: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            var part = [UInt8](repeating: 0, count: min(65536, count - bytes.count))
            let result = Foundation.read(file, &part, part.count)
            guard result > 0 else { break }
            bytes += part.prefix(result)
        }
        return bytes
    }

    @Test(.timeLimit(.minutes(1)), arguments: paths)
    func aFullPipeTakesNothingUntilItIsRead(path: String?) throws {
        try withPipe { reader, writer in
            let output = NonBlockingOutput(descriptor: writer, path: path)
            let written = try fill(output)
            #expect(written > 0)
            #expect(try output.write(Self.line) == 0)
            #expect(read(written, from: reader).count == written)
            #expect(try output.write([1, 2, 3]) == 3)
            #expect(read(3, from: reader) == [1, 2, 3])
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: paths)
    func aWriteLargerThanThePipeIsPartial(path: String?) throws {
        try withPipe { reader, writer in
            let bytes = (0..<1 << 21).map { UInt8(truncatingIfNeeded: $0 / 7) }
            let written = try NonBlockingOutput(descriptor: writer, path: path).write(bytes[...])
            #expect((1..<bytes.count).contains(written))
            #expect(read(written, from: reader) == Array(bytes.prefix(written)))
        }
    }

    @Test func theFlagsOfTheStreamDoNotChange() throws {
        try withPipe { _, writer in
            let flags = fcntl(writer, F_GETFL)
            let output = NonBlockingOutput(descriptor: writer)
            _ = try fill(output)
            #expect(fcntl(writer, F_GETFL) == flags)
        }
    }

    @Test(arguments: paths) func aPipeWithoutAReaderIsAnError(path: String?) throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let output = NonBlockingOutput(descriptor: ends[1], path: path)
        close(ends[0])
        defer { close(ends[1]) }
        let broken = UVError(code: UVError.Code(rawValue: -EPIPE), call: "uv_fs_write")
        #expect(throws: broken) { try output.write([1]) }
    }

    @Test(.timeLimit(.minutes(1))) func anUnreadTerminalTakesNothing() throws {
        let pty = try Pty()
        defer { for side in [pty.master, pty.slave] { close(side) } }
        let output = NonBlockingOutput(descriptor: pty.slave)
        // poll reports a terminal as writable if there is room for one byte; lines are longer.
        for _ in 1...2 { _ = try fill(output, with: ArraySlice(repeatElement(UInt8(ascii: "\n"), count: 4001))) }
        #expect(try fill(output) == 0)
    }

    @Test func aStoppedTerminalTakesNothing() throws {
        let pty = try Pty()
        defer { for side in [pty.master, pty.slave] { close(side) } }
        let output = NonBlockingOutput(descriptor: pty.slave)
        tcflow(pty.slave, TCOOFF)
        #expect(try output.write([1, 2, 3]) == 0)
        tcflow(pty.slave, TCOON)
        #expect(try output.write([1, 2, 3]) == 3)
    }

    @Test func aFileIsWrittenAtItsOffset() throws {
        let path = NSTemporaryDirectory() + "NonBlockingOutputTests.\(UUID())"
        let file = open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
        try #require(file >= 0)
        defer {
            close(file)
            unlink(path)
        }
        _ = Foundation.write(file, [1, 2] as [UInt8], 2)
        #expect(try NonBlockingOutput(descriptor: file).write([3, 4]) == 2)
        _ = Foundation.write(file, [5] as [UInt8], 1)
        #expect(FileManager.default.contents(atPath: path) == Data([1, 2, 3, 4, 5]))
    }

    @Test(.timeLimit(.minutes(1))) func anUnreadSocketTakesNothing() throws {
        var ends: [Int32] = [0, 0]
        #if canImport(Glibc)
            let stream = Int32(SOCK_STREAM.rawValue)
        #else
            let stream = SOCK_STREAM
        #endif
        try #require(socketpair(AF_UNIX, stream, 0, &ends) == 0)
        defer { for end in ends { close(end) } }
        let output = NonBlockingOutput(descriptor: ends[1])
        let written = try fill(output)
        #expect(written > 0)
        #expect(try output.write(Self.line) == 0)
        #expect(read(written, from: ends[0]).count == written)
        #expect(try output.write([1, 2, 3]) == 3)
    }

    @Test func aFullDeviceIsAnError() throws {
        let full = open("/dev/full", O_WRONLY)
        // Only Linux has this device.
        guard full >= 0 else { return }
        defer { close(full) }
        let output = NonBlockingOutput(descriptor: full)
        #expect(throws: UVError(code: UVError.Code(rawValue: -ENOSPC), call: "uv_fs_write")) { try output.write([1]) }
    }
}
