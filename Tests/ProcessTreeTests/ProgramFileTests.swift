import Foundation
import Libuv
import Testing

@testable import ProcessTree

struct ProgramFileTests {
    /// The folder has `bin/tool`, which is executable, `bin/text`, which is not, and the directory `bin/folder`.
    @Test func anExecutableFileIsFoundByItsPathOrInThePath() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: "\(folder)/bin/folder", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, mode) in [("tool", 0o755), ("text", 0o644)] {
            try SmallFile.write("", to: "\(folder)/bin/\(name)")
            #expect(chmod("\(folder)/bin/\(name)", mode_t(mode)) == 0)
        }
        for (name, path, directory, file) in [
            ("tool", "/none:\(folder)/bin", nil, "\(folder)/bin/tool"), ("tool", "/none:\(folder)", nil, nil),
            ("tool", "bin", folder, "\(folder)/bin/tool"),
            ("tool", "/none:", "\(folder)/bin", "\(folder)/bin/./tool"),
            ("sh", nil, folder, "/bin/sh"), ("", "\(folder)/bin", nil, nil),
            ("\(folder)/bin/tool", "/none", "/none", "\(folder)/bin/tool"),
            ("bin/tool", "/none", folder, "\(folder)/bin/tool"), ("./tool", "\(folder)/bin", folder, nil),
        ] as [(String, String?, String?, String?)] {
            #expect(ProgramFile.find(name, path: path, in: directory) == file)
        }
        for name in ["text", "folder", "none"] {
            #expect(ProgramFile.find(name, path: "\(folder)/bin", in: nil) == nil)
            #expect(ProgramFile.find("\(folder)/bin/\(name)", path: nil, in: nil) == nil)
            #expect(ProgramFile.isDirectory("\(folder)/bin/\(name)") == (name == "folder"))
        }
    }
}
