import CLibuv
import Foundation
import Testing

/// A pseudo-terminal: the slave is the program's side, the master the side that displays it.
struct Pty {
    private typealias OpenPty =
        @convention(c) (
            UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<CChar>?,
            UnsafeRawPointer?, UnsafePointer<winsize>
        ) -> Int32

    let master: Int32
    let slave: Int32

    /// Looks `openpty` up at run time: Swift's Glibc module does not include its header.
    init(columns: UInt16 = 0, rows: UInt16 = 0) throws {
        let openpty = unsafeBitCast(try #require(dlsym(dlopen(nil, RTLD_NOW), "openpty")), to: OpenPty.self)
        var master: Int32 = -1
        var slave: Int32 = -1
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        try #require(openpty(&master, &slave, nil, nil, &size) == 0)
        for descriptor in [master, slave] { try #require(fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0) }
        self.master = master
        self.slave = slave
    }

    func close() {
        for side in [master, slave] { Foundation.close(side) }
    }
}
