import Foundation
import Testing

@testable import Libuv

struct TerminalTests {
    @Test func theSizeIsReadAtEachCall() throws {
        let pty = try Pty()
        defer { pty.close() }
        let terminal = try #require(Terminal(descriptor: pty.slave))
        #expect((terminal.columns, terminal.rows) == (80, 24), "a new pty reports 0")
        for (columns, rows, seen) in [(132, 50, (132, 50)), (7, 0, (7, 24))] as [(UInt16, UInt16, (Int, Int))] {
            let other = try Pty(columns: columns, rows: rows)
            defer { other.close() }
            dup2(other.slave, pty.slave)
            #expect((terminal.columns, terminal.rows) == seen)
        }
        try withPipe { _, writer in _ = dup2(writer, pty.slave) }
        #expect(terminal.columns == 80, "what is no terminal any more has no size")
    }

    @Test func aPipeIsNotATerminal() throws {
        try withPipe { _, writer in #expect(Terminal(descriptor: writer) == nil) }
        #expect(Terminal(descriptor: -1) == nil)
    }
}
