import ArgumentParser
import CommandArguments
import Libuv
import TaskCore
import TaskFile
import TaskServer

/// Which task types there are, and how their commands are ended.
struct TaskFileOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A TOML file with task types of your own, which run commands; see above.", valueName: "file"),
        completion: .file(extensions: ["toml"]))
    var tasks: String?

    @Flag(help: "Only read the file of --tasks, print what it says, and exit: 0, or 1 where it has mistakes.")
    var check = false

    @Flag(help: "Leave the built-in task types out; needs --tasks.")
    var noBuiltIn = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            How long a command that is to end has from SIGTERM to SIGKILL (default: \
            \(TimeArgument(milliseconds: ServerConfiguration().killTime))).
            """, valueName: "time"),
        transform: TimeArgument.parse)
    var killAfter = TimeArgument(milliseconds: ServerConfiguration().killTime)

    func validate() throws {
        guard tasks == nil, check || noBuiltIn else { return }
        throw ValidationError("\(check ? "--check" : "--no-built-in") needs --tasks, and a file with task types")
    }

    private var builtIn: [TaskType] { noBuiltIn ? [] : TaskType.builtIn }

    /// All types: the built-in ones, then those of the file.
    ///
    /// - Throws: what is wrong with the file, in lines.
    func types() throws(TaskFileFailure) -> [TaskType] {
        guard let tasks else { return builtIn }
        return builtIn + (try read(tasks)).types
    }

    /// What `--check` prints, and on its standard error.
    func report() throws(TaskFileFailure) -> (output: String, warnings: [String]) {
        let name = tasks ?? ""
        let file = try read(name)
        return (
            file.report(named: name, beside: builtIn.count),
            file.types.flatMap(\.missing).map { "\(name): warning: \($0)" }
        )
    }

    private func read(_ name: String) throws(TaskFileFailure) -> TaskFile {
        let text: [UInt8]
        do throws(UVError) {
            text = try SmallFile.read(name, upTo: TaskFile.largest + 1)
        } catch {
            throw TaskFileFailure(
                lines: ["cannot read \(name): \(error.message). Give --tasks a file that can be read"])
        }
        do throws(TaskFileMistakes) {
            return try TaskFile(text, beside: builtIn)
        } catch {
            throw TaskFileFailure(lines: error.mistakes.map { $0.text(in: name) })
        }
    }
}

/// Why there are no task types to start with.
struct TaskFileFailure: Error {
    let lines: [String]
}
