package import ArgumentParser
import Libuv
package import Manual

/// Prints the program's manual page and exits, where the arguments are `--generate-manual DATE`: beside the library's
/// `--generate-completion-script`, and like that not told in the help.
package func printManual<Program: ParsableCommand>(
    of program: Program.Type, _ head: ManualHead, ifAskedBy arguments: [String]
) {
    guard arguments.count == 2, arguments[0] == "--generate-manual" else { return }
    do {
        try StandardStream.output.write(try manual(of: program, dated: arguments[1], head))
    } catch {
        try? StandardStream.error.write("\(Program._commandName): cannot print the manual page: \(error)\n")
        leaveProcess(1)
    }
    leaveProcess(0)
}

func manual<Program: ParsableCommand>(
    of program: Program.Type, dated date: String, _ head: ManualHead
) throws(UnknownDump) -> String {
    try ManualPage(dump: Program._dumpHelp(), version: Program.configuration.version, date: date, head).text
}

/// Arguments in which the word `help` is the option: the library's completions offer it for programs without commands
/// too, which do not take it.
package func withHelpAsOption(_ arguments: [String]) -> [String] { arguments == ["help"] ? ["--help"] : arguments }
