/// How data would come to be run, where a command's argument holds it.
enum ScriptUse: Hashable {
    /// As a part of a shell's script.
    case shellScript
    /// As a part of the program that an interpreter is given.
    case program
    /// As the name of the script that is run.
    case scriptName
    /// By the shell of another machine, which is given ssh's arguments as one text.
    case remoteShell
    /// An interpreter without a script reads one from its standard input: the data.
    case standardInput

    var words: String {
        switch self {
        case .shellScript:
            #"the shell would run data as a part of its script; write ["sh", "-c", "echo \"$1\"", "--", "{data}"]"#
        case .program:
            """
            data would be run as a part of this program; hand it over as an argument behind "--", or read the standard input
            """
        case .scriptName: "data must not choose the script that runs"
        case .remoteShell:
            "the shell of the other machine would run data; let the program there read the standard input"
        case .standardInput: "without a script it would run the data, which it gets on its standard input"
        }
    }

    /// Which arguments would run data, by their indices.
    ///
    /// Every argument that is called like a shell or an interpreter is taken for one, so that `env`, `nice` or `busybox` may
    /// stand before it.
    static func uses(in texts: [String]) -> [Int: ScriptUse] {
        var uses: [Int: ScriptUse] = [:]
        for index in texts.indices {
            let name = programName(texts[index])
            if name == "ssh" {
                for later in texts.indices where later > index && texts[later].hasData { uses[later] = .remoteShell }
            } else if let interpreter = Interpreter.named(name) {
                var scan = ScriptScan(interpreter, texts, from: index + 1)
                uses.merge(scan.uses()) { first, _ in first }
                let rest = texts[(index + 1)...]
                let isFirst = texts[..<index].allSatisfy {
                    ["env", "busybox", "nice", "nohup"].contains(programName($0))
                }
                if isFirst, rest.isEmpty || rest.count == 1 && ["-", "-s", "/dev/stdin"].contains(rest.first) {
                    uses[texts.count - 1] = .standardInput
                }
            }
        }
        return uses
    }

    /// A program's name without its folder and version: `/usr/bin/python3.11` is `python`.
    static func programName(_ text: String) -> String {
        let name = text.split(separator: "/").last ?? ""
        let version = name.reversed().prefix { $0.isNumber || $0 == "." || $0 == "-" }
        return String(name.dropLast(version.count))
    }
}

extension String {
    var hasData: Bool { contains("{data}") }
}

/// Finds what one interpreter would run, in the arguments behind its name.
private struct ScriptScan {
    private let interpreter: Interpreter
    private let texts: [String]
    private var index: Int
    /// Whether the script, or an option before it, comes next.
    private var expectsScript = false
    private var hadScript = false
    private var found: [Int: ScriptUse] = [:]

    init(_ interpreter: Interpreter, _ texts: [String], from index: Int) {
        self.interpreter = interpreter
        self.texts = texts
        self.index = index
    }

    mutating func uses() -> [Int: ScriptUse] {
        while index < texts.count, takesNext(texts[index]) { index += 1 }
        return found
    }

    private var scriptUse: ScriptUse { interpreter.isShell ? .shellScript : .program }

    /// - Returns: whether what follows is still the interpreter's own.
    private mutating func takesNext(_ text: String) -> Bool {
        if expectsScript {
            if interpreter.isShell, text.hasPrefix("-"), !text.hasData { return true }
            if text.hasData { found[index] = scriptUse }
            expectsScript = false
            hadScript = true
            return !interpreter.isShell
        }
        if text == "--" {
            index += 1
            if index < texts.count { noteName(texts[index]) }
            return false
        }
        guard text.count > 1, text.hasPrefix("-") || interpreter.isShell && text.hasPrefix("+") else {
            noteName(text)
            return interpreter.hasOperandsBeforeOptions
        }
        takeOption(text)
        return true
    }

    private mutating func noteName(_ text: String) {
        if !hadScript, text.hasData { found[index] = .scriptName }
    }

    private mutating func takeOption(_ text: String) {
        let name = String(text.prefix { $0 != "=" })
        if interpreter.valuedOptions.contains(text) {
            index += 1
        } else if text.hasPrefix("--") {
            guard interpreter.scriptOptions.contains(name) else { return }
            takeScript(text, isWhole: name.count < text.count)
        } else if let letter = text.dropFirst().firstIndex(where: interpreter.scriptLetters.contains),
            !interpreter.otherOptions.contains(where: text.hasPrefix)
        {
            // Behind the letter of a shell stand more letters, and of another interpreter its program.
            takeScript(text, isWhole: !interpreter.isShell && text.index(after: letter) < text.endIndex)
        }
    }

    private mutating func takeScript(_ text: String, isWhole: Bool) {
        if text.hasData { found[index] = scriptUse }
        if isWhole { hadScript = true } else { expectsScript = true }
    }
}
