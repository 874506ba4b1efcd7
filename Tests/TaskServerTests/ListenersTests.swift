import Foundation
import Libuv
import TaskCore
import Testing

@testable import TaskServer

struct ListenersTests {
    @Test func aPortInUseIsReported() throws {
        let first = try Dialogue()
        let port = try #require(first.server.endpoints.first?.port)
        let failure = #expect(throws: StartFailure.self) { _ = try Dialogue { $0.port = port } }
        #expect(
            failure?.description
                == "127.0.0.1:\(port) is in use, perhaps by another uv-taskd. Stop that, or choose another --port (0 takes a free one)"
        )
        first.end()
    }

    @Test func aHostThatCannotBeResolvedIsReported() {
        let failure = #expect(throws: StartFailure.self) { _ = try Dialogue { $0.host = "no-such-host.invalid" } }
        #expect(failure?.description.hasPrefix("cannot resolve the host \"no-such-host.invalid\": ") == true)
    }

    @Test func anAddressOfAnotherMachineIsReported() {
        let failure = #expect(throws: StartFailure.self) { _ = try Dialogue { $0.host = "192.0.2.1" } }
        #expect(failure?.description.hasPrefix("this machine does not have the address 192.0.2.1") == true)
    }

    @Test func thePortFileExistsWhileTheServerAcceptsConnections() throws {
        let path = temporaryPath()
        let dialogue = try Dialogue { $0.portFile = path }
        let port = try #require(dialogue.server.endpoints.first?.port)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "\(port)\n")
        dialogue.end()
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    /// The same command, given twice.
    @Test func aFailedStartLeavesThePortFileOfTheRunningServer() throws {
        let path = temporaryPath()
        let first = try Dialogue { $0.portFile = path }
        let port = try #require(first.server.endpoints.first?.port)
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

    @Test func thePortFileOfAKilledServerIsRemovedFirst() throws {
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

    /// While clients fetch their last results from the first server, the second has the port and the file.
    @Test func aServerThatStopsLeavesThePortFileOfItsSuccessor() throws {
        let path = temporaryPath()
        let gate = Gate()
        let first = try Dialogue(types: gate.types) { $0.portFile = path }
        let port = try #require(first.server.endpoints.first?.port)
        let client = try first.connect()
        try client.send(#"{"type":"run","task_name":"revers","data":"ab"}{"type":"status","task_id":1}"#)
        client.expect(#"{"task_id":1}"#)
        first.server.stop(.interrupt)
        #expect(FileManager.default.fileExists(atPath: path))
        gate.open()
        client.expect(#"{"status":"success"}"#)
        first.wait("the port to be free") { first.server.endpoints.isEmpty }
        #expect(!FileManager.default.fileExists(atPath: path))
        let second = try Dialogue {
            $0.port = port
            $0.portFile = path
        }
        first.end()
        #expect(FileManager.default.fileExists(atPath: path))
        second.end()
    }

    @Test func aPortFileThatCannotBeWrittenIsReported() {
        let failure = #expect(throws: StartFailure.self) { _ = try Dialogue { $0.portFile = "/no/such/folder/port" } }
        #expect(failure?.description.hasPrefix("cannot write the port file /no/such/folder/port: ") == true)
    }

    private func temporaryPath() -> String {
        FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    }
}
