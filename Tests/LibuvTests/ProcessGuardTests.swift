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

    private func run(_ script: String, _ processGuard: ProcessGuard, on loop: EventLoop) throws -> Int32 {
        var hasEnded = false
        let process = try ChildProcess(
            ChildProcess.Program(["sh", "-c", script]), on: loop, guardedBy: processGuard
        ) { _ in hasEnded = true }
        loop.run { hasEnded }
        let group = process.session.identifier
        process.close()
        return group
    }

    @Test func itIsToldOfEachGroup() throws {
        prepareProcess()
        let file = NSTemporaryDirectory() + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: file) }
        let loop = try EventLoop()
        let processGuard = try ProcessGuard(scribe(file), on: loop) { _ in Issue.record("lost") }
        processGuard.endWatching()
        // By itself, before it runs: the program sees what the guard was told.
        let script = "until grep -q $$ \(file); do :; done 2>/dev/null"
        let groups = [try run(script, processGuard, on: loop), try run(script, processGuard, on: loop)]
        processGuard.endWatching()
        processGuard.endWatching()
        try wait("three lines", on: loop) { lines(file) == ["\(groups[0])", "\(groups[1])", "0"] }
        #expect(throws: UVError.self) {
            _ = try ChildProcess(ChildProcess.Program(["/nowhere"]), on: loop, guardedBy: processGuard) { _ in }
        }
        try wait("two more", on: loop) { lines(file).count == 5 && lines(file).last == "0" }
        processGuard.close()
        loop.run()
        loop.close()
    }

    @Test func oneThatGoesIsReplaced() throws {
        prepareProcess()
        let file = NSTemporaryDirectory() + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: file) }
        let loop = try EventLoop()
        var losses = 0
        // The first goes at the first word, at once; the next one is told of the group that runs.
        let program = scribe(file, then: "[ $(wc -l <\(file)) -gt 1 ] || exit")
        let processGuard = try ProcessGuard(program, on: loop) {
            #expect($0 == nil)
            losses += 1
        }
        let group = try run("sleep 0.1", processGuard, on: loop)
        try wait("both told", on: loop) { lines(file) == ["\(group)", "\(group)"] }
        #expect(losses == 1)
        processGuard.close()
        loop.run()
        loop.close()
    }

    /// Nobody reads what the process has to tell.
    @Test func oneThatHasGoneUnnoticedHurtsNobody() throws {
        prepareProcess()
        let loop = try EventLoop()
        let processGuard = try ProcessGuard(ChildProcess.Program(["true"]), on: loop) { _ in }
        let deadline = ContinuousClock.now + .seconds(60)
        // Ended, though the loop has not seen it: its pipe has no reader.
        while processGuard.canBeTold, ContinuousClock.now < deadline { usleep(1000) }
        var end: ChildProcess.End?
        let process = try ChildProcess(
            ChildProcess.Program(["sh", "-c", "exit 7"]), on: loop, guardedBy: processGuard
        ) { end = $0 }
        loop.run { end != nil }
        #expect(end == .exited(status: 7))
        process.close()
        processGuard.close()
        loop.run()
        loop.close()
    }

    @Test func oneThatCannotBeReplacedHurtsNobody() throws {
        prepareProcess()
        let file = NSTemporaryDirectory() + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: file) }
        try "#!/bin/sh\nexit 0\n".write(toFile: file, atomically: false, encoding: .utf8)
        chmod(file, 0o755)
        let loop = try EventLoop()
        var losses: [UVError?] = []
        let processGuard = try ProcessGuard(ChildProcess.Program([file]), on: loop) { losses.append($0) }
        try FileManager.default.removeItem(atPath: file)
        loop.run { !losses.isEmpty }
        for status in [3, 4] {
            var end: ChildProcess.End?
            let process = try ChildProcess(
                ChildProcess.Program(["sh", "-c", "exit \(status)"]), on: loop, guardedBy: processGuard
            ) { end = $0 }
            loop.run { end != nil }
            #expect(end == .exited(status: status))
            process.close()
        }
        #expect(losses.map { $0?.code } == [nil, .noSuchFile], "told once")
        processGuard.close()
        loop.run()
        loop.close()
    }
}

extension ProcessGuard {
    /// Whether somebody may still read what it is told.
    fileprivate var canBeTold: Bool { (try? process?.input.write([UInt8(ascii: "\n")].span)) != nil }
}
