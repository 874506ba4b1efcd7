import Foundation
import Testing

/// A pseudo-terminal: the slave is the program's side, the master the side that displays it.
struct Pty {
    private typealias OpenPty =
        @convention(c) (
            UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<CChar>?,
            UnsafeRawPointer?, UnsafeRawPointer?
        ) -> Int32

    let master: Int32
    let slave: Int32

    /// Looks `openpty` up at run time: Swift's Glibc module does not include its header.
    init() throws {
        let openpty = unsafeBitCast(try #require(dlsym(dlopen(nil, RTLD_NOW), "openpty")), to: OpenPty.self)
        var master: Int32 = -1
        var slave: Int32 = -1
        try #require(openpty(&master, &slave, nil, nil, nil) == 0)
        self.master = master
        self.slave = slave
    }

    /// Runs `stty`: Swift cannot call the variadic ioctl. Foundation's `Process` leaks, which sanitizers report.
    func setSize(columns: Int, rows: Int) throws {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
        #else
            var actions = posix_spawn_file_actions_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, slave, 0)
        let command = ["stty", "cols", "\(columns)", "rows", "\(rows)"]
        let arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var child: pid_t = 0
        try #require(posix_spawnp(&child, "stty", &actions, nil, arguments, environ) == 0)
        var status: Int32 = -1
        while waitpid(child, &status, 0) == -1 { try #require(errno == EINTR) }
        try #require(status == 0)
    }
}
