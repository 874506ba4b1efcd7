import Foundation
import Testing

@testable import Libuv

struct SmallFileTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }

    @Test func aFileIsReplacedAndLeavesNoDraft() throws {
        try withFolder { folder in
            try SmallFile.write("4321\n", to: "\(folder)/port")
            try SmallFile.write("пример\n", to: "\(folder)/port")
            #expect(try String(contentsOfFile: "\(folder)/port", encoding: .utf8) == "пример\n")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["port"])
            try SmallFile.remove("\(folder)/port")
            #expect(throws: UVError(code: .noSuchFile, call: "uv_fs_unlink")) {
                try SmallFile.remove("\(folder)/port")
            }
        }
    }

    @Test func aMissingDirectoryIsAnError() throws {
        try withFolder { folder in
            #expect(throws: UVError(code: .noSuchFile, call: "uv_fs_open")) {
                try SmallFile.write("x", to: "\(folder)/none/port")
            }
        }
    }

    @Test func onlyRegularFilesAreReplacedOrRemoved() throws {
        try withFolder { folder in
            let link = "\(folder)/link"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/dev/null")
            #expect(throws: UVError(code: .exists, call: "uv_fs_lstat")) { try SmallFile.write("x", to: link) }
            #expect(throws: UVError(code: .exists, call: "uv_fs_lstat")) { try SmallFile.remove(link) }
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "/dev/null")
        }
    }

    @Test func aDirectoryIsNotReplaced() throws {
        try withFolder { folder in
            try FileManager.default.createDirectory(atPath: "\(folder)/port/x", withIntermediateDirectories: true)
            #expect(throws: UVError.self) { try SmallFile.write("x", to: "\(folder)/port") }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["port"])
        }
    }

    @Test func aFileIsReadUpToTheLimit() throws {
        try withFolder { folder in
            let text = String(repeating: "пример\n", count: 20_000)
            try SmallFile.write(text, to: "\(folder)/file")
            #expect(try SmallFile.read("\(folder)/file", upTo: 1 << 20) == Array(text.utf8))
            #expect(try SmallFile.read("\(folder)/file", upTo: 100_000) == Array(text.utf8.prefix(100_000)))
            #expect(try SmallFile.read("/dev/null", upTo: 1) == [])
            #expect(throws: UVError(code: .noSuchFile, call: "uv_fs_open")) {
                try SmallFile.read("\(folder)/none", upTo: 1)
            }
            #expect(throws: UVError.self) { try SmallFile.read(folder, upTo: 1) }
        }
    }

    @Test func aWriteWaitsForAFullPipe() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        let reader = ends[0]
        let thread = Thread {
            var buffer = [UInt8](repeating: 0, count: 65536)
            while read(reader, &buffer, buffer.count) > 0 {}
            close(reader)
        }
        thread.start()
        try SmallFile.write([UInt8](repeating: 1, count: 1_000_000), to: ends[1])
        close(ends[1])
    }
}
