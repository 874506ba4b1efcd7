import CLibuv
import Foundation
import Testing

@testable import Libuv

struct NonBlockingOutputTests {
    /// With the default path (nil) the descriptor is opened again. If the path does not exist, the descriptor itself is used.
    static let paths = [nil, "/nowhere"]

    @Test(.timeLimit(.minutes(60)), arguments: paths, [false, true])
    func aFullPipeOrSocketTakesNothingUntilItIsRead(path: String?, ofSockets: Bool) throws {
        try withPipe(ofSockets: ofSockets) { reader, writer in
            let flags = fcntl(writer, F_GETFL)
            let output = NonBlockingOutput(descriptor: writer, path: path)
            let bytes = (0..<1 << 21).map { UInt8(truncatingIfNeeded: $0 / 7) }
            let written = try output.write(bytes[...])
            #expect((1..<bytes.count).contains(written))
            #expect(try output.write([0]) == 0)
            #expect(fcntl(writer, F_GETFL) == flags, "the flags of the stream do not change")
            #expect(try read(written, from: reader) == Array(bytes.prefix(written)))
            #expect(try output.write([1, 2, 3]) == 3)
            #expect(try read(3, from: reader) == [1, 2, 3])
        }
    }

    @Test(.timeLimit(.minutes(60)), arguments: paths) func aPipeWithoutAReaderIsAnError(path: String?) throws {
        signal(SIGPIPE, SIG_IGN)
        let broken = UVError(code: UVError.Code(rawValue: -EPIPE), call: "uv_fs_write")
        try withPipe { reader, writer in
            let output = NonBlockingOutput(descriptor: writer, path: path)
            // Closes the reader. A child that another test starts may have a copy until its exec.
            dup2(writer, reader)
            #expect(throws: broken) { while try output.write([1]) >= 0 {} }
        }
    }

    @Test(.timeLimit(.minutes(60))) func anUnreadTerminalTakesNothing() throws {
        let pty = try Pty()
        defer { pty.close() }
        let output = NonBlockingOutput(descriptor: pty.slave)
        // poll reports a terminal as writable if there is room for one byte; lines are longer.
        let lines = [String(repeating: "\n", count: 4001), String(repeating: "x", count: 100)].map {
            Array($0.utf8)[...]
        }
        for line in lines { while try output.write(line) == line.count {} }
        while try output.write(lines[1]) > 0 {}
    }

    @Test func aStoppedTerminalTakesNothing() throws {
        let pty = try Pty()
        defer { pty.close() }
        let output = NonBlockingOutput(descriptor: pty.slave)
        tcflow(pty.slave, TCOOFF)
        #expect(try output.write([1, 2, 3]) == 0)
        tcflow(pty.slave, TCOON)
        #expect(try output.write([1, 2, 3]) == 3)
    }

    @Test func aFileIsWrittenAtItsOffset() throws {
        try withFolder { folder in
            let file = try SmallFile.open("\(folder)/file", O_WRONLY | O_CREAT, mode: 0o600)
            defer { close(file) }
            try SmallFile.write([1, 2], to: file)
            #expect(try NonBlockingOutput(descriptor: file).write([3, 4]) == 2)
            try SmallFile.write([5], to: file)
            #expect(FileManager.default.contents(atPath: "\(folder)/file") == Data([1, 2, 3, 4, 5]))
        }
    }
}
