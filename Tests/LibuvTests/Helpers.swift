import CLibuv
import Foundation
import Testing

@testable import Libuv

/// Calls `body` with an empty folder, which is removed afterwards.
func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
}

/// Calls `body` with the ends of a pipe or of a pair of sockets. The children of other tests do not inherit them.
func withPipe<R>(
    ofSockets: Bool = false, _ body: (_ reader: Int32, _ writer: Int32) throws -> R
) throws -> R {
    var ends: [Int32] = [-1, -1]
    try #require((ofSockets ? uv_socketpair(Int32(SOCK_STREAM.rawValue), 0, &ends, 0, 0) : uv_pipe(&ends, 0, 0)) == 0)
    defer { for end in ends { close(end) } }
    return try body(ends[0], ends[1])
}

/// Reads this many bytes, as they come.
func read(_ count: Int, from file: Int32) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count { bytes += try SmallFile.read(upTo: min(7000, count - bytes.count), from: file) }
    return bytes
}

extension EventLoop {
    /// Closes its last handles, and the loop.
    func close(_ handles: Handle...) {
        for handle in handles { handle.close() }
        close()
    }
}
