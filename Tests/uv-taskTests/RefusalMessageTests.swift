import TaskCore
import TaskProtocol
import Testing

@testable import uv_task

struct RefusalMessageTests {
    private static func refusal(
        _ code: Refusal.Code, _ limit: String? = nil, _ value: Int? = nil, retryAfter: Int? = nil
    ) -> Refusal {
        var refusal = Refusal(code, "as the server says")
        refusal.limit = limit
        refusal.value = value
        refusal.retryAfter = retryAfter
        return refusal
    }

    private func text(_ refusal: Refusal, of id: TaskID? = nil, options: String = "") -> String {
        RefusalMessage.text(refusal, of: id, options: options)
    }

    @Test func aTaskIsNamedOnce() {
        #expect(
            text(.unknownTask(99), of: 99, options: " --port 4322")
                == "there is no task 99; ids begin anew when the server restarts; uv-task list --port 4322 shows the tasks "
                + "that are kept")
        let expired = "task 7 has ended and is no longer kept; uv-task list shows the tasks that are kept"
        #expect(text(.expired(7), of: 7) == expired)
        #expect(text(Self.refusal(.restarted), of: 7) == "task 7: as the server says; submit the task again")
    }

    @Test(arguments: [
        (refusal(.tooLarge, "max-message", 1 << 20), " (--max-message 1 MiB)"), (refusal(.tooLarge), ""),
        (refusal(.queueFull, "max-queued", 9, retryAfter: 2000), " (--max-queued 9); try again in about 2 s"),
        (
            refusal(.memoryFull, "max-memory", 256 << 20, retryAfter: 1),
            " (--max-memory 256 MiB); try again in less than 1 s"
        ), (refusal(.queueFull, "max\u{1B}"), #" (--max\u{1B})"#),
        (refusal(.draining), "; try again when it runs again"),
        (refusal(.unknownRequest), "; the server may be older than this uv-task"),
        (refusal(Refusal.Code(rawValue: "of a later version")), ""),
    ]) func adviceFollowsTheSentenceOfTheServer(refusal: Refusal, advice: String) {
        #expect(text(refusal) == "as the server says" + advice)
    }

    @Test func aSentenceIsOneLineAndNeverEmpty() {
        let later = Refusal.Code(rawValue: "too_late")
        #expect(text(Refusal(later, "")) == "too_late")
        #expect(text(Refusal(later, "two\nlines\u{7}")) == #"two\u{A}lines\u{7}"#)
        for code in Refusal.Code.all {
            let message = text(Self.refusal(code, "max\n", 5, retryAfter: 5), of: 7)
            #expect(message.contains("as the server says") && !message.utf8.contains(UInt8(ascii: "\n")))
        }
    }

    @Test func namesThatTheSentenceLeavesOut() {
        let names = (1...21).map { "t\($0)" }
        let message = text(.unknownTaskName("x", known: names, nearest: nil), options: " --port 1")
        #expect(message.hasSuffix(", t20, and 1 more; uv-task info --port 1 lists them"))
        #expect(text(.unknownTaskName("x", known: Array(names.dropLast()), nearest: nil)).hasSuffix(", t19, t20"))
    }
}
