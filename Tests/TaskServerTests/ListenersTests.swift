import Foundation
import Libuv
import TaskCore
import TaskProtocol
import Testing

@testable import TaskServer

struct ListenersTests {
    @Test func aPortInUseIsOneClearLine() throws {
        let first = try Dialogue()
        let port = try #require(first.server.addresses.first?.port)
        let failure = #expect(throws: StartFailure.self) { _ = try Dialogue { $0.port = port } }
        #expect(
            failure?.description
                == "127.0.0.1:\(port) is in use, perhaps by another uv-taskd. Stop that, or choose another --port (0 takes a free one)"
        )
        first.end()
    }

    @Test func aNameThatNobodyHas() {
        let failure = #expect(throws: StartFailure.self) { _ = try Dialogue { $0.host = "no-such-host.invalid" } }
        #expect(failure?.description.hasPrefix("cannot resolve the host \"no-such-host.invalid\": ") == true)
    }

    @Test func anAddressOfAnotherMachine() {
        let failure = #expect(throws: StartFailure.self) { _ = try Dialogue { $0.host = "192.0.2.1" } }
        #expect(failure?.description.hasPrefix("this machine does not have the address 192.0.2.1") == true)
    }

    @Test func thePortFileIsThereWhileTheServerIs() throws {
        let path = temporaryPath()
        let dialogue = try Dialogue { $0.portFile = path }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "\(dialogue.server.addresses[0].port)\n")
        dialogue.end()
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    /// The same command given twice: the second fails, and the file still tells of the first.
    @Test func aStartThatFailsLeavesTheFileOfTheServerThatHasThePort() throws {
        let path = temporaryPath()
        let first = try Dialogue { $0.portFile = path }
        let port = try #require(first.server.addresses.first?.port)
        #expect(throws: StartFailure.self) {
            _ = try Dialogue {
                $0.port = port
                $0.portFile = path
            }
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "\(port)\n")
        first.end()
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func aPortFileThatAKilledServerLeftIsGoneBeforeAnotherPortIsChosen() throws {
        let path = temporaryPath()
        try SmallFile.write("9\n", to: path)
        #expect(throws: StartFailure.self) {
            _ = try Dialogue {
                $0.host = "no-such-host.invalid"
                $0.portFile = path
            }
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    /// While clients of the first fetch their last results, its successor has the port, and the file.
    @Test func aServerThatStopsLeavesTheFileOfItsSuccessor() throws {
        let path = temporaryPath()
        let gate = Gate()
        let first = try Dialogue(types: gate.types) { $0.portFile = path }
        let port = try #require(first.server.addresses.first?.port)
        let client = try first.connect()
        try client.send(#"{"type":"run","task_name":"revers","data":"ab"}{"type":"status","task_id":1}"#)
        client.expect(#"{"task_id":1}"#)
        first.server.stop(.interrupt)
        #expect(FileManager.default.fileExists(atPath: path))
        gate.open()
        client.expect(#"{"status":"success"}"#)
        first.wait("the port to be free") { first.server.addresses.isEmpty }
        #expect(!FileManager.default.fileExists(atPath: path))
        let second = try Dialogue {
            $0.port = port
            $0.portFile = path
        }
        first.end()
        #expect(FileManager.default.fileExists(atPath: path))
        second.end()
    }

    private func temporaryPath() -> String {
        FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    }

    @Test func aPortFileThatCannotBeWritten() {
        let failure = #expect(throws: StartFailure.self) { _ = try Dialogue { $0.portFile = "/no/such/folder/port" } }
        #expect(failure?.description.hasPrefix("cannot write the port file /no/such/folder/port: ") == true)
    }
}

struct RefusalLogTests {
    @Test(arguments: [
        ([ClosingReason.Refusal: Int](), [RequestError.Code: Int](), String?.none),
        ([.brokenMessage: 1], [:], "closed 1 connection: 1 × broken message"),
        (
            [.unknownTask: 2, .brokenMessage: 3, .tooLong: 1], [:],
            "closed 6 connections: 3 × broken message, 1 × message over --max-message, 2 × unknown task id"
        ),
        ([:], [.unknownTask: 1], "refused 1 request: 1 × unknown_task"),
        (
            [.draining: 2], [.keyConflict: 1, .draining: 4],
            "closed 2 connections: 2 × task submitted after the stop; "
                + "refused 5 requests: 4 × draining, 1 × key_conflict"
        ),
    ]) func refusalsAreSummedUp(
        closed: [ClosingReason.Refusal: Int], refused: [RequestError.Code: Int], line: String?
    ) {
        #expect(RefusalLog.summary(of: RefusalLog.Counts(closed: closed, refused: refused)) == line)
    }
}
