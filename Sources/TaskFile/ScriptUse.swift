/// An interpreter that an argument of a command names, and the script that it is given.
///
/// Every argument that is called like one is taken for one, so that `env`, `timeout` or `busybox` may stand before it. Where it
/// is not plain that there is a script, there is none: an operator can put it more plainly, or into a file of its own.
struct ScriptUse {
    /// Where the interpreter stands.
    let index: Int
    let interpreter: Interpreter
    /// Which argument is the script, or has it; nil where none is seen, so that what is run is the standard input: the data.
    private(set) var script: Int?
    /// Whether options stand before the script. Then more may stand behind it, with more to run.
    private(set) var hasOptions = false

    /// Those of a command, in their order.
    static func uses(in texts: [String]) -> [ScriptUse] {
        texts.indices.compactMap { index in
            Interpreter.named(by: texts[index]).map { ScriptUse($0, texts, at: index) }
        }
    }

    private init(_ interpreter: Interpreter, _ texts: [String], at index: Int) {
        self.index = index
        self.interpreter = interpreter
        var rest = texts[(index + 1)...]
        var operands = interpreter.operands
        var optionsMayCome = true
        while let text = rest.popFirst() {
            let place = rest.startIndex - 1
            if optionsMayCome, text == "--" {
                if interpreter.inputLetters.contains("-") { return }
                optionsMayCome = false
            } else if optionsMayCome, text.isOption {
                hasOptions = true
                switch interpreter.meaning(of: text, before: rest.first) {
                case .flag: break
                case .value: if rest.popFirst().map(Self.isInput) == true { return }
                case .script(let name):
                    if !Self.isInput(name) { script = place }
                    return
                case .input: return
                }
            } else if Self.isInput(text) {
                // `su -` asks for a login.
                if interpreter.operands == 0 { return }
            } else if operands > 0 {
                operands -= 1
            } else {
                script = place
                return
            }
        }
    }

    private static func isInput(_ name: String) -> Bool {
        ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].contains(name)
    }
}

/// What an option means for where the script is.
private enum OptionMeaning {
    /// Nothing.
    case flag
    /// The next argument is its value.
    case value
    /// The script, or its file, is in it.
    case script(String)
    /// What is run is the standard input.
    case input
}

/// Long options that a script follows, or its file, as the next argument or behind `=`. Of others that have no `=` nobody knows
/// here whether the next argument is their value: it is not taken for the script.
private let scriptOptions = ["--command", "--eval", "--print", "--run", "--expression", "--file"]

extension Interpreter {
    fileprivate func meaning(of option: String, before next: String?) -> OptionMeaning {
        if option.utf8.starts(with: "--".utf8) {
            let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if scriptOptions.contains(String(parts[0])) { return parts.count > 1 ? .script(String(parts[1])) : .flag }
            return parts.count > 1 || next?.isOption != false ? .flag : .value
        }
        let letters = option.unicodeScalars.dropFirst().map(Character.init)
        for (place, letter) in letters.enumerated() {
            let isLast = place == letters.count - 1
            if inputLetters.contains(letter) { return .input }
            if valueLetters.contains(letter) { return isLast ? .value : .flag }
            // Of `-pe` each is an option, and the script comes next.
            if place == 0, !letters.allSatisfy(scriptLetters.contains), scriptLetters.contains(letter) {
                return .script(String(letters[1...]))
            }
        }
        return .flag
    }
}

extension String {
    /// Whether an interpreter takes it for an option: more than the sign alone. Byte for byte, as programs read it.
    fileprivate var isOption: Bool {
        utf8.count > 1 && (utf8.first == UInt8(ascii: "-") || utf8.first == UInt8(ascii: "+"))
    }
}
