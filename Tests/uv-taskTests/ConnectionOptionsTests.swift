import ArgumentParser
import TaskClient
import Testing

@testable import uv_task

struct ConnectionOptionsTests {
    private func configuration(
        _ environment: [String: String], _ arguments: String...
    ) throws -> ClientConfiguration {
        try ConnectionOptions.parse(arguments).configuration { environment[$0] }
    }

    @Test func optionsBeforeTheEnvironmentBeforeTheDefaults() throws {
        let environment = ["UV_TASK_HOST": "there", "UV_TASK_PORT": "99"]
        #expect(try configuration([:]).address == "localhost:4321")
        #expect(try configuration(["UV_TASK_HOST": "", "UV_TASK_PORT": ""]).address == "localhost:4321")
        #expect(try configuration(environment).address == "there:99")
        #expect(try configuration(environment, "--host", "::1", "--port", "5").address == "[::1]:5")
        #expect(try configuration([:], "--connect-timeout", "7ms").connectTimeout == 7)
    }

    @Test(arguments: ["0", "65536", "x", "80 ", "\u{1B}"]) func anInvalidPortInTheEnvironment(text: String) throws {
        let error = #expect(throws: CommandEnd.self) { try configuration(["UV_TASK_PORT": text]) }
        let shown = TerminalText.escapedLine(text)
        #expect(error?.sentence == "UV_TASK_PORT is \"\(shown)\": it takes a whole number from 1 to 65535")
        #expect(error?.code == 64)
        #expect(try configuration(["UV_TASK_PORT": text], "--port", "1").port == 1)
    }

    @Test func theOptionsOfFurtherCommands() throws {
        #expect(try ConnectionOptions.parse([]).commandLine == "")
        #expect(
            try ConnectionOptions.parse(["--host", "h", "--port", "1", "--connect-timeout", "1s"]).commandLine
                == " --host h --port 1")
        #expect(try ConnectionOptions.parse(["--host", "a b"]).commandLine == " --host 'a b'")
    }
}
