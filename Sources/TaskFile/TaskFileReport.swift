import TaskCore

extension TaskFile {
    /// What the file says, for its operator: each type with its command line, what goes in and out, and its limits.
    ///
    /// - Parameters:
    ///   - name: the file's.
    ///   - builtIn: how many types there are beside those of the file.
    package func report(named name: String, beside builtIn: Int) -> String {
        let count = types.count == 1 ? "1 task type" : "\(types.count) task types"
        let others = builtIn == 0 ? "no built-in ones" : "\(builtIn) built-in ones"
        return (["\(name): \(count), and \(others)"] + types.map(Self.lines)).joined(separator: "\n\n") + "\n"
    }

    private static func lines(_ type: TaskType) -> String {
        guard let command = type.command else { return type.name }
        var lines = [type.description.map { "\(type.name): \($0)" } ?? type.name]
        func add(_ title: String, _ text: String) {
            lines.append("  " + title + String(repeating: " ", count: 13 - title.count) + text)
        }
        add("command", command.arguments.map { shown($0.fileText) }.joined(separator: " "))
        if let directory = command.directory { add("directory", shown(directory)) }
        if !command.environment.isEmpty {
            let variables = command.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            add("environment", variables.map(shown).joined(separator: " "))
        }
        add("data", "\(command.data.rawValue), result \(command.result.rawValue)")
        var limits = [command.timeout.map { "at most \(text($0))" } ?? "no time-out"]
        limits.append("\(SizeText.text(command.maximumOutput)) of output")
        if let expected = command.expected { limits.append("\(text(expected)) expected") }
        add("limits", limits.joined(separator: ", "))
        return lines.joined(separator: "\n")
    }

    private static func text(_ time: Duration) -> String {
        let (seconds, attoseconds) = time.components
        return TimeText.text(UInt64(seconds) * 1000 + UInt64(attoseconds / 1_000_000_000_000_000))
    }

    /// As it stands, or in quotation marks where its ends could not be seen.
    private static func shown(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy {
            $0 != " " && $0 != "\"" && $0 != "\\" && !ValuePath.isUnseen($0)
        }
        return isPlain && !text.isEmpty ? text : ValuePath.quoted(text)
    }
}

extension CommandArgument {
    /// As it stands in the file.
    fileprivate var fileText: String {
        pieces.map { piece in
            switch piece {
            case .literal(let text): text
            case .data: "{data}"
            case .id: "{id}"
            }
        }.joined()
    }
}
