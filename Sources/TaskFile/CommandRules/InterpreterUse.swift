/// An interpreter that an argument of a command names, and the script that it is given.
///
/// Every argument with the name of an interpreter counts, since `env`, `timeout` or `busybox` may precede it. If it is unclear
/// whether there is a script, none is assumed: the operator can write the command more clearly, or put it into a script file.
struct InterpreterUse {
    let index: Int
    let interpreter: Interpreter
    /// The index of the argument that is or contains the script; nil if the interpreter may run its standard input.
    private(set) var script: Int?
    /// Whether options precede the script.
    private(set) var hasOptions = false

    /// The uses in a command, in the order of its arguments.
    static func all(in texts: [String]) -> [InterpreterUse] {
        texts.indices.compactMap { index in
            Interpreter.named(by: texts[index]).map { InterpreterUse($0, texts, at: index) }
        }
    }

    private init(_ interpreter: Interpreter, _ texts: [String], at index: Int) {
        self.index = index
        self.interpreter = interpreter
        script = findScript(texts)
    }

    private mutating func findScript(_ texts: [String]) -> Int? {
        var rest = texts[(index + 1)...]
        var operands = interpreter.operands
        var optionsMayFollow = true
        while let text = rest.popFirst() {
            let place = rest.startIndex - 1
            if optionsMayFollow, text == "--" {
                if interpreter.inputLetters.contains("-") { return nil }
                optionsMayFollow = false
            } else if optionsMayFollow, text.isOption {
                hasOptions = true
                switch interpreter.meaning(of: text, before: rest.first) {
                case .flag: break
                case .takesValue: if let value = rest.popFirst(), Self.isStandardInput(value) { return nil }
                case .script(let name): return Self.isStandardInput(name) ? nil : place
                case .runsInput: return nil
                }
            } else if Self.isStandardInput(text) {
                // `su -` asks for a login shell instead.
                if interpreter.operands == 0 { return nil }
            } else if operands > 0 {
                operands -= 1
            } else {
                return place
            }
        }
        return nil
    }

    private static func isStandardInput(_ name: String) -> Bool {
        ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].contains(name)
    }
}
