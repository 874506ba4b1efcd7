import CLibFuzzer
import Foundation
import MessageProperties

/// Runs libFuzzer with the properties of messages as its target. `scripts/fuzz` builds and runs it.
///
/// `--write-seeds FOLDER` writes the corpus to `FOLDER/seeds` and libFuzzer's dictionary to `FOLDER/words` instead.
@main
enum MessageFuzzer {
    static func main() throws {
        if CommandLine.arguments.count == 3, CommandLine.arguments[1] == "--write-seeds" {
            return try writeSeeds(to: URL(fileURLWithPath: CommandLine.arguments[2]))
        }
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(LLVMFuzzerRunDriver(&count, &arguments, run))
    }

    private static func writeSeeds(to folder: URL) throws {
        let seeds = folder.appendingPathComponent("seeds")
        try FileManager.default.createDirectory(at: seeds, withIntermediateDirectories: true)
        for (number, input) in try Corpus.inputs().enumerated() {
            try Data(input).write(to: seeds.appendingPathComponent("\(number)"))
        }
        let words = Corpus.words.map { word in
            "\"\(word.utf8.map { "\\x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())\"\n"
        }
        try Data(words.joined().utf8).write(to: folder.appendingPathComponent("words"))
    }
}

/// Checks one input. The bytes are copied, so that the address sanitizer sees a read beyond them.
private func run(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        try MessageProperties().check(Array(UnsafeBufferPointer(start: bytes, count: count)))
    } catch {
        fatalError("\(error)")
    }
    return 0
}
