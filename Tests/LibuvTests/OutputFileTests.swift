import Foundation
import Testing

@testable import Libuv

struct OutputFileTests {
    private let bytes: [UInt8] = [0, 0xFF, 0x0A, 0x61]

    private func content(_ path: String) -> [UInt8]? { FileManager.default.contents(atPath: path).map(Array.init) }

    private func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    @Test func aNewFileHasTheModeThatTheUmaskAllows() throws {
        try withFolder { folder in
            close(open("\(folder)/usual", O_WRONLY | O_CREAT, 0o666))
            try OutputFile.check("\(folder)/out")
            #expect(try names(in: folder) == ["usual"])
            try OutputFile.write(bytes, to: "\(folder)/out")
            #expect(content("\(folder)/out") == bytes)
            #expect(try mode(of: "\(folder)/out") == mode(of: "\(folder)/usual"))
            #expect(try names(in: folder) == ["out", "usual"])
        }
    }

    @Test(arguments: [0o600, 0o640, 0o755, 0o444]) func aReplacedFileKeepsItsMode(mode: mode_t) throws {
        try withFolder { folder in
            try OutputFile.write([1, 2, 3, 4, 5, 6], to: "\(folder)/out")
            #expect(chmod("\(folder)/out", mode) == 0)
            try OutputFile.check("\(folder)/out")
            try OutputFile.write(bytes, to: "\(folder)/out")
            #expect(content("\(folder)/out") == bytes)
            #expect(try self.mode(of: "\(folder)/out") == mode)
            #expect(try names(in: folder) == ["out"])
        }
    }

    private func mode(of path: String) throws -> mode_t? {
        (try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int).map(mode_t.init)
    }

    @Test func aLinkIsFollowedAndKept() throws {
        try withFolder { folder in
            try OutputFile.write([1], to: "\(folder)/file")
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "file")
            try OutputFile.check("\(folder)/link")
            try OutputFile.write(bytes, to: "\(folder)/link")
            #expect(content("\(folder)/file") == bytes)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/link") == "file")
            // A dangling link is neither followed nor replaced.
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/lost", withDestinationPath: "none")
            #expect(throws: UVError(code: .exists, call: "uv_fs_lstat")) { try OutputFile.check("\(folder)/lost") }
            #expect(throws: UVError(code: .exists, call: "uv_fs_lstat")) {
                try OutputFile.write(bytes, to: "\(folder)/lost")
            }
            #expect(try names(in: folder) == ["file", "link", "lost"])
        }
    }

    @Test func aDeviceOrPipeIsWrittenToDirectly() throws {
        try OutputFile.check("/dev/null")
        try OutputFile.write(bytes, to: "/dev/null")
        try withFolder { folder in
            #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
            let reader = open("\(folder)/pipe", O_RDWR)
            defer { close(reader) }
            try OutputFile.check("\(folder)/pipe")
            try OutputFile.write(bytes, to: "\(folder)/pipe")
            #expect(try SmallFile.read(upTo: 10, from: reader) == bytes)
            #expect(try names(in: folder) == ["pipe"])
        }
    }

    @Test(arguments: [false, true]) func anImpossiblePathIsAnErrorAndLeavesNothing(isOnlyChecked: Bool) throws {
        func use(_ path: String) throws(UVError) {
            if isOnlyChecked { try OutputFile.check(path) } else { try OutputFile.write(bytes, to: path) }
        }
        try withFolder { (folder) throws in
            #expect(throws: UVError(code: .noSuchFile, call: "uv_fs_open")) { try use("\(folder)/none/out") }
            #expect(throws: UVError(code: .isDirectory, call: "uv_fs_stat")) { try use(folder) }
            #expect(throws: UVError.self) { try use("\(folder)/\(String(repeating: "x", count: 300))") }
            let left = try names(in: folder)
            #expect(left == [])
        }
    }
}
