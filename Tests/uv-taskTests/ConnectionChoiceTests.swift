import TaskClient
import Testing

@testable import uv_task

extension ClientCommandsTests {
    struct ConnectionChoiceTests {
        func configuration(_ choice: ConnectionChoice, _ environment: [String: String]) throws -> ClientConfiguration {
            try choice.configuration { environment[$0] }
        }

        @Test func theCommandLineBeforeTheEnvironmentBeforeTheDefaults() throws {
            let environment = ["UV_TASK_HOST": "there", "UV_TASK_PORT": "99"]
            #expect(try configuration(ConnectionChoice(), [:]).place == "localhost:4321")
            #expect(
                try configuration(ConnectionChoice(), ["UV_TASK_HOST": "", "UV_TASK_PORT": ""]).place
                    == "localhost:4321")
            #expect(try configuration(ConnectionChoice(), environment).place == "there:99")
            #expect(try configuration(ConnectionChoice(host: "::1", port: 5), environment).place == "[::1]:5")
            #expect(try configuration(ConnectionChoice(connectTimeout: 7), [:]).connectTimeout == 7)
        }

        @Test(arguments: ["0", "65536", "x", "80 "]) func aPortThatMakesNoSense(text: String) throws {
            let error = #expect(throws: BadEnvironment.self) {
                try configuration(ConnectionChoice(), ["UV_TASK_PORT": text])
            }
            #expect(error?.description == "UV_TASK_PORT is \"\(text)\": it takes a whole number from 1 to 65535")
            #expect(try configuration(ConnectionChoice(port: 1), ["UV_TASK_PORT": text]).port == 1)
        }

        @Test func whatFurtherCommandsMustBeGiven() {
            #expect(ConnectionChoice().words == "")
            #expect(ConnectionChoice(host: "h", port: 1, connectTimeout: 1).words == " --host h --port 1")
            #expect(ConnectionChoice(host: "a b").words == " --host 'a b'")
        }
    }
}
