import Foundation
import TaskCore
import TestServers
import Testing

@testable import TaskServer

/// How commands end, with all processes of their sessions.
///
/// The time until an interrupted command is killed is endless or a millisecond, so that its end tells what ended it.
/// Shells that are asked to end start only short programs: one could miss the signal between `fork` and `exec`.
@Suite(.timeLimit(.minutes(60))) struct CommandEndTests {
    // MARK: Interrupts

    @Test(arguments: [
        "trap 'echo asked >&2; exit 0' TERM; echo ready >&2; while :; do sleep 0.01; done",
        // A stopped command.
        """
        trap 'echo asked >&2; exit 0' TERM
        (until grep -q '^State:.T' /proc/$$/status; do :; done; echo ready >&2) &
        kill -STOP $$
        """,
        // Another process group of the session, as a shell with job control makes them.
        "timeout 1000000 sh -c 'trap \"echo asked >&2; exit\" TERM; echo ready >&2; while :; do sleep 0.01; done'; true",
        // A process that ends later than the first one, whose state is Z then.
        """
        (trap 'until grep -q "^State:.Z" /proc/$$/status; do :; done; echo asked >&2; exit' TERM
        echo ready >&2; while :; do sleep 0.01; done) & wait
        """,
    ]) func anInterruptAsksAllProcessesToEnd(text: String) throws {
        let failure = try TaskTrial.failure(of: script(text)) { $0.run?.interrupt(.cancelledWhileRunning) }
        #expect(failure.code == .cancelled)
        // A shell may add a line of its own.
        #expect(failure.errorOutput?.contains("asked\n") == true)
    }

    @Test(arguments: [
        "trap '' TERM; echo ready >&2; exec sleep 1000000",
        "(trap '' TERM; echo ready >&2; exec sleep 1000000) & wait",
    ]) func whatIgnoresTheInterruptIsKilled(text: String) throws {
        let failure = try TaskTrial.failure(of: script(text), killTime: 1) {
            $0.run?.interrupt(.shutDownWhileRunning)
            $0.run?.interrupt(.cancelledWhileRunning)
        }
        #expect(failure.code == .shutDown, "the first interrupt determines the failure")
    }

    @Test func killEndsAnInterruptedCommandAtOnce() throws {
        let failure = try TaskTrial.failure(of: script("trap '' TERM; echo ready >&2; exec sleep 1000000")) {
            $0.run?.interrupt(.shutDownWhileRunning)
            #expect($0.run?.patience == TaskTrial.endless)
            $0.run?.kill()
        }
        #expect(failure.code == .shutDown)
    }

    @Test(arguments: ["exit 0", "exit 3", "echo done"])
    func whatACommandDoesAfterAnInterruptDoesNotChangeItsFailure(end: String) throws {
        let type = script("trap '\(end); exit' TERM; echo ready >&2; while :; do sleep 0.01; done")
        #expect(try TaskTrial.failure(of: type) { $0.run?.interrupt(.cancelledWhileRunning) }.code == .cancelled)
    }

    // MARK: What a command leaves

    /// Calls `body` with a folder, in which the commands of the test run.
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = temporaryPath()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    @Test(
        arguments: [
            "trap '' TERM; : >ready; exec sleep 1000000",
            // It takes long to end, because tail keeps all of its input in memory.
            "(head -c 100000000 /dev/zero; : >ready; exec sleep 1000000) | tail >/dev/null",
            // It shares the session of the command, but not its group and streams.
            "exec timeout 1000000 sh -c ': >ready; exec sleep 1000000' >/dev/null 2>&1",
            // It forks without end.
            """
            exec timeout 1000000 sh -c '
                f() { [ $1 = 50 ] && : >ready; sleep 0.001; f $(($1 + 1)) & }
                f 0; sleep 1000000' >/dev/null 2>&1
            """,
        ], ["exit 0", "kill -SEGV $$"])
    func theRestOfItsSessionIsKilledBeforeTheTaskEnds(rest: String, end: String) throws {
        try withFolder { folder in
            let text = "(\(rest)) & echo $$ >session; until [ -e ready ]; do sleep 0.01; done; \(end)"
            _ = try TaskTrial.outcome(of: script(text) { $0.directory = folder })
            let session = try String(contentsOfFile: "\(folder)/session", encoding: .utf8).dropLast()
            let members = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { process in
                let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
                let fields = status?.split(separator: ")").last?.split(separator: " ") ?? []
                return fields.count > 3 && fields[3] == session && !["Z", "X"].contains(fields[0])
            }
            #expect(members == [])
        }
    }

    @Test func aProcessThatLeftTheSessionIsNeitherKilledNorWaitedFor() throws {
        try withFolder { folder in
            let type = script(
                """
                setsid sh -c 'echo $$; : >ready; exec sleep 1000000' &
                until [ -e ready ]; do sleep 0.01; done; echo done
                """
            ) { $0.directory = folder }
            let lines = try TaskTrial.outcome(of: type).get().split(separator: "\n")
            #expect(lines.last == "done")
            #expect(kill(try #require(pid_t(lines[0])), SIGKILL) == 0, "it still runs, and holds the pipes")
        }
    }
}
