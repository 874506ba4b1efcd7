import Foundation
import Libuv
import Testing

@testable import ProcessTree

struct ProgramFileTests {
    /// Creates a folder with `bin/tool`, which is executable, `bin/text`, which is not, and the directory `bin/folder`.
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: "\(folder)/bin/folder", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, mode) in [("tool", 0o755), ("text", 0o644)] {
            let isMade = FileManager.default.createFile(
                atPath: "\(folder)/bin/\(name)", contents: nil, attributes: [.posixPermissions: mode])
            #expect(isMade)
        }
        try body(folder)
    }

    @Test func aNameIsLookedUpInThePath() throws {
        try withFolder { folder in
            #expect(ProgramFile.find("tool", path: "/none:\(folder)/bin", in: nil) == "\(folder)/bin/tool")
            #expect(ProgramFile.find("tool", path: "/none:\(folder)", in: nil) == nil)
            #expect(ProgramFile.find("tool", path: "bin", in: folder) == "\(folder)/bin/tool")
            #expect(ProgramFile.find("tool", path: "/none:", in: "\(folder)/bin") == "\(folder)/bin/./tool")
            #expect(ProgramFile.find("sh", path: nil, in: folder) == "/bin/sh")
            #expect(ProgramFile.find("", path: "\(folder)/bin", in: nil) == nil)
        }
    }

    @Test func aPathIsNotLookedUp() throws {
        try withFolder { folder in
            #expect(ProgramFile.find("\(folder)/bin/tool", path: "/none", in: "/none") == "\(folder)/bin/tool")
            #expect(ProgramFile.find("bin/tool", path: "/none", in: folder) == "\(folder)/bin/tool")
            #expect(ProgramFile.find("./tool", path: "\(folder)/bin", in: folder) == nil)
        }
    }

    @Test func onlyExecutableRegularFilesAreFound() throws {
        try withFolder { folder in
            for name in ["text", "folder", "none"] {
                #expect(ProgramFile.find(name, path: "\(folder)/bin", in: nil) == nil)
                #expect(ProgramFile.find("\(folder)/bin/\(name)", path: nil, in: nil) == nil)
            }
        }
    }

    @Test func onlyDirectoriesAreDirectories() throws {
        try withFolder { folder in
            #expect(ProgramFile.isDirectory("\(folder)/bin"))
            #expect(!ProgramFile.isDirectory("\(folder)/bin/tool"))
            #expect(!ProgramFile.isDirectory("\(folder)/none"))
        }
    }
}
