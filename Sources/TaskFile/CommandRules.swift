import TaskCore

/// What a command must not do with a client's data: be chosen by it, be led to options by it, or run it.
struct CommandRules {
    /// What is wrong with an argument.
    struct Problem: Equatable {
        let index: Int
        let words: String
    }

    /// In the order of the arguments, one for each at most.
    let problems: [Problem]

    /// - Parameters:
    ///   - texts: the program and its arguments, as they stand in the file.
    ///   - dataMayBeOption: where the operator says that data in front of an argument is harmless.
    init(_ texts: [String], data: DataEncoding, dataMayBeOption: Bool) {
        let arguments = texts.map { CommandArgument($0) }
        let uses = ScriptUse.uses(in: texts)
        problems = arguments.indices.compactMap { index in
            Self.problem(arguments, index, data, dataMayBeOption, uses).map { Problem(index: index, words: $0) }
        }
    }

    private static func problem(
        _ arguments: [CommandArgument], _ index: Int, _ data: DataEncoding, _ dataMayBeOption: Bool, _ uses: [ScriptUse]
    ) -> String? {
        let argument = arguments[index]
        if index == 0, argument.pieces.contains(where: { $0 == .data || $0 == .id }) {
            return "the program must not depend on {data} or {id}: what runs is not for clients to choose"
        }
        if argument.length(withData: 0) > CommandArgument.longest {
            return "is longer than the \(CommandArgument.longest) bytes that an argument may have"
        }
        if uses.contains(where: { $0.index == index && $0.script == nil }) { return standardInputIsRun }
        guard argument.hasData else { return nil }
        if data == .base64 {
            return
                #"{data} can't stand in an argument where data is "base64": the program reads it from its standard input"#
        }
        // Where the arguments begin that are the last script's own.
        var start = 0
        for use in uses where use.index < index {
            guard let script = use.script else { continue }
            guard use.interpreter.leavesArguments else { return everyArgumentMayBeRun }
            start = max(start, script + 1)
            guard script < index else { return dataIsRun }
            if use.hasOptions, use.interpreter.takesOptionsBehindScript,
                !hasTerminator(arguments[(script + 1)..<index]), !isOwnOfScript(arguments[script...index])
            {
                return dataIsRun
            }
        }
        if !dataMayBeOption, argument.canBecomeOption, !hasTerminator(arguments[min(start, index)..<index]) {
            return """
                data could be taken for an option here: put "--" before it, which a script of your own has to skip \
                ([ "$1" = -- ] && shift), or say data_as_option = true
                """
        }
        return nil
    }

    /// Whether the last of the arguments goes to the script, the first of them, though no `--` says so: because it is not, and
    /// does not follow, what the interpreter could still take for an option.
    private static func isOwnOfScript(_ arguments: ArraySlice<CommandArgument>) -> Bool {
        // Whatever the operator says of options: here one runs what is in it.
        guard let argument = arguments.last, !argument.startsWithDash, !argument.canBecomeOption else { return false }
        return arguments.count == 2 || arguments.dropLast().last?.startsWithDash == false
    }

    private static func hasTerminator(_ arguments: ArraySlice<CommandArgument>) -> Bool {
        arguments.contains { $0.pieces == [.literal("--")] }
    }

    // MARK: What would be run

    static let dataIsRun =
        #"data could be run here; put it behind the script and "--": ["sh", "-c", "echo \"$1\"", "--", "{data}"]"#

    static let everyArgumentMayBeRun =
        "data could be run in any argument of this program; let it come from the standard input, or run a script of your own"

    static let standardInputIsRun = """
        no script is seen behind this, so that it would run the data on its standard input; give it one, behind "--" if \
        options stand before it, or run a script of your own
        """
}

extension CommandArgument {
    fileprivate var startsWithDash: Bool {
        guard case .literal(let text) = pieces.first else { return false }
        return text.utf8.first == UInt8(ascii: "-")
    }

    /// Whether the data decides if it is an option, or which one: nothing but dashes stands before it.
    fileprivate var canBecomeOption: Bool {
        switch pieces.first {
        case .data: true
        case .literal(let text): pieces.dropFirst().first == .data && text.allSatisfy { $0 == "-" }
        default: false
        }
    }
}
