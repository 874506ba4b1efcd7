import TaskCatalog
import Wire

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
            Self.problem(arguments, index, data, dataMayBeOption, uses[index]).map { Problem(index: index, words: $0) }
        }
    }

    private static func problem(
        _ arguments: [CommandArgument], _ index: Int, _ data: DataEncoding, _ dataMayBeOption: Bool, _ use: ScriptUse?
    ) -> String? {
        let argument = arguments[index]
        if index == 0, argument.pieces.contains(where: { $0 == .data || $0 == .id }) {
            return "the program must not depend on {data} or {id}: what runs is not for clients to choose"
        }
        if argument.length(withData: 0) > CommandArgument.longest {
            return "is longer than the \(CommandArgument.longest) bytes that an argument may have"
        }
        if use == .standardInput { return ScriptUse.standardInput.words }
        guard argument.hasData else { return nil }
        if data == .base64 {
            return
                #"{data} can't stand in an argument where data is "base64": the program reads it from its standard input"#
        }
        if let use { return use.words }
        let isBehindTerminator = arguments[..<index].contains { $0.pieces == [.literal("--")] }
        if !dataMayBeOption, !isBehindTerminator, argument.canBecomeOption {
            return """
                data could be taken for an option here: put "--" before it, if the program knows that, or say \
                data_as_option = true
                """
        }
        return nil
    }
}

extension CommandArgument {
    /// Whether the data decides if it is an option, or which one: nothing but dashes stands before it.
    fileprivate var canBecomeOption: Bool {
        switch pieces.first {
        case .data: true
        case .literal(let text): pieces.dropFirst().first == .data && text.allSatisfy { $0 == "-" }
        default: false
        }
    }
}
