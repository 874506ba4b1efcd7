/// What a manual page has besides the program's declarations.
package struct ManualHead: Sendable {
    /// 1 for programs that people call, 8 for daemons.
    package let section: Int

    /// Pages to name under SEE ALSO.
    package let related: [(name: String, section: Int)]

    package init(section: Int = 1, related: [(name: String, section: Int)] = []) {
        self.section = section
        self.related = related
    }
}

/// The manual page of a program, in mdoc, made of nothing but its declarations.
package struct ManualPage {
    private let program: CommandDescription
    private let head: ManualHead
    private let version: String
    private let date: String

    /// - Parameters:
    ///   - dump: what the program prints for `--experimental-dump-help`.
    ///   - date: that of the page, such as `November 23, 2026`.
    /// - Throws: `UnknownDump` where `dump` is no such text.
    package init(dump: String, version: String, date: String, _ head: ManualHead) throws(UnknownDump) {
        program = try CommandDescription(dump: dump)
        self.version = version
        self.date = date
        self.head = head
    }

    package var text: String {
        let discussion = Discussion(program.discussion)
        var lines = title + ["Sh SYNOPSIS"].macros + synopsis
        lines += ["Sh DESCRIPTION"].macros + description(discussion)
        lines += options(program.arguments, titled: "OPTIONS")
        if !program.commands.isEmpty {
            lines += ["Sh COMMANDS"].macros + takesOptionsAnywhere + program.commands.flatMap(command)
        }
        for section in [Discussion.Section.environment, .exitStatus, .examples] {
            let blocks = discussion[section] + (section == .environment ? environment : [])
            if !blocks.isEmpty { lines += ["Sh \(section.rawValue)"].macros + Mdoc.blocks(blocks) }
        }
        lines += seeAlso
        return lines.joined(separator: "\n") + "\n"
    }

    private var title: [String] {
        [
            "Dd \(date)", "Dt \(Mdoc.escaped(program.name.uppercased())) \(head.section)",
            "Os \(Mdoc.argument("\(program.name) \(version)"))",
            "Sh NAME", "Nm \(Mdoc.argument(program.name))", "Nd \(Mdoc.escaped(withoutFullStop(program.abstract)))",
        ].macros
    }

    private func withoutFullStop(_ text: String) -> String { text.hasSuffix(".") ? String(text.dropLast()) : text }

    private func description(_ discussion: Discussion) -> [String] {
        let blocks = discussion[.description]
        return blocks.isEmpty ? Mdoc.text(program.abstract) : Mdoc.blocks(blocks)
    }

    /// The variables that options name as their defaults (`$UV_TASK_HOST`).
    private var environment: [Discussion.Block] {
        let entries = program.arguments.flatMap { argument in
            argument.abstract.split(separator: "$").dropFirst().compactMap { text -> Discussion.Entry? in
                let name = String(text.prefix { $0.isUppercase || $0.isNumber || $0 == "_" })
                guard !name.isEmpty else { return nil }
                return Discussion.Entry(
                    term: name, meaning: "Taken where \(argument.preferredName) is not given.")
            }
        }
        return entries.isEmpty ? [] : [.list(entries)]
    }

    private var seeAlso: [String] {
        guard !head.related.isEmpty else { return [] }
        let pages = head.related.map { "Xr \(Mdoc.argument($0.name)) \($0.section)" }
        return (["Sh SEE ALSO"] + pages.dropLast().map { "\($0) ," } + pages.suffix(1)).macros
    }

    // MARK: - Synopsis

    private var synopsis: [String] {
        let own = ["Nm"] + program.arguments.map(synopsis)
        if program.commands.isEmpty { return own.macros }
        return (own + ["Ar command", "Op Ar argument ..."] + program.commands.flatMap(synopsis)).macros
    }

    private func synopsis(_ command: CommandDescription) -> [String] {
        ["Nm", "Cm \(Mdoc.argument(command.name))"] + ownArguments(command).map(synopsis)
    }

    private func synopsis(_ argument: ArgumentDescription) -> String {
        let repeated = argument.isRepeating ? " ..." : ""
        let name = argument.kind == .positional ? "" : flag(argument.preferredName)
        let value = argument.kind == .flag ? "" : "Ar \(Mdoc.argument(argument.valueName))"
        let whole = [name, value].filter { !$0.isEmpty }.joined(separator: " ") + repeated
        return argument.isOptional || argument.kind == .flag ? "Op \(whole)" : whole
    }

    // MARK: - Options

    private var takesOptionsAnywhere: [String] {
        let options = Set(program.arguments.flatMap(\.names))
        let commands = program.commands.filter { $0.name != "help" }
        guard !options.isEmpty, commands.allSatisfy({ options.isSubset(of: $0.arguments.flatMap(\.names)) }) else {
            return []
        }
        return ["The options above may also stand after the name of the command."]
    }

    /// What a command takes that the program itself does not.
    private func ownArguments(_ command: CommandDescription) -> [ArgumentDescription] {
        let known = Set(program.arguments.flatMap(\.names))
        return command.arguments.filter { argument in
            argument.kind == .positional || !argument.names.contains(where: known.contains)
        }
    }

    private func command(_ command: CommandDescription) -> [String] {
        let discussion = Discussion(command.discussion)
        var lines = ["Ss \(Mdoc.argument(program.name)) \(Mdoc.argument(command.name))"].macros
        lines += Mdoc.text(command.abstract)
        for section in Discussion.Section.allCases where !discussion[section].isEmpty {
            lines.append(".Pp")
            if let heading = section.headings.first { lines += [Mdoc.text("\(heading)s:").joined()] }
            lines += Mdoc.blocks(discussion[section])
        }
        return lines + list(ownArguments(command))
    }

    /// Those without a title of their own first.
    private func options(_ arguments: [ArgumentDescription], titled title: String) -> [String] {
        guard !arguments.isEmpty else { return [] }
        var titles: [String] = []
        for argument in arguments where !titles.contains(argument.sectionTitle) { titles.append(argument.sectionTitle) }
        titles = titles.filter(\.isEmpty) + titles.filter { !$0.isEmpty }
        return ["Sh \(title)"].macros
            + titles.flatMap { title in
                (title.isEmpty ? [] : ["Ss \(Mdoc.escaped(title))"].macros)
                    + list(arguments.filter { $0.sectionTitle == title })
            }
    }

    private func list(_ arguments: [ArgumentDescription]) -> [String] {
        guard !arguments.isEmpty else { return [] }
        return ["Bl -tag -width 6n"].macros + arguments.flatMap(entry) + ["El"].macros
    }

    private func entry(_ argument: ArgumentDescription) -> [String] {
        let value = "Ar \(Mdoc.argument(argument.valueName))"
        let names = argument.names.map(flag).joined(separator: " , ")
        let term =
            switch argument.kind {
            case .positional: argument.isRepeating ? "\(value) ..." : value
            case .option: "\(names) \(value)"
            case .flag: names
            }
        var lines = ["It \(term)"].macros + Mdoc.text(abstract(argument))
        if !argument.discussion.isEmpty {
            lines += ["Pp"].macros + Mdoc.blocks(Discussion(argument.discussion)[.description])
        }
        return lines
    }

    /// What the argument is, with the values that it takes and its default in brackets, as help prints them.
    private func abstract(_ argument: ArgumentDescription) -> String {
        var notes: [String] = []
        if !argument.values.allSatisfy(argument.abstract.contains) {
            notes.append("values: \(argument.values.joined(separator: ", "))")
        }
        if !argument.defaultValue.isEmpty { notes.append("default: \(argument.defaultValue)") }
        guard !notes.isEmpty else { return argument.abstract }
        return "\(withoutFullStop(argument.abstract)) (\(notes.joined(separator: "; ")))."
    }

    /// `--timeout` as `Fl \-timeout`: the macro adds a dash.
    private func flag(_ name: String) -> String { "Fl \(Mdoc.escaped(name.dropFirst()))" }
}

extension [String] {
    /// The lines as calls of mdoc's macros.
    fileprivate var macros: [String] { map { ".\($0)" } }
}
