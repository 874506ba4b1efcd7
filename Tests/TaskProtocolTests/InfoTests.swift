import Testing

@testable import TaskCore
@testable import TaskProtocol

struct InfoTests {
    private let instance = InstanceID(rawValue: 0xab)
    private let start =
        #""name":"uv-taskd","version":"\#(productVersion)","protocol":1,"instance":"00000000000000ab""#

    @Test func writingAndReadingAreInverse() throws {
        var picture = TaskTypeInfo(name: "picture", delay: 0)
        picture.description = "A \"small\" one"
        picture.data = .base64
        picture.result = .base64
        picture.usualDuration = 40
        picture.isCommand = true
        let types = [TaskTypeInfo(name: "q\"", delay: 2000), picture]
        let limits = [LimitInfo("max-message", 1_048_576), LimitInfo("timeout", nil), LimitInfo("\"\n", .min)]
        try expect(
            InfoReply(instance: instance, taskTypes: types, limits: limits), to: InfoRequest(),
            isWritten: #"\#(start),"task_types":[{"name":"q\"","delay_ms":2000},{"name":"picture","delay_ms":0,"#
                + #""command":true,"usual_ms":40,"description":"A \"small\" one","data":"base64","result":"base64"}],"#
                + #""limits":{"max-message":1048576,"timeout":null,"\"\n":-9223372036854775808}"#)
        try expect(
            InfoReply(instance: instance, taskTypes: [], limits: []), to: InfoRequest(),
            isWritten: #"\#(start),"task_types":[],"limits":{}"#)
    }

    @Test func anotherServerMayHaveOtherMembersAndLimits() throws {
        let text =
            #"{"seq":1,"protocol":2,"version":"9.9","name":"other","limits":{"mode":"strict","queue":-1,"b":null},"#
            + #""task_types":[{"delay_ms":5,"about":"x","name":"n"}],"instance":"00000000000000ab","motto":[]}"#
        var expected = InfoReply(
            instance: instance, taskTypes: [TaskTypeInfo(name: "n", delay: 5)],
            limits: [LimitInfo("queue", -1), LimitInfo("b", nil)])
        expected.name = "other"
        expected.version = "9.9"
        expected.protocolVersion = 2
        #expect(try reply(text, to: InfoRequest()) == expected)
    }
}
