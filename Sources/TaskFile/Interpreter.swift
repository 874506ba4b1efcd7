/// How a program is given what it runs.
struct Interpreter {
    /// Without a version.
    let names: [String]
    var isShell = false
    /// The letters of options that a script or a program follows.
    let scriptLetters: Set<Character>
    /// Long options that one follows.
    var scriptOptions: [String] = []
    /// Options whose value is the next argument.
    var valuedOptions: [String] = []
    /// Options of one dash in which those letters stand for something else.
    var otherOptions: [String] = []
    /// Whether a name that is no script may stand before the options.
    var hasOperandsBeforeOptions = false

    static func named(_ name: String) -> Interpreter? { all.first { $0.names.contains(name) } }

    private static let all = [
        Interpreter(
            names: ["sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "fish", "csh", "tcsh"], isShell: true,
            scriptLetters: ["c"], scriptOptions: ["--command", "--init-command"],
            valuedOptions: ["-o", "+o", "-O", "+O", "--rcfile", "--init-file"]),
        Interpreter(
            names: ["su", "runuser"], isShell: true, scriptLetters: ["c"],
            scriptOptions: ["--command", "--session-command"], valuedOptions: ["-s", "-g", "-G", "-w", "--shell"],
            hasOperandsBeforeOptions: true),
        Interpreter(names: ["python", "pypy"], scriptLetters: ["c"], valuedOptions: ["-W", "-X"]),
        Interpreter(
            names: ["perl"], scriptLetters: ["e", "E"], valuedOptions: ["-I"], otherOptions: ["-M", "-m", "-I"]),
        Interpreter(
            names: ["ruby"], scriptLetters: ["e"], valuedOptions: ["-I", "-r", "-C"], otherOptions: ["-r", "-I"]),
        Interpreter(
            names: ["node", "nodejs"], scriptLetters: ["e", "p"], scriptOptions: ["--eval", "--print"],
            valuedOptions: ["-r", "--require", "--import", "--loader"], otherOptions: ["-r"]),
        Interpreter(
            names: ["php"], scriptLetters: ["r", "B", "R", "E"],
            scriptOptions: ["--run", "--process-begin", "--process-code", "--process-end"],
            valuedOptions: ["-d", "-c", "--define"], otherOptions: ["-d", "-c"]),
        Interpreter(names: ["lua", "luajit"], scriptLetters: ["e"], valuedOptions: ["-l"], otherOptions: ["-l"]),
    ]
}
