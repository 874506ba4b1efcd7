import Foundation
import Libuv
import Testing

@testable import ProcessTree

struct ProcessGuardTests {
    /// A guard that only records its messages in a file.
    private func recorder(_ file: String, then end: String = "") -> ChildProcess.Program {
        ChildProcess.Program(["sh", "-c", "while read -r line; do echo \"$line\" >>\(file); \(end)\ndone"])
    }

    private func lines(_ file: String) -> [Substring] {
        ((try? String(contentsOfFile: file, encoding: .utf8)) ?? "").split(separator: "\n")
    }

    private func wait(_ event: String, on loop: EventLoop, until condition: () -> Bool) throws {
        let timer = try Timer(on: loop)
        defer { timer.close() }
        let deadline = loop.preciseNow + 60_000
        func poll() { timer.start(after: 5, poll) }
        poll()
        loop.run { condition() || loop.preciseNow > deadline }
        #expect(condition(), "\(event)")
    }

    private func run(_ script: String, _ processGuard: ProcessGuard, on loop: EventLoop) throws -> Int32 {
        var hasEnded = false
        let process = try ChildProcess(
            ChildProcess.Program(["sh", "-c", script]), on: loop, guardedBy: processGuard
        ) { _ in hasEnded = true }
        loop.run { hasEnded }
        let session = process.session.identifier
        process.close()
        return session
    }

    @Test func theGuardLearnsOfEachSession() throws {
        prepareProcess()
        let file = NSTemporaryDirectory() + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: file) }
        let loop = try EventLoop()
        let processGuard = try ProcessGuard(recorder(file), on: loop) { _ in Issue.record("lost") }
        processGuard.sessionDidEnd()
        // The announcement comes before exec, so the program itself can wait for it.
        let script = "until grep -q $$ \(file); do :; done 2>/dev/null"
        let sessions = [try run(script, processGuard, on: loop), try run(script, processGuard, on: loop)]
        processGuard.sessionDidEnd()
        processGuard.sessionDidEnd()
        try wait("three lines", on: loop) { lines(file) == ["\(sessions[0])", "\(sessions[1])", "0"] }
        #expect(throws: UVError.self) {
            _ = try ChildProcess(ChildProcess.Program(["/nowhere"]), on: loop, guardedBy: processGuard) { _ in }
        }
        try wait("two more", on: loop) { lines(file).count == 5 && lines(file).last == "0" }
        processGuard.close()
        loop.run()
        loop.close()
    }

    @Test func anEndedGuardIsReplacedAndLearnsOfTheSession() throws {
        prepareProcess()
        let file = NSTemporaryDirectory() + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: file) }
        let loop = try EventLoop()
        var losses = 0
        // The first guard ends at its first message. Its successor gets the running session.
        let program = recorder(file, then: "[ $(wc -l <\(file)) -gt 1 ] || exit")
        let processGuard = try ProcessGuard(program, on: loop) {
            #expect($0 == nil)
            losses += 1
        }
        let session = try run("sleep 0.1", processGuard, on: loop)
        try wait("both guards", on: loop) { lines(file) == ["\(session)", "\(session)"] }
        #expect(losses == 1)
        processGuard.close()
        loop.run()
        loop.close()
    }

    /// The announcement has no reader then.
    @Test func aGuardWhoseEndIsNotNoticedYetDoesNoHarm() throws {
        prepareProcess()
        let loop = try EventLoop()
        let processGuard = try ProcessGuard(ChildProcess.Program(["true"]), on: loop) { _ in }
        let deadline = ContinuousClock.now + .seconds(60)
        // The guard has ended and its pipe has no reader, but the loop has not run yet.
        while processGuard.hasReader, ContinuousClock.now < deadline { sched_yield() }
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

    @Test func commandsRunIfTheGuardCannotBeReplaced() throws {
        prepareProcess()
        let file = NSTemporaryDirectory() + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: file) }
        // A link to a program: a file that this process writes is busy while a child of another test, which inherited its
        // descriptor, has not reached `exec`.
        try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: "/bin/sh")
        let loop = try EventLoop()
        var losses: [UVError?] = []
        let processGuard = try ProcessGuard(ChildProcess.Program([file, "-c", "exit"]), on: loop) { losses.append($0) }
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
        #expect(losses.map { $0?.code } == [nil, .noSuchFile], "reported once")
        processGuard.close()
        loop.run()
        loop.close()
    }
}

extension ProcessGuard {
    /// Whether a message still has a reader.
    fileprivate var hasReader: Bool { (try? process?.input.write([UInt8(ascii: "\n")].span)) != nil }
}
