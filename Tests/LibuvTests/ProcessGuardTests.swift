import Foundation
import Testing

@testable import Libuv

struct ProcessGuardTests {
    /// A guard that only writes down what it is told.
    private func scribe(_ file: String, then end: String = "") -> ChildProcess.Program {
        ChildProcess.Program(["sh", "-c", "while read -r line; do echo \"$line\" >>\(file); \(end)\ndone"])
    }

    private func lines(_ file: String) -> [Substring] {
        ((try? String(contentsOfFile: file, encoding: .utf8)) ?? "").split(separator: "\n")
    }

    private func wait(_ what: String, on loop: EventLoop, until condition: () -> Bool) throws {
        let timer = try Timer(on: loop)
        defer { timer.close() }
        let deadline = loop.preciseNow + 20_000
        func look() { timer.start(after: 5) { look() } }
        look()
        loop.run { condition() || loop.preciseNow > deadline }
        #expect(condition(), "\(what)")
    }

    @Test func itIsToldOfEachGroup() throws {
        prepareProcess()
        let file = NSTemporaryDirectory() + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: file) }
        let loop = try EventLoop()
        let processGuard = try ProcessGuard(scribe(file), on: loop) { _ in Issue.record("lost") }
        processGuard.watch(17)
        processGuard.watch(0)
        try wait("three lines", on: loop) { lines(file) == ["0", "17", "0"] }
        processGuard.close()
        loop.run()
        loop.close()
    }

    @Test func oneThatGoesIsStartedAgainForTheNextGroup() throws {
        prepareProcess()
        let file = NSTemporaryDirectory() + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: file) }
        let loop = try EventLoop()
        var losses = 0
        let processGuard = try ProcessGuard(scribe(file, then: "[ $line = 0 ] || exit"), on: loop) {
            #expect($0 == nil)
            losses += 1
        }
        for group: Int32 in [17, 18] {
            processGuard.watch(group)
            try wait("guard \(group) gone", on: loop) { losses == group - 16 }
        }
        #expect(lines(file) == ["0", "17", "18"])
        processGuard.close()
        loop.run()
        loop.close()
    }
}
