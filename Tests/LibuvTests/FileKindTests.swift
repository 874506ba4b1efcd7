import Foundation
import Testing

@testable import Libuv

/// What is at a path: `FolderState` and `isOtherThanSocket`.
struct FileKindTests {
    @Test func aFolderIsAbsentClosedOrOpenToOthers() throws {
        try withFolder { folder in
            for (mode, isShared) in [(0o700, false), (0o720, true), (0o1777, true)] as [(mode_t, Bool)] {
                chmod(folder, mode)
                #expect(FolderState(of: folder) == .present(isShared: isShared, isOwn: true))
            }
            try SmallFile.write("", to: folder + "/file")
            for name in ["none", "file", "file/none"] { #expect(FolderState(of: "\(folder)/\(name)") == .absent) }
            guard case .unknown = FolderState(of: folder + "/" + String(repeating: "x", count: 300)) else {
                Issue.record("a name that the system refuses is not known to be absent")
                return
            }
        }
    }

    @Test func onlyWhatIsThereIsOtherThanASocket() throws {
        try withFolder { folder in
            try SmallFile.write("", to: folder + "/file")
            #expect(isOtherThanSocket(folder) && isOtherThanSocket(folder + "/file"))
            #expect(!isOtherThanSocket(folder + "/none") && !isOtherThanSocket(folder + "/file/none"))
            let loop = try EventLoop()
            let endpoint = Endpoint.unix(path: folder + "/socket")
            let listener = try Listener(on: loop, endpoint: endpoint, backlog: 1) { _ in }
            #expect(!isOtherThanSocket(folder + "/socket"))
            loop.close(listener)
        }
    }
}
