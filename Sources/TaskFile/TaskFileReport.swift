import TaskCore

extension TaskFile {
    /// What the file defines, for its operator.
    ///
    /// - Parameters:
    ///   - name: the name of the file.
    ///   - builtIn: the number of types that the server has beside those of the file.
    package func report(named name: String, beside builtIn: Int) -> String {
        let count = types.count == 1 ? "1 task type" : "\(types.count) task types"
        let others = builtIn == 0 ? "no built-in ones" : "\(builtIn) built-in ones"
        return (["\(name): \(count), and \(others)"] + types.map(Self.paragraph)).joined(separator: "\n\n") + "\n"
    }

    private static func paragraph(_ type: TaskType) -> String {
        guard let command = type.command else { return type.name }
        var limits = [command.timeout.map { "at most \(text($0))" } ?? "no timeout"]
        limits.append("\(SizeText.text(command.maximumOutput)) of output")
        if let expected = command.expected { limits.append("\(text(expected)) expected") }
        let variables = command.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }

        let facts: [(title: String, text: String?)] = [
            ("command", words(command.arguments.map(\.template))),
            ("directory", command.directory.map { words([$0]) }),
            ("environment", variables.isEmpty ? nil : words(variables)),
            ("data", "\(command.data.rawValue), result \(command.result.rawValue)"),
            ("limits", limits.joined(separator: ", ")),
        ]
        let lines = facts.compactMap { title, text in
            text.map { "  " + title + String(repeating: " ", count: 13 - title.count) + $0 }
        }
        return ([type.description.map { "\(type.name): \($0)" } ?? type.name] + lines).joined(separator: "\n")
    }

    private static func text(_ time: Duration) -> String {
        TimeText.text(Int(time / .milliseconds(1)))
    }

    /// The texts separated by spaces; quoted if it would be unclear where one ends.
    private static func words(_ texts: [String]) -> String {
        texts.map { text in
            let isPlain = text.unicodeScalars.allSatisfy { !" \"\\".unicodeScalars.contains($0) && !$0.isInvisible }
            return isPlain && !text.isEmpty ? text : text.quoted
        }.joined(separator: " ")
    }
}
