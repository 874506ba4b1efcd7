import Foundation
import Libuv
import TaskCore
import TaskProtocol
import TaskQueue
import Testing

@testable import TaskServer

/// How commands are ended before their time, with all that they have started.
struct CommandEndTests {
    @Test func anInterruptionAsksFirst() throws {
        let type = script("trap 'echo asked >&2; exit 0' TERM; echo ready >&2; while :; do sleep 0.01; done")
        let failed = try CommandTrial.failure(of: type) { runner, log in
            if log == "ready\n" { runner.interrupt(.cancelledRunning) }
        }
        #expect(failed.code == .cancelled)
        #expect(failed.errorOutput?.contains("asked\n") == true, "beside a shell's own words")
    }

    @Test func whoDoesNotListenIsKilled() throws {
        let start = ContinuousClock.now
        let type = script("trap '' TERM; echo ready >&2; while :; do sleep 0.01; done")
        let failed = try CommandTrial.failure(of: type, killTime: 50) { runner, _ in runner.interrupt(.cutOff) }
        #expect(failed.code == .shutDown)
        #expect(ContinuousClock.now - start >= .milliseconds(50))
    }

    @Test func theFirstCauseCounts() throws {
        let type = script("trap '' TERM; echo ready >&2; while :; do sleep 0.01; done")
        let failed = try CommandTrial.failure(of: type, killTime: 20) { runner, _ in
            runner.interrupt(.cancelledRunning)
            runner.interrupt(.cutOff)
        }
        #expect(failed.code == .cancelled)
    }

    @Test func aKillNeedNoPatience() throws {
        let start = ContinuousClock.now
        let type = script("trap '' TERM; echo ready >&2; while :; do sleep 0.01; done")
        let failed = try CommandTrial.failure(of: type, killTime: 600_000) { runner, _ in
            runner.interrupt(.cutOff)
            #expect(runner.patience == 600_000)
            runner.kill()
        }
        #expect(failed.code == .shutDown)
        #expect(ContinuousClock.now - start < .seconds(60))
    }

    // MARK: Groups

    /// Nothing of a task runs beside the next one, however long it takes to end.
    @Test func whatIsLeftOfTheGroupIsKilledBeforeTheTaskEnds() throws {
        let ready = NSTemporaryDirectory() + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: ready) }
        // tail holds all that it reads, and a large process is long in ending.
        let ended = try CommandTrial.outcome(
            of: script(
                """
                (head -c 400000000 /dev/zero; mkdir \(ready); exec sleep 600) | tail >/dev/null & \
                until [ -d \(ready) ]; do sleep 0.01; done; echo $!
                """))
        let child = try ended.get().dropLast()
        let status = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)
        #expect(status == nil || status!.contains(") Z "), "it still runs: \(status ?? "")")
    }

    /// All of a group are asked to end, and all have the same time for it.
    @Test func childrenMayEndInTheirTime() throws {
        let type = script(
            "(trap 'sleep 0.2; echo in time >&2; exit' TERM; echo ready >&2; while :; do sleep 0.01; done) & wait")
        let failed = try CommandTrial.failure(of: type) { runner, _ in runner.interrupt(.cancelledRunning) }
        #expect(failed.code == .cancelled)
        #expect(failed.errorOutput?.contains("in time\n") == true, "beside a shell's own words")
    }

    @Test func childrenThatDoNotListenAreKilled() throws {
        let type = script("(trap '' TERM; echo ready >&2; while :; do sleep 0.01; done) & wait")
        let start = ContinuousClock.now
        #expect(
            try CommandTrial.failure(of: type, killTime: 100) { runner, _ in runner.interrupt(.cutOff) }.code
                == .shutDown)
        #expect((.milliseconds(100)..<Duration.seconds(60)).contains(ContinuousClock.now - start))
    }

    /// `timeout` takes a group of its own, as a shell with job control gives its jobs.
    @Test func whatLeftTheGroupIsAskedToo() throws {
        let type = script(
            "timeout 600 sh -c 'trap \"echo asked >&2; exit\" TERM; echo ready >&2; while :; do sleep 0.01; done'; true"
        )
        let failed = try CommandTrial.failure(of: type) { runner, log in
            if log == "ready\n" { runner.interrupt(.cancelledRunning) }
        }
        #expect(failed.errorOutput?.contains("asked\n") == true)
    }

    @Test func whatLeftTheGroupIsKilled() throws {
        // With a group and streams of its own: nothing but the session tells whose it is.
        let ended = try CommandTrial.outcome(
            of: script(
                "timeout 600 sleep 600 >/dev/null 2>&1 & until [ \"$(ps -o comm= --ppid $!)\" = sleep ]; do :; done; echo $!"
            ))
        let child = try ended.get().dropLast()
        let status = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)
        #expect(status == nil || status!.contains(") Z "), "it still runs: \(status ?? "")")
    }

    /// One that starts others all the time can't escape either.
    @Test func whatForksForEverIsKilled() throws {
        let ended = try CommandTrial.outcome(
            of: script(
                "timeout 600 sh -c 'f() { sleep 0.001; f & }; f; sleep 600' >/dev/null 2>&1 & sleep 0.1; echo $$"))
        let session = try ended.get().dropLast()
        let left = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { process in
            guard Int(process) != nil,
                let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
            else { return false }
            let fields = status.split(separator: ")").last?.split(separator: " ") ?? []
            return fields.count > 3 && fields[3] == session && fields[0] != "Z"
        }
        #expect(left == [])
    }

    @Test func aStoppedCommandIsAsked() throws {
        let type = script(
            """
            trap 'echo asked >&2; exit 0' TERM
            (until grep -q '^State:.T' /proc/$$/status; do :; done; echo ready >&2) &
            kill -STOP $$
            """)
        let failed = try CommandTrial.failure(of: type, killTime: 600_000) { runner, log in
            if log == "ready\n" { runner.interrupt(.cancelledRunning) }
        }
        #expect(failed.errorOutput?.contains("asked\n") == true, "beside a shell's own words")
    }
}
