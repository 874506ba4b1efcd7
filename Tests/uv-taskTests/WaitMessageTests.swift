import ArgumentParser
import TaskClient
import TaskCore
import TaskProtocol
import Testing

@testable import uv_task

struct WaitMessageTests {
    private let results = NextCommand(wantsResults: true)
    private let third = TaskReport.waiting(position: 3, remaining: 9000)

    @Test func aTimeout() {
        #expect(
            WaitMessage.timedOut(7, after: 30_000, third)
                == "task 7 has not ended within 30 s: 3rd in the queue, done in about 9 s")
        #expect(
            WaitMessage.timedOut(7, after: nil, third)
                == "task 7 has not ended when the daemon ended the wait: 3rd in the queue, done in about 9 s")
    }

    @Test func anUnfinishedTask() {
        #expect(
            WaitMessage.unfinished(7, third, results)
                == "task 7 has not finished: waiting, 3rd in the queue, done in about 9 s; "
                + "uv-task result 7 --wait waits for it")
        #expect(
            WaitMessage.unfinished(
                7, TaskReport(state: .waiting), NextCommand(wantsResults: true, options: " --port 4322"))
                == "task 7 has not finished: waiting; uv-task result 7 --wait --port 4322 waits for it")
        #expect(
            WaitMessage.unfinished(7, .running(), results)
                == "task 7 has not finished: running; uv-task result 7 --wait waits for it")
    }

    @Test func aFailedTask() {
        #expect(
            WaitMessage.failed(7, TaskFailure(.failed, "too much"), results)
                == "task 7 ended in error: too much (failed)")
        #expect(WaitMessage.failed(7, nil, results) == "task 7 ended in error")
        var failure = TaskFailure(.exit, "the command exited with status 3")
        failure.errorOutput = "usage: …\nconvert: no such file\n"
        let next = NextCommand(wantsResults: true, isJSON: true, file: "x", options: " --port 4322")
        #expect(
            WaitMessage.failed(7, failure, next)
                == "task 7 ended in error: the command exited with status 3; it said: \"convert: no such file\". "
                + "All it said: uv-task log 7 --port 4322")
    }

    @Test func theNextCommandAsksForTheSame() {
        let instance = InstanceID(rawValue: 0xab)
        #expect(results.call([7]) == "uv-task result 7 --wait")
        #expect(NextCommand().call([7]) == "uv-task wait 7")
        #expect(
            NextCommand(wantsResults: true, instance: instance, isJSON: true, options: " --port 4322").call([7, 9])
                == "uv-task result 7 9 --wait --instance 00000000000000ab --json --port 4322")
        #expect(
            NextCommand(instance: instance, isJSON: true).call((1...11).map { TaskID(rawValue: $0)! })
                == "uv-task wait 1 2 3 4 5 6 7 8 9 10 --instance 00000000000000ab --json")
        let file = NextCommand(wantsResults: true, instance: instance, file: "a b", options: " --port 4322")
        #expect(file.call([7]) == "uv-task result 7 --wait --output 'a b' --instance 00000000000000ab --port 4322")
        #expect(file.fileCall(7) == "uv-task result 7 --output 'a b' --instance 00000000000000ab --port 4322")
        #expect(results.fileCall(7) == "uv-task result 7 --output FILE")
    }

    @Test func wordsOfAShell() {
        #expect(shellWord("a-b.c_1:2%lo/x") == "a-b.c_1:2%lo/x")
        #expect(shellWord("") == "''")
        #expect(shellWord("é") == "'é'")
        #expect(shellWord("it's $x") == #"'it'\''s $x'"#)
    }

    @Test func interruptions() {
        #expect(
            WaitMessage.interrupted([7], unprinted: [7], results)
                == "interrupted; task 7 goes on. To wait for it: uv-task result 7 --wait")
        #expect(
            WaitMessage.interrupted([7, 8, 9], unprinted: [7, 8, 9], NextCommand())
                == "interrupted; 3 tasks go on. To wait for them: uv-task wait 7 8 9")
        #expect(
            WaitMessage.interrupted([7], unprinted: [7, 8], results)
                == "interrupted; task 7 goes on. To get what was not printed: uv-task result 7 8 --wait")
        let twelve = (1...12).map { TaskID(rawValue: $0)! }
        #expect(
            WaitMessage.interrupted(twelve, unprinted: twelve, results)
                == "interrupted; 12 tasks go on. To wait for them (the first 10; 2 more are left): "
                + "uv-task result 1 2 3 4 5 6 7 8 9 10 --wait")
        #expect(WaitMessage.interrupted([], unprinted: [], results) == "interrupted")
    }

    @Test func lostConnections() throws {
        func lost(
            _ tasks: [TaskID], unknownLines: ClosedRange<Int>? = nil,
            _ next: NextCommand = NextCommand(wantsResults: true)
        ) throws -> String {
            let connection = try ConnectionOptions.parse(["--host", "h\n", "--port", "1"])
            let context = try ClientContext(connection, .unused, printsReplies: false)
            return WaitMessage.connectionLost(
                context, .closed, tasks, unprinted: tasks, unknownLines: unknownLines, next)
        }
        let cause = "(the daemon closed the connection)"
        #expect(
            try lost([7]) == #"the connection to h\u{A}:1 was lost while task 7 was waited for \#(cause). "#
                + "If the daemon still runs: uv-task result 7 --wait")
        #expect(
            try lost([7, 8], NextCommand(options: " --port 1"))
                == #"the connection to h\u{A}:1 was lost while 2 tasks were waited for \#(cause). "#
                + "If the daemon still runs: uv-task wait 7 8 --port 1")
        #expect(
            try lost([7], unknownLines: 3...5).contains(
                "was waited for, and it is not known whether lines 3 to 5 were queued \(cause). If the daemon"))
        #expect(try lost([]) == #"the connection to h\u{A}:1 was lost \#(cause)"#)
    }
}
