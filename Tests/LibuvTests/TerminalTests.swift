import Foundation
import Testing

@testable import Libuv

struct TerminalTests {
    @Test func theSizeIsReadAtEachCall() throws {
        let pty = try Pty()
        defer { close(pty.slave) }
        let terminal = try #require(Terminal(descriptor: pty.slave))
        #expect(terminal.columns == 80, "a new pty reports 0")
        #expect(terminal.rows == 24)
        try pty.setSize(columns: 132, rows: 50)
        #expect(terminal.columns == 132)
        #expect(terminal.rows == 50)
        try pty.setSize(columns: 7, rows: 0)
        #expect(terminal.columns == 7)
        #expect(terminal.rows == 24)
        close(pty.master)
        #expect(terminal.columns == 80, "a closed terminal has no size")
    }

    @Test func aPipeIsNotATerminal() {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        #expect(Terminal(descriptor: ends[1]) == nil)
        for end in ends { close(end) }
        #expect(Terminal(descriptor: -1) == nil)
    }

    @Test(arguments: [StandardStream.output, .error])
    func aStreamIsATerminalIfIsattySaysSo(_ stream: StandardStream) {
        #expect((Terminal(stream) != nil) == (isatty(stream.rawValue) == 1))
    }
}
