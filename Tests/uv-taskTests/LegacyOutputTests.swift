import ArgumentParser
import TaskCore
import Testing

@testable import uv_task

/// The lines of the legacy program, byte for byte.
struct LegacyOutputTests {
    @Test func results() {
        #expect(
            LegacyCommand.result(of: "#4", .success, "волс хикьлоксен зи еинежолдерп")
                == "Result of task #4: волс хикьлоксен зи еинежолдерп\nStatus: success\n")
        #expect(
            LegacyCommand.result(of: "[revers]", .success, "olleh")
                == "Result of task [revers]: olleh\nStatus: success\n")
    }

    @Test func aMissingResultIsNone() {
        #expect(LegacyCommand.result(of: "#4", .waiting, nil) == "Result of task #4: None\nStatus: waiting\n")
        #expect(LegacyCommand.result(of: "[x]", .error, nil) == "Result of task [x]: None\nStatus: error\n")
        #expect(LegacyCommand.result(of: "#4", .success, "") == "Result of task #4: \nStatus: success\n")
    }

    @Test func usageErrors() {
        #expect(LegacyError.notAnInteger("x").line == "ERROR: incorrect value of data [x]. Integer type expected.\n")
        #expect(LegacyError.unknownAction("x").line.hasPrefix("ERROR: unknown action x"))
        #expect(LegacyError.notAnInteger("x").exit == .usage)
        #expect(LegacyError.noAction.exit == .usage)
    }

    @Test func anIDIsAnIntegerInTheRange() throws {
        func command(_ action: String, _ data: String) throws -> LegacyCommand {
            try TaskCommand.parse(["-a", action, "-d", data]).legacy.command()
        }
        #expect(try command("st", "4") == .status(4))
        for text in ["", "x", "4.0", " 4", "0x4", "-", "4-", "٤"] {
            #expect(throws: LegacyError.notAnInteger(text)) { try command("st", text) }
        }
        for text in ["-1", "99999999999999999999", "9007199254740992"] {
            #expect(throws: LegacyError.noSuchID("get task status. Task #\(text)")) { try command("st", text) }
        }
        let error = #expect(throws: LegacyError.self) { try command("res", "0") }
        #expect(error?.line == "ERROR: failed to get task result. Task #0 (task ids are 1 to 9007199254740991)\n")
        #expect(error?.exit == .unknownTask)
    }
}
