import ArgumentParser
import CommandArguments
import Libuv
import TaskCore
import TaskFile
import TaskServer

/// The task types that the server runs, and how it ends their commands.
struct TaskFileOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("A TOML file with task types of your own (see above).", valueName: "file"),
        completion: .file(extensions: ["toml"]))
    var tasks: String?

    @Flag(help: "Only read the file of --tasks, print its task types and exit: with 0, or with 1 if it has mistakes.")
    var check = false

    @Flag(help: "Leave out the built-in task types; needs --tasks.")
    var noBuiltIn = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            The time between SIGTERM and SIGKILL for a command that is to end \
            (default: \(TimeText.text(ServerConfiguration().killTime))).
            """, valueName: "time"),
        transform: milliseconds)
    var killAfter = ServerConfiguration().killTime

    func validate() throws {
        guard tasks == nil, check || noBuiltIn else { return }
        throw ValidationError("\(check ? "--check" : "--no-built-in") needs --tasks and a file with task types")
    }

    private var builtIn: [TaskType] { noBuiltIn ? [] : TaskType.builtIn }

    /// The built-in types, then those of the file.
    func types() throws(TaskFileFailure) -> [TaskType] {
        guard let tasks else { return builtIn }
        return builtIn + (try read(tasks)).types
    }

    /// The output of `--check`, and the lines for its standard error.
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

/// Why the file of task types cannot be used.
struct TaskFileFailure: Error {
    let lines: [String]
}
