import Foundation
import Testing

@testable import ProcessTree

struct ProcessEnvironmentTests {
    /// The variables, as Latin-1, of a program that inherits these; `=C=3` has no name, and `E` is not UTF-8.
    private func variables(_ environment: ProcessEnvironment) -> [String] {
        let inherited = ["A=1", "AB=2", "=C=3", "D=", "E=\u{FF}"]
        var pointers = inherited.map { strdup($0.cString(using: .isoLatin1)!) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeMutableBufferPointer { inherited in
            environment.withCStrings(changing: UnsafePointer(inherited.baseAddress!)) { entries in
                var found: [String] = []
                var next = entries
                while let entry = next.pointee {
                    found.append(String(cString: entry, encoding: .isoLatin1)!)
                    next += 1
                }
                return found.sorted()
            }
        }
    }

    @Test func variablesAreAddedReplacedAndRemoved() {
        var environment = ProcessEnvironment()
        #expect(variables(environment) == ["=C=3", "A=1", "AB=2", "D=", "E=\u{FF}"])
        environment["A"] = "first"
        #expect(variables(environment) == ["=C=3", "A=first", "AB=2", "D=", "E=\u{FF}"])
        environment["A"] = nil
        environment["AB"] = "x=y"
        environment["NEW"] = ""
        environment["NONE"] = nil
        #expect(variables(environment) == ["=C=3", "AB=x=y", "D=", "E=\u{FF}", "NEW="])
        environment["A"] = "again"
        environment["D"] = nil
        #expect(variables(environment) == ["=C=3", "A=again", "AB=x=y", "E=\u{FF}", "NEW="])
    }

    @Test func aVariableThatIsNotChangedIsInherited() {
        var environment = ProcessEnvironment(changing: ["A": "1"])
        #expect(environment["A"] == "1" && environment["PATH"] == ProcessInfo.processInfo.environment["PATH"])
        environment["PATH"] = nil
        #expect(environment["PATH"] == nil)
    }
}
