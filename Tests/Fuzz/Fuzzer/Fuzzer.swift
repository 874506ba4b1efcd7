import CLibFuzzer
import Foundation
import InputProperties

/// Runs libFuzzer with the properties of one reader. `scripts/fuzz` builds and runs it.
///
/// The first argument is `messages` or `task-files`. libFuzzer receives the others. With `--write-seeds FOLDER`, the
/// fuzzer only writes the corpus to `FOLDER/seeds` and libFuzzer's dictionary to `FOLDER/words`.
@main
enum Fuzzer {
    static func main() throws {
        let target: any InputProperties.Type
        switch CommandLine.arguments.dropFirst().first {
        case "messages": target = MessageProperties.self
        case "task-files": target = TaskFileProperties.self
        default: fatalError("the first argument must be messages or task-files")
        }
        properties = target
        if CommandLine.argc == 4, CommandLine.arguments[2] == "--write-seeds" {
            return try writeSeeds(of: target, to: URL(fileURLWithPath: CommandLine.arguments[3]))
        }
        // libFuzzer ignores the first element, which is usually the name of the program.
        var count = CommandLine.argc - 1
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
        exit(LLVMFuzzerRunDriver(&count, &arguments, run))
    }

    private static func writeSeeds(of target: any InputProperties.Type, to folder: URL) throws {
        let seeds = folder.appendingPathComponent("seeds")
        try FileManager.default.createDirectory(at: seeds, withIntermediateDirectories: true)
        for (number, input) in try target.corpus().enumerated() {
            try Data(input).write(to: seeds.appendingPathComponent("\(number)"))
        }
        let words = try target.words().map { word in
            "\"\(word.utf8.map { "\\x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())\"\n"
        }
        try Data(words.joined().utf8).write(to: folder.appendingPathComponent("words"))
    }
}

/// Set before the fuzzer runs.
private nonisolated(unsafe) var properties: any InputProperties.Type = MessageProperties.self

/// Checks one input. The bytes are copied, so that the address sanitizer sees a read beyond them.
private func run(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        try properties.init().check(Array(UnsafeBufferPointer(start: bytes, count: count)))
    } catch {
        fatalError("\(error)")
    }
    return 0
}
