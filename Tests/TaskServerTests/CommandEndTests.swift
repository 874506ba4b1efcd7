import Foundation
import Libuv
import TaskCore
import Testing

@testable import TaskServer

/// How commands are ended early, with all processes of their sessions.
struct CommandEndTests {
    @Test func anInterruptAsksTheCommandToEnd() throws {
        let type = script("trap 'echo asked >&2; exit 0' TERM; echo ready >&2; while :; do sleep 0.01; done")
        let failure = try CommandTrial.failure(of: type) { runner, log in
            if log == "ready\n" { runner.run?.interrupt(.testCancel) }
        }
        #expect(failure.code == .cancelled)
        // A shell may add a line of its own.
        #expect(failure.errorOutput?.contains("asked\n") == true)
    }

    @Test func aCommandThatIgnoresTheInterruptIsKilled() throws {
        let type = script("trap '' TERM; echo ready >&2; while :; do sleep 0.01; done")
        let failure = try CommandTrial.failure(of: type, killTime: 50) { runner, _ in
            runner.run?.interrupt(.testShutDown)
        }
        #expect(failure.code == .shutDown)
    }

    @Test func theFirstInterruptDeterminesTheFailure() throws {
        let type = script("trap '' TERM; echo ready >&2; while :; do sleep 0.01; done")
        let failure = try CommandTrial.failure(of: type, killTime: 20) { runner, _ in
            runner.run?.interrupt(.testCancel)
            runner.run?.interrupt(.testShutDown)
        }
        #expect(failure.code == .cancelled)
    }

    @Test(.timeLimit(.minutes(1))) func killEndsAnInterruptedCommandAtOnce() throws {
        let type = script("trap '' TERM; echo ready >&2; while :; do sleep 0.01; done")
        let failure = try CommandTrial.failure(of: type, killTime: 600_000) { runner, _ in
            runner.run?.interrupt(.testShutDown)
            #expect(runner.run?.patience == 600_000)
            runner.run?.kill()
        }
        #expect(failure.code == .shutDown)
    }

    @Test func aStoppedCommandIsResumedToEnd() throws {
        let type = script(
            """
            trap 'echo asked >&2; exit 0' TERM
            (until grep -q '^State:.T' /proc/$$/status; do :; done; echo ready >&2) &
            kill -STOP $$
            """)
        let failure = try CommandTrial.failure(of: type, killTime: 600_000) { runner, log in
            if log == "ready\n" { runner.run?.interrupt(.testCancel) }
        }
        #expect(failure.errorOutput?.contains("asked\n") == true)
    }

    // MARK: Sessions

    /// The rest of a command is killed, and the task does not end before it, even if that takes long.
    @Test func theTaskEndsAfterAllProcessesOfItsSession() throws {
        let ready = NSTemporaryDirectory() + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: ready) }
        // tail holds all of its input. A process with much memory takes long to end.
        let outcome = try CommandTrial.outcome(
            of: script(
                """
                (head -c 400000000 /dev/zero; mkdir \(ready); exec sleep 600) | tail >/dev/null & \
                until [ -d \(ready) ]; do sleep 0.01; done; echo $!
                """))
        #expect(!isRunning(try outcome.get().dropLast()))
    }

    @Test func childrenMayEndWithinTheKillTime() throws {
        let type = script(
            "(trap 'sleep 0.2; echo in time >&2; exit' TERM; echo ready >&2; while :; do sleep 0.01; done) & wait")
        let failure = try CommandTrial.failure(of: type) { runner, _ in runner.run?.interrupt(.testCancel) }
        #expect(failure.code == .cancelled)
        #expect(failure.errorOutput?.contains("in time\n") == true)
    }

    @Test(.timeLimit(.minutes(1))) func childrenThatIgnoreTheInterruptAreKilled() throws {
        let type = script("(trap '' TERM; echo ready >&2; while :; do sleep 0.01; done) & wait")
        let failure = try CommandTrial.failure(of: type, killTime: 100) { runner, _ in
            runner.run?.interrupt(.testShutDown)
        }
        #expect(failure.code == .shutDown)
    }

    /// `timeout` creates a process group, as a shell with job control does.
    @Test func anInterruptReachesOtherProcessGroupsOfTheSession() throws {
        let type = script(
            "timeout 600 sh -c 'trap \"echo asked >&2; exit\" TERM; echo ready >&2; while :; do sleep 0.01; done'; true"
        )
        let failure = try CommandTrial.failure(of: type) { runner, log in
            if log == "ready\n" { runner.run?.interrupt(.testCancel) }
        }
        #expect(failure.errorOutput?.contains("asked\n") == true)
    }

    @Test func otherProcessGroupsOfTheSessionAreKilled() throws {
        // Its process group and its streams differ from the command's; only the session is the same.
        let outcome = try CommandTrial.outcome(
            of: script(
                "timeout 600 sleep 600 >/dev/null 2>&1 & until [ \"$(ps -o comm= --ppid $!)\" = sleep ]; do :; done; echo $!"
            ))
        #expect(!isRunning(try outcome.get().dropLast()))
    }

    @Test func processesThatForkWithoutEndAreKilled() throws {
        let outcome = try CommandTrial.outcome(
            of: script(
                "timeout 600 sh -c 'f() { sleep 0.001; f & }; f; sleep 600' >/dev/null 2>&1 & sleep 0.1; echo $$"))
        let session = try outcome.get().dropLast()
        let remaining = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { process in
            guard Int(process) != nil,
                let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
            else { return false }
            let fields = status.split(separator: ")").last?.split(separator: " ") ?? []
            return fields.count > 3 && fields[3] == session && fields[0] != "Z"
        }
        #expect(remaining == [])
    }
}
