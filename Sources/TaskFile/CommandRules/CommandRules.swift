import TaskCore

/// The rules that keep a client's data from choosing what a command runs, from being taken for an option, and from being run.
struct CommandRules {
    private let texts: [String]
    private let arguments: [CommandArgument]
    private let interpreters: [InterpreterUse]
    private let data: DataEncoding
    private let dataMayBeOption: Bool

    /// - Parameters:
    ///   - texts: the program and its arguments as they stand in the file.
    ///   - dataMayBeOption: whether the operator accepts data that begins an argument.
    init(_ texts: [String], data: DataEncoding, dataMayBeOption: Bool) {
        self.texts = texts
        self.data = data
        self.dataMayBeOption = dataMayBeOption
        arguments = texts.map { CommandArgument($0) }
        interpreters = InterpreterUse.all(in: texts)
    }

    /// The indices of the arguments that break a rule, each with the first one that it breaks.
    var problems: [(index: Int, message: String)] {
        arguments.indices.compactMap { index in problem(index).map { (index, $0) } }
    }

    private func problem(_ index: Int) -> String? {
        if let problem = programProblem(index) ?? lengthProblem(index) ?? missingScript(index) { return problem }
        guard arguments[index].hasData else { return nil }
        return encodingProblem() ?? injectionProblem(index) ?? optionProblem(index)
    }

    // MARK: Rules about every argument

    private func programProblem(_ index: Int) -> String? {
        guard index == 0, arguments[0].pieces.contains(where: { $0 == .data || $0 == .id }) else { return nil }
        return "the program must not contain {data} or {id}: clients must not choose what runs"
    }

    private func lengthProblem(_ index: Int) -> String? {
        guard arguments[index].lengthWithoutData > CommandArgument.longest else { return nil }
        return "is longer than \(CommandArgument.longest) bytes, the limit for an argument"
    }

    private func missingScript(_ index: Int) -> String? {
        interpreters.contains { $0.index == index && $0.script == nil } ? Self.standardInputIsRun : nil
    }

    static let standardInputIsRun = """
        this interpreter is given no script, so it would run the data on its standard input; give it a script, after "--" if \
        options precede it, or call a script of your own
        """

    // MARK: Rules about arguments with data

    private func encodingProblem() -> String? {
        guard data == .base64 else { return nil }
        return
            #"must not contain {data} if data is "base64": the program reads the decoded data from its standard input"#
    }

    /// Data must come after the script of each interpreter that stands before it, and must not become one of its options.
    private func injectionProblem(_ index: Int) -> String? {
        for use in interpreters where use.index < index {
            guard let script = use.script else { continue }
            guard use.interpreter.leavesArguments else { return Self.everyArgumentMayBeRun }
            guard script < index else { return Self.dataIsRun }
            if use.hasOptions, use.interpreter.takesOptionsAfterScript, !hasTerminator(script + 1..<index),
                !belongsToScript(index, script)
            {
                return Self.dataIsRun
            }
        }
        return nil
    }

    static let dataIsRun = #"""
        the data could be run as code; put it after the script and "--": ["sh", "-c", "echo \"$1\"", "--", "{data}"]
        """#

    static let everyArgumentMayBeRun = """
        this program could run the data as code in any argument; let it read the data from its standard input, or call a \
        script of your own
        """

    private func optionProblem(_ index: Int) -> String? {
        guard !dataMayBeOption, arguments[index].canBecomeOption else { return nil }
        // A "--" before a script is for the interpreter.
        let scripts = interpreters.filter { $0.index < index }.compactMap(\.script)
        guard !hasTerminator((scripts.max().map { $0 + 1 } ?? 0)..<index) else { return nil }
        return """
            the data could be taken for an option; put "--" before it, which a script of your own has to skip \
            ([ "$1" = -- ] && shift), or set data_as_option = true
            """
    }

    private func hasTerminator(_ range: Range<Int>) -> Bool { texts[range].contains("--") }

    /// Whether an argument after a script goes to the script without a `--`: it is no option, and does not follow one.
    private func belongsToScript(_ index: Int, _ script: Int) -> Bool {
        // `dataMayBeOption` does not matter: such an option would be run.
        guard !arguments[index].startsWithDash, !arguments[index].canBecomeOption else { return false }
        return index == script + 1 || !arguments[index - 1].startsWithDash
    }
}

extension CommandArgument {
    fileprivate var startsWithDash: Bool {
        guard case .literal(let text) = pieces.first else { return false }
        return text.utf8.first == UInt8(ascii: "-")
    }

    /// Whether the data decides if the argument is an option, or which: only dashes precede it.
    fileprivate var canBecomeOption: Bool {
        switch pieces.first {
        case .data: true
        case .literal(let text): pieces.dropFirst().first == .data && text.allSatisfy { $0 == "-" }
        default: false
        }
    }
}
