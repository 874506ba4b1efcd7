/// How a program is given what it runs: as the first argument that is no option, whether `-c` or `-e` stands before it or not.
struct Interpreter {
    /// Without a version.
    let names: [String]
    /// The letters of options that have a value, which is what stands behind the letter or the next argument.
    var valueLetters = ""
    /// The letters of options behind which the script itself may stand, in the same argument.
    var scriptLetters = ""
    /// The letters of options with which it runs its standard input; for one, all that comes after `--` is for that.
    var inputLetters = ""
    /// Whether options behind a script may be the interpreter's, and give it more to run, where options stand before that too.
    var takesOptionsBehindScript = true
    /// How many arguments that are no options stand before the script: a user, a host.
    var operands = 0
    /// Whether it leaves the arguments behind a script to the script, at least those behind `--`.
    var leavesArguments = true

    /// The one that an argument names.
    static func named(by text: String) -> Interpreter? {
        let name = programName(text)
        return all.first { $0.names.contains(name) }
    }

    /// A program's name without its folder and version: `/usr/bin/python3.11` is `python`.
    private static func programName(_ text: String) -> String {
        let name = text.split(separator: "/").last ?? ""
        let version = name.reversed().prefix { $0.isNumber || $0 == "." || $0 == "-" }
        return String(name.dropLast(version.count))
    }

    private static let all = [
        Interpreter(
            names: ["sh", "bash", "rbash", "dash", "ash", "zsh", "ksh", "mksh", "yash", "csh", "tcsh"],
            valueLetters: "oOT", inputLetters: "s", takesOptionsBehindScript: false),
        Interpreter(names: ["fish"], valueLetters: "CdDfop", scriptLetters: "c"),
        Interpreter(
            names: ["python", "pypy"], valueLetters: "WX", scriptLetters: "cm", inputLetters: "i",
            takesOptionsBehindScript: false),
        Interpreter(names: ["perl"], valueLetters: "IMm", scriptLetters: "eE", inputLetters: "d"),
        Interpreter(names: ["ruby"], valueLetters: "IrCEX", scriptLetters: "e"),
        Interpreter(names: ["node", "nodejs"], valueLetters: "rC", scriptLetters: "ep", inputLetters: "i"),
        Interpreter(names: ["php"], valueLetters: "dczt", scriptLetters: "frBRFE", inputLetters: "a-"),
        Interpreter(names: ["lua", "luajit"], valueLetters: "lj", scriptLetters: "e", inputLetters: "i"),
        // These may run what stands in any argument.
        Interpreter(
            names: ["awk", "gawk", "mawk", "nawk"], valueLetters: "FvilW", scriptLetters: "fe", leavesArguments: false),
        Interpreter(names: ["sed", "gsed"], valueLetters: "l", scriptLetters: "ef", leavesArguments: false),
        Interpreter(
            names: ["su", "runuser"], valueLetters: "sgGw", scriptLetters: "c", operands: 1, leavesArguments: false),
        Interpreter(names: ["ssh"], valueLetters: "BbcDEeFIiJLlmOopPQRSWw", operands: 1, leavesArguments: false),
    ]
}
