import Foundation
import Testing

@testable import Libuv

/// A folder of its own for each test, with a loop.
private final class Place {
    let loop: EventLoop
    let folder: String
    private var handles: [Handle] = []

    var path: String { folder + "/socket" }
    var lock: String { path + ".lock" }

    init() throws {
        loop = try EventLoop()
        folder = "/tmp/uv-task-test-\(randomBits())"
        #expect(mkdir(folder, 0o700) == 0)
    }

    /// A listener that no `SocketFile` knows of.
    func listener(backlog: Int = 1, at path: String? = nil) throws -> Listener {
        let listener = try Listener(on: loop, endpoint: .unix(path: path ?? self.path), backlog: backlog) { _ in }
        handles.append(listener)
        return listener
    }

    /// Binds without listening.
    func bind() throws {
        handles.append(try Listener(on: loop, boundTo: .unix(path: path)) { _ in })
    }

    /// Connects as often as the backlog allows.
    func fillBacklog() throws {
        while true {
            let client = try SocketStream(on: loop)
            handles.append(client)
            do throws(UVError) {
                try client.connect(to: .unix(path: path)) { _ in }
            } catch {
                #expect(error.code == .tryAgain)
                return
            }
        }
    }

    func failure(at path: String? = nil) -> SocketFile.Failure? {
        #expect(throws: SocketFile.Failure.self) { _ = try SocketFile(path ?? self.path) }
    }

    /// The type and the permissions of a file, by default of the socket; nil if there is none.
    func mode(of path: String? = nil) -> mode_t? {
        var status = stat()
        return lstat(path ?? self.path, &status) == 0 ? status.st_mode : nil
    }

    func end() {
        for handle in handles { handle.close() }
        loop.close()
        try? FileManager.default.removeItem(atPath: folder)
    }
}

private let socket600 = S_IFSOCK | 0o600

struct SocketFileTests {
    @Test func onlyOneServerHasAPath() throws {
        let place = try Place()
        let first = try SocketFile(place.path)
        #expect(place.failure() == .isServed)
        first.release()
        first.release()
        try SocketFile(place.path).release()
        #expect(place.mode(of: place.lock) == S_IFREG | 0o600, "the lock's file stays, and nobody else can lock it")
        place.end()
    }

    @Test func aSocketThatRefusesConnectionsIsReplaced() throws {
        let place = try Place()
        try place.bind()
        #expect(place.mode() != nil)
        let file = try SocketFile(place.path)
        #expect(place.mode() == nil)
        file.release()
        place.end()
    }

    /// Its server has no lock: it is another program, or its lock's file was removed.
    @Test(arguments: [false, true]) func aSocketThatIsServedStays(isBusy: Bool) throws {
        let place = try Place()
        _ = try place.listener()
        if isBusy { try place.fillBacklog() }
        #expect(place.failure() == .isServed)
        #expect(place.mode() != nil)
        place.end()
    }

    @Test func whatIsNoSocketStays() throws {
        let place = try Place()
        for make in [
            { close(open($0, O_CREAT | O_WRONLY, 0o600)) }, { mkdir($0, 0o700) }, { symlink("/nowhere", $0) },
            { mkfifo($0, 0o600) },
        ] as [(String) -> Int32] {
            #expect(make(place.path) == 0)
            let before = place.mode()
            #expect(place.failure() == .isNoSocket)
            #expect(before != nil && place.mode() == before)
            unlink(place.path)
            rmdir(place.path)
        }
        place.end()
    }

    /// Someone else may have put it there: opening it would create or lock a file elsewhere.
    @Test func aLockThatIsALinkIsNotFollowed() throws {
        let place = try Place()
        #expect(symlink(place.folder + "/other", place.lock) == 0)
        #expect(place.failure() == .cannotLock(UVError(systemError: ELOOP, call: "uv_fs_open")))
        #expect(place.mode(of: place.folder + "/other") == nil)
        place.end()
    }

    @Test(arguments: [(0o770, false), (0o707, false), (0o1777, true), (0o755, true)] as [(mode_t, Bool)])
    func noOtherUserMayBeAbleToReplaceTheSocket(mode: mode_t, isSafe: Bool) throws {
        let place = try Place()
        #expect(chmod(place.folder, mode) == 0)
        if isSafe { _ = try SocketFile(place.path) } else { #expect(place.failure() == .folderIsShared) }
        place.end()
    }

    @Test func aPathMayHaveAsManyBytesAsTheSystemTakes() throws {
        let place = try Place()
        let name = String(repeating: "x", count: Endpoint.longestPath - place.folder.utf8.count - 1)
        let longest = "\(place.folder)/\(name)"
        let file = try SocketFile(longest)
        #expect(try place.listener(at: longest).endpoint == .unix(path: longest))
        try file.setAccess(mode: 0o600, group: nil)
        file.release()
        #expect(place.mode(of: longest) == nil)
        #expect(place.failure(at: longest + "x") == .pathTooLong(bytes: Endpoint.longestPath + 1))
        let missing = UVError(code: .noSuchFile, call: "uv_fs_open")
        #expect(place.failure(at: place.folder + "/none/socket") == .cannotLock(missing))
        #expect(place.failure(at: "") == .cannotReplace(UVError(code: .noSuchFile, call: "bind")))
        place.end()
    }

    // MARK: The bound socket

    @Test func aNewSocketIsPrivateUntilItsModeIsSet() throws {
        let place = try Place()
        let file = try SocketFile(place.path)
        try place.bind()
        #expect(place.mode() == socket600)
        for mode: UInt16 in [0o600, 0o660, 0o666, 0o200] {
            try file.setAccess(mode: mode, group: getegid())
            #expect(place.mode() == S_IFSOCK | mode_t(mode))
        }
        file.release()
        #expect(place.mode() == nil)
        place.end()
    }

    @Test func onlyTheOwnSocketIsRemoved() throws {
        let place = try Place()
        let file = try SocketFile(place.path)
        #expect(throws: UVError(code: .noSuchFile, call: "lstat")) { try file.setAccess(mode: 0o600, group: nil) }
        try place.bind()
        try file.setAccess(mode: 0o600, group: nil)
        unlink(place.path)
        try place.bind()
        file.release()
        #expect(place.mode() == socket600, "the socket of another server")
        place.end()
    }
}
