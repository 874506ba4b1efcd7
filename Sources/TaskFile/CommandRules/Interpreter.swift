/// How a program is given the code that it runs: as the first argument that is not an option, after `-c`, `-e` or the like or not.
struct Interpreter {
    /// Without a version.
    let names: [String]
    /// The letters of options with a value, which is the rest of the argument or the next argument.
    var valueLetters = ""
    /// The letters of options that the script may follow in the same argument.
    var scriptLetters = ""
    /// The letters of options with which the program runs its standard input. A `-` means that it runs it after `--`.
    var inputLetters = ""
    /// Whether options after the script may be the interpreter's own, and give it more to run, if options precede the script.
    var takesOptionsAfterScript = true
    /// The number of arguments before the script that are not options: a user, a host.
    var operands = 0
    /// Whether the arguments after the script, at least after `--`, are passed to the script instead of being run.
    var leavesArguments = true

    /// The interpreter that an argument names, with any folder and version: `/usr/bin/python3.11` names `python`.
    static func named(by text: String) -> Interpreter? {
        let file = text.split(separator: "/").last ?? ""
        let version = file.reversed().prefix { $0.isNumber || $0 == "." || $0 == "-" }
        let name = String(file.dropLast(version.count))
        return all.first { $0.names.contains(name) }
    }

    private static let all = [
        Interpreter(
            names: ["sh", "bash", "rbash", "dash", "ash", "zsh", "ksh", "mksh", "yash", "csh", "tcsh"],
            valueLetters: "oOT", inputLetters: "s", takesOptionsAfterScript: false),
        Interpreter(names: ["fish"], valueLetters: "CdDfop", scriptLetters: "c"),
        Interpreter(
            names: ["python", "pypy"], valueLetters: "WX", scriptLetters: "cm", inputLetters: "i",
            takesOptionsAfterScript: false),
        Interpreter(names: ["perl"], valueLetters: "IMm", scriptLetters: "eE", inputLetters: "d"),
        Interpreter(names: ["ruby"], valueLetters: "IrCEX", scriptLetters: "e"),
        Interpreter(names: ["node", "nodejs"], valueLetters: "rC", scriptLetters: "ep", inputLetters: "i"),
        Interpreter(names: ["php"], valueLetters: "dczt", scriptLetters: "frBRFE", inputLetters: "a-"),
        Interpreter(names: ["lua", "luajit"], valueLetters: "lj", scriptLetters: "e", inputLetters: "i"),
        // These may run any argument.
        Interpreter(
            names: ["awk", "gawk", "mawk", "nawk"], valueLetters: "FvilW", scriptLetters: "fe", leavesArguments: false),
        Interpreter(names: ["sed", "gsed"], valueLetters: "l", scriptLetters: "ef", leavesArguments: false),
        Interpreter(
            names: ["su", "runuser"], valueLetters: "sgGw", scriptLetters: "c", operands: 1, leavesArguments: false),
        Interpreter(names: ["ssh"], valueLetters: "BbcDEeFIiJLlmOopPQRSWw", operands: 1, leavesArguments: false),
    ]
}

/// What an option says about where the script is.
enum OptionMeaning {
    case flag
    /// The next argument is the value of the option.
    case takesValue
    /// The option contains the script, or the name of its file.
    case script(String)
    /// The interpreter runs its standard input.
    case runsInput
}

extension Interpreter {
    /// - Parameter next: the argument after the option.
    func meaning(of option: String, before next: String?) -> OptionMeaning {
        if option.utf8.starts(with: "--".utf8) {
            let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if Self.scriptOptions.contains(String(parts[0])) {
                return parts.count > 1 ? .script(String(parts[1])) : .flag
            }
            return parts.count > 1 || next?.isOption != false ? .flag : .takesValue
        }
        let letters = option.unicodeScalars.dropFirst().map(Character.init)
        for (index, letter) in letters.enumerated() {
            if inputLetters.contains(letter) { return .runsInput }
            if valueLetters.contains(letter) { return index == letters.count - 1 ? .takesValue : .flag }
            // In `-pe` each letter is an option, and the script is the next argument.
            if index == 0, scriptLetters.contains(letter), !letters.allSatisfy(scriptLetters.contains) {
                return .script(String(letters[1...]))
            }
        }
        return .flag
    }

    /// Long options with a script, or its file, as the next argument or after `=`. For any other long option without `=` the
    /// next argument may be its value, so it is not taken for the script.
    private static let scriptOptions = ["--command", "--eval", "--print", "--run", "--expression", "--file"]
}

extension String {
    /// Whether an interpreter takes the argument for an option: more than the sign alone. By bytes, as programs read it.
    var isOption: Bool {
        utf8.count > 1 && (utf8.first == UInt8(ascii: "-") || utf8.first == UInt8(ascii: "+"))
    }
}
