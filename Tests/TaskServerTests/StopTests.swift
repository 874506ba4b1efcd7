import Foundation
import Libuv
import TaskCore
import Testing

@testable import TaskServer

private let runSlow = #"{"type":"run","task_name":"revers","data":"ab"}"#
private func status(_ id: Int) -> String { #"{"type":"status","task_id":\#(id)}"# }
private func result(_ id: Int) -> String { #"{"type":"get_result","task_id":\#(id)}"# }

/// The handles that the test's own clients have.
private func expectStopped(_ dialogue: Dialogue) {
    dialogue.wait("the stop") { dialogue.server.stopPhase == .stopped }
}

struct StopTests {
    @Test func idle() throws {
        let dialogue = try Dialogue()
        let client = try dialogue.connect()
        try client.send(result(1))
        client.expectClosed()
        let idle = try dialogue.connect()
        dialogue.wait("the session") { !dialogue.server.sessions.isEmpty }
        dialogue.server.stop(.interrupt)
        #expect(dialogue.server.stopPhase == .stopped, "nothing is to be waited for")
        idle.expectClosed()
        #expect(dialogue.server.cutOffBy == nil)
        dialogue.end()
    }

    @Test func theRunningTaskIsFinishedAndItsResultFetched() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let client = try dialogue.connect()
        try client.send(runSlow + status(1))
        client.expect(#"{"task_id":1}"#)
        dialogue.server.stop(.terminate)
        #expect(dialogue.server.stopPhase == .draining)
        gate.open()
        client.expect(#"{"status":"success"}"#)
        try client.send(result(1))
        client.expect(#"{"status":"success","data":"ba"}"#)
        client.close()
        expectStopped(dialogue)
        #expect(dialogue.server.cutOffBy == nil)
        dialogue.end()
    }

    @Test func waitingTasksAreDroppedAndTheirWaitersTold() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let first = try dialogue.connect()
        let second = try dialogue.connect()
        try first.send(runSlow)
        first.expect(#"{"task_id":1}"#)
        try second.send(runSlow + status(2) + result(2))
        second.expect(#"{"task_id":2}"#)
        dialogue.server.stop(.interrupt)
        second.expect(#"{"status":"error"}"#, #"{"status":"error","data":null}"#)
        try first.send(status(1))
        gate.open()
        first.expect(#"{"status":"success"}"#)
        first.close()
        second.close()
        expectStopped(dialogue)
        dialogue.end()
    }

    /// The port stays taken while a task runs, so that no other server runs one beside it.
    @Test func newTasksAreRefusedAndConnectionsTakenWhileOneRuns() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let address = try #require(dialogue.server.addresses.first)
        let client = try dialogue.connect()
        try client.send(runSlow)
        client.expect(#"{"task_id":1}"#)
        dialogue.server.stop(.interrupt)
        try client.send(runSlow)
        client.expectClosed()
        let late = try dialogue.connect()
        try late.send(Numbered.run(1, "echo") + Numbered.result(2, 1, Numbered.wait))
        #expect(late.errorCode() == (1, "draining"))
        gate.open()
        #expect(late.object()["status"] as? String == "success")
        #expect(throws: UVError(code: .connectionRefused, call: "uv_tcp_connect")) {
            try Client(to: address, on: dialogue.loop)
        }
        expectStopped(dialogue)
        dialogue.end()
    }

    @Test func aSecondSignalCutsTheTaskOff() throws {
        let dialogue = try Dialogue(timeScale: 100)
        let client = try dialogue.connect()
        try client.send(runSlow + status(1))
        client.expect(#"{"task_id":1}"#)
        dialogue.server.stop(.interrupt)
        dialogue.server.stop(.terminate)
        client.expect(#"{"status":"error"}"#)
        client.expectClosed()
        expectStopped(dialogue)
        #expect(dialogue.server.cutOffBy == .terminate)
        dialogue.end()
    }

    @Test func aTaskWhoseFunctionDoesNotEndIsLeftBehind() throws {
        let release = DispatchSemaphore(value: 0)
        let stuck = TaskType(name: "revers", delay: .zero) { data in
            release.wait()
            return data
        }
        let dialogue = try Dialogue(types: [stuck]) { $0.drainTimeout = 10 }
        let client = try dialogue.connect()
        try client.send(runSlow + status(1))
        client.expect(#"{"task_id":1}"#)
        dialogue.server.stop(.interrupt)
        client.expect(#"{"status":"error"}"#)
        expectStopped(dialogue)
        dialogue.end()
        release.signal()
    }

    @Test func aTaskThatTakesTooLongIsCutOff() throws {
        let dialogue = try Dialogue(timeScale: 100) { $0.drainTimeout = 30 }
        let client = try dialogue.connect()
        try client.send(runSlow + status(1))
        client.expect(#"{"task_id":1}"#)
        dialogue.server.stop(.interrupt)
        client.expect(#"{"status":"error"}"#)
        client.close()
        expectStopped(dialogue)
        #expect(dialogue.server.cutOffBy == nil)
        dialogue.end()
    }

    @Test func aClientThatWasAnsweredAndStaysIsWaitedForOnlySoLong() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let client = try dialogue.connect()
        try client.send(runSlow + status(1))
        client.expect(#"{"task_id":1}"#)
        dialogue.server.stop(.interrupt)
        gate.open()
        client.expect(#"{"status":"success"}"#)
        expectStopped(dialogue)
        client.expectClosed()
        dialogue.end()
    }

    /// A reset would throw away what is on its way to the client.
    @Test func whatAClientStillSendsCostsItNoAnswer() throws {
        let gate = Gate()
        let dialogue = try Dialogue(types: gate.types)
        let client = try dialogue.connect()
        let data = String(repeating: "x", count: 500_000)
        try client.send(#"{"type":"run","task_name":"revers","data":"\#(data)"}"#)
        client.expect(#"{"task_id":1}"#)
        client.stopReading()
        try client.send(status(1) + result(1) + String(repeating: " ", count: 300_000))
        let other = try dialogue.connect()
        other.roundTrip(status(1) + "\n")
        dialogue.server.stop(.interrupt)
        gate.open()
        dialogue.wait("the end of the task") { dialogue.server.stopPhase == .leaving }
        try client.send("\n")
        try client.startReading()
        client.expect(#"{"status":"success"}"#)
        #expect(client.line()?.utf8.count == 500_030)
        client.expectClosed()
        #expect(client.error == nil)
        client.close()
        expectStopped(dialogue)
        dialogue.end()
    }

    @Test func aClientThatDoesNotReadDoesNotHoldUpTheEnd() throws {
        let dialogue = try Dialogue()
        let client = try dialogue.connect()
        let data = String(repeating: "x", count: 500_000)
        try client.send(#"{"type":"run","task_name":"echo","data":"\#(data)"}"# + status(1))
        client.expect(#"{"task_id":1}"#, #"{"status":"success"}"#)
        client.stopReading()
        try client.send(String(repeating: result(1), count: 50))
        let other = try dialogue.connect()
        try other.send(result(1))
        _ = other.line()
        dialogue.server.stop(.interrupt)
        expectStopped(dialogue)
        dialogue.end()
    }
}
