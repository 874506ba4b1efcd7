import Foundation
import Testing

/// A terminal that no one sees: the side that a program stands on, and the side of whoever shows it.
struct Pty {
    private typealias OpenPty =
        @convention(c) (
            UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<CChar>?,
            UnsafeRawPointer?, UnsafeRawPointer?
        ) -> Int32

    let master: Int32
    let slave: Int32

    /// With `openpty`, which is in the C library but not in Swift's view of it.
    init() throws {
        let openpty = unsafeBitCast(try #require(dlsym(dlopen(nil, RTLD_NOW), "openpty")), to: OpenPty.self)
        var master: Int32 = -1
        var slave: Int32 = -1
        try #require(openpty(&master, &slave, nil, nil, nil) == 0)
        self.master = master
        self.slave = slave
    }

    /// With `stty`, since Swift can't call ioctl.
    func setSize(columns: Int, rows: Int) throws {
        let stty = Process()
        stty.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        stty.arguments = ["stty", "cols", "\(columns)", "rows", "\(rows)"]
        stty.standardInput = FileHandle(fileDescriptor: slave, closeOnDealloc: false)
        try stty.run()
        stty.waitUntilExit()
        try #require(stty.terminationStatus == 0)
    }
}
