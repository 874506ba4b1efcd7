import TaskCore
import TaskProtocol
import Testing

@testable import uv_task

struct OriginalFormTests {
    private let four = TaskID(rawValue: 4)!

    /// The lines of the original specification.
    @Test func whatItPrints() {
        #expect(OriginalForm.submitted("revers", four) == "Task [revers] added to the queue. Task id is #4\n")
        #expect(OriginalForm.status(four, .success) == "Status of task #4: success\n")
        #expect(
            OriginalForm.result(four, .success, "волс хикьлоксен зи еинежолдерп")
                == "Result of task #4: волс хикьлоксен зи еинежолдерп\nStatus: success\n")
        #expect(
            OriginalForm.awaitedResult("revers", .success, "olleh")
                == "Result of task [revers]: olleh\nStatus: success\n")
    }

    @Test func aResultThatIsNotThereIsNone() {
        #expect(OriginalForm.result(four, .waiting, nil) == "Result of task #4: None\nStatus: waiting\n")
        #expect(OriginalForm.awaitedResult("x", .error, nil) == "Result of task [x]: None\nStatus: error\n")
        #expect(OriginalForm.result(four, .success, "") == "Result of task #4: \nStatus: success\n")
    }

    @Test func whatGoesWrongIsInTheOriginalsWordsWithWhatWasSeen() {
        #expect(OriginalForm.Failure.status(id: "99").line("x") == "ERROR: failed to get task status. Task #99 (x)\n")
        #expect(OriginalForm.Failure.result(id: "99").line("x") == "ERROR: failed to get task result. Task #99 (x)\n")
        #expect(OriginalForm.Failure.start(taskName: "n").line("x") == "ERROR: failed to start task n (x)\n")
        #expect(
            OriginalForm.Failure.completion(taskName: "n").line("x") == "ERROR: failed to complete the task n (x)\n")
    }

    @Test func aCallThatMakesNoSense() {
        #expect(
            OriginalForm.Misuse.notAnInteger("x").line == "ERROR: incorrect value of data [x]. Integer type expected.\n"
        )
        #expect(OriginalForm.Misuse.unknownAction("x").line.hasPrefix("ERROR: unknown action x"))
        #expect(OriginalForm.Misuse.notAnInteger("x").exit == .usage)
        #expect(OriginalForm.Misuse.noAction.exit == .usage)
    }

    @Test func anIDIsAnIntegerAndATasks() throws {
        #expect(try OriginalForm.taskID("4", for: .status(id: "4")) == four)
        for text in ["", "x", "4.0", " 4", "0x4", "-", "4-", "٤"] {
            #expect(throws: OriginalForm.Misuse.notAnInteger(text)) {
                try OriginalForm.taskID(text, for: .status(id: text))
            }
        }
        for text in ["-1", "99999999999999999999", "9007199254740992"] {
            #expect(throws: OriginalForm.Misuse.noSuchID(.status(id: text))) {
                try OriginalForm.taskID(text, for: .status(id: text))
            }
        }
        let misuse = #expect(throws: OriginalForm.Misuse.self) { try OriginalForm.taskID("0", for: .result(id: "0")) }
        #expect(misuse?.line == "ERROR: failed to get task result. Task #0 (task ids are 1 to 9007199254740991)\n")
        #expect(misuse?.exit == .unknownTask)
    }
}
