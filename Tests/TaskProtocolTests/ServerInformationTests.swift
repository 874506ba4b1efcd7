import Testing

@testable import TaskCore
@testable import TaskProtocol

struct ServerInformationTests {
    private let instance = InstanceID(rawValue: 0xab)
    private let start =
        #""name":"uv-taskd","version":"\#(productVersion)","protocol":1,"instance":"00000000000000ab""#

    @Test func isWrittenOnOneLineAndReadBack() throws {
        let information = ServerInformation(
            instance: instance, taskTypes: [.init(name: "echo", delay: 0), .init(name: "q\"", delay: 2000)],
            limits: [.init("max-message", 1_048_576), .init("timeout", nil)])
        let expected =
            #"{"seq":1,\#(start),"task_types":[{"name":"echo","delay_ms":0},{"name":"q\"","delay_ms":2000}],"#
            + #""limits":{"max-message":1048576,"timeout":null}}"#
        #expect(line(.info(information), sequence: 1) == expected + "\n")
        #expect(try incomingReply(expected).reply(to: .info) == .info(information))
    }

    /// What is usual does not stand there: text, and no description.
    @Test func typesThatAreCommands() throws {
        var picture = ServerInformation.TaskType(name: "picture", delay: 0)
        picture.description = "A \"small\" one"
        picture.data = .base64
        picture.result = .base64
        picture.usualDuration = 40
        picture.isCommand = true
        var hash = ServerInformation.TaskType(name: "hash", delay: 0)
        hash.data = .base64
        let information = ServerInformation(instance: instance, taskTypes: [picture, hash], limits: [])
        let expected =
            #"{"seq":1,\#(start),"task_types":[{"name":"picture","delay_ms":0,"command":true,"usual_ms":40,"#
            + #""description":"A \"small\" one","data":"base64","result":"base64"},"#
            + #"{"name":"hash","delay_ms":0,"data":"base64"}],"limits":{}}"#
        #expect(line(.info(information), sequence: 1) == expected + "\n")
        #expect(try incomingReply(expected).reply(to: .info) == .info(information))
    }

    @Test func aLimitWhoseNameNeedsEscapingIsEscaped() throws {
        let information = ServerInformation(instance: instance, taskTypes: [], limits: [.init("\"\n", 1)])
        #expect(try incomingReply(line(.info(information), sequence: 1)).reply(to: .info) == .info(information))
    }

    @Test func withoutTypesAndLimits() throws {
        let information = ServerInformation(instance: instance, taskTypes: [], limits: [])
        let expected = #"{"seq":1,\#(start),"task_types":[],"limits":{}}"#
        #expect(line(.info(information), sequence: 1) == expected + "\n")
        #expect(try incomingReply(expected).reply(to: .info) == .info(information))
    }

    @Test func anotherServersWordsAreKept() throws {
        let read = try incomingReply(
            #"{"seq":1,"protocol":2,"version":"9.9","name":"other","limits":{"mode":"strict","queue":-1,"b":null},"#
                + #""task_types":[{"delay_ms":5,"about":"x","name":"n"}],"instance":"00000000000000ab","motto":[]}"#)
        var expected = ServerInformation(
            instance: instance, taskTypes: [.init(name: "n", delay: 5)], limits: [.init("queue", -1), .init("b", nil)])
        expected.name = "other"
        expected.version = "9.9"
        expected.protocolVersion = 2
        #expect(try read.reply(to: .info) == .info(expected))
    }
}
