import Foundation
import Libuv
import Testing

@testable import ProcessTree

@Suite(.timeLimit(.minutes(60))) struct ProcessGuardTests {
    /// Calls `body` with a loop, and the path of a file that does not exist.
    private func withLoop(_ body: (EventLoop, String) throws -> Void) throws {
        prepareProcess()
        let file = NSTemporaryDirectory() + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: file) }
        let loop = try EventLoop()
        try body(loop, file)
        loop.run()
        loop.close()
    }

    /// A guard that only records its messages in a file.
    private func recorder(_ file: String, then end: String = "") -> ChildProcess.Program {
        ChildProcess.Program(["sh", "-c", "while read -r line; do echo \"$line\" >>\(file); \(end)\ndone"])
    }

    private func lines(_ file: String) -> [Substring] {
        ((try? String(contentsOfFile: file, encoding: .utf8)) ?? "").split(separator: "\n")
    }

    /// Runs the loop until the condition holds. Polls: perhaps no event of the loop tells it.
    private func wait(on loop: EventLoop, until condition: () -> Bool) throws {
        let timer = try Timer(on: loop)
        defer { timer.close() }
        func poll() { timer.start(after: 5, poll) }
        poll()
        loop.run(until: condition)
    }

    /// Runs a script to its end.
    private func run(
        _ script: String, _ processGuard: ProcessGuard, on loop: EventLoop
    ) throws -> (session: Int32, end: ChildProcess.End?) {
        var end: ChildProcess.End?
        let process = try ChildProcess(
            ChildProcess.Program(["sh", "-c", script]), on: loop, guardedBy: processGuard
        ) { end = $0 }
        loop.run { end != nil }
        let session = process.session.identifier
        process.close()
        return (session, end)
    }

    @Test func theGuardLearnsOfEachSession() throws {
        try withLoop { loop, file in
            let processGuard = try ProcessGuard(recorder(file), on: loop) { _ in Issue.record("lost") }
            processGuard.sessionDidEnd()
            // The announcement comes before exec, so the program itself can wait for it.
            let script = "until grep -q $$ \(file); do :; done 2>/dev/null"
            let sessions = try (1...2).map { _ in try run(script, processGuard, on: loop).session }
            processGuard.sessionDidEnd()
            processGuard.sessionDidEnd()
            try wait(on: loop) { lines(file) == ["\(sessions[0])", "\(sessions[1])", "0"] }
            #expect(throws: UVError.self) {
                _ = try ChildProcess(ChildProcess.Program(["/nowhere"]), on: loop, guardedBy: processGuard) { _ in }
            }
            try wait(on: loop) { lines(file).count == 5 && lines(file).last == "0" }
            processGuard.close()
        }
    }

    @Test func anEndedGuardIsReplacedAndLearnsOfTheSession() throws {
        try withLoop { loop, file in
            var losses = 0
            // The first guard ends at its first message. Its successor gets the session, which has not ended.
            let program = recorder(file, then: "[ $(wc -l <\(file)) -gt 1 ] || exit")
            let processGuard = try ProcessGuard(program, on: loop) {
                #expect($0 == nil)
                losses += 1
            }
            let session = try run("true", processGuard, on: loop).session
            try wait(on: loop) { lines(file) == ["\(session)", "\(session)"] }
            #expect(losses == 1)
            processGuard.close()
        }
    }

    @Test func aGuardWhoseEndIsNotNoticedYetDoesNoHarm() throws {
        try withLoop { loop, _ in
            let processGuard = try ProcessGuard(ChildProcess.Program(["true"]), on: loop) { _ in }
            // The guard ends, and its pipe has no reader, but the loop does not run yet.
            while processGuard.hasReader { sched_yield() }
            #expect(try run("exit 7", processGuard, on: loop).end == .exited(status: 7))
            processGuard.close()
        }
    }

    @Test func commandsRunIfTheGuardCannotBeReplaced() throws {
        try withLoop { loop, file in
            // A link to a program: a file that this process writes is busy while a child of another test, which inherited
            // its descriptor, has not reached `exec`.
            try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: "/bin/sh")
            var losses: [UVError?] = []
            let program = ChildProcess.Program([file, "-c", "exit"])
            let processGuard = try ProcessGuard(program, on: loop) { losses.append($0) }
            try FileManager.default.removeItem(atPath: file)
            loop.run { !losses.isEmpty }
            for status in [3, 4] {
                #expect(try run("exit \(status)", processGuard, on: loop).end == .exited(status: status))
            }
            #expect(losses.map { $0?.code } == [nil, .noSuchFile], "reported once")
            processGuard.close()
        }
    }
}

extension ProcessGuard {
    /// Whether a message still has a reader.
    fileprivate var hasReader: Bool {
        var pipe = pollfd(fd: process?.input.descriptor ?? -1, events: 0, revents: 0)
        return poll(&pipe, 1, 0) == 0
    }
}
