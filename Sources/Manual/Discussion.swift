/// The discussion of a command as its declaration has it, in the pieces that a manual page sets apart.
///
/// A line that begins with a heading (`Examples:`, `Exit codes:`, `Environment:`) begins a section, which goes as far as
/// the next empty line. Indented lines are kept as they stand, all others may be broken anew; exit codes with semicolons
/// between them become a list.
struct Discussion {
    enum Section: String, CaseIterable {
        case description = "DESCRIPTION"
        case exitStatus = "EXIT STATUS"
        case environment = "ENVIRONMENT"
        case examples = "EXAMPLES"

        /// How a line begins that opens the section.
        var headings: [String] {
            switch self {
            case .description: []
            case .exitStatus: ["Exit code", "Exit status"]
            case .environment: ["Environment"]
            case .examples: ["Example"]
            }
        }
    }

    enum Block: Equatable {
        /// Lines of running text.
        case text([String])
        /// Lines that are kept as they are, less the indentation that they share.
        case literal([String])
        /// Lines such as `  6   no server`: a word or two, at least two spaces, and what it means.
        case list([Entry])
    }

    struct Entry: Equatable {
        let term: String
        let meaning: String
    }

    private var blocks: [Section: [Block]] = [:]

    subscript(section: Section) -> [Block] { blocks[section] ?? [] }

    init(_ text: String) {
        for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false).split(separator: "") {
            var section = Section.description
            var lines: [String] = []
            for line in paragraph {
                if let (found, rest) = Self.heading(String(line)) {
                    add(lines, to: section)
                    section = found
                    lines = rest.isEmpty ? [] : [rest]
                } else {
                    lines.append(String(line))
                }
            }
            add(lines, to: section)
        }
    }

    /// The section that a line opens, and what the line says after the heading.
    ///
    /// Examples that stand on the line itself are commands, and as literal as those below it. What qualifies the heading
    /// is kept (`Exit codes otherwise: …`).
    private static func heading(_ line: String) -> (Section, rest: String)? {
        for section in Section.allCases {
            guard let heading = section.headings.first(where: line.hasPrefix), let colon = line.firstIndex(of: ":")
            else { continue }
            let words = line[..<colon].dropFirst(heading.count)
            guard words.count < 40 else { continue }
            let rest = line[line.index(after: colon)...].trimmed
            if section == .examples { return (section, rest.isEmpty ? "" : "  " + rest) }
            return (section, words.contains(" ") && !rest.isEmpty ? line : rest)
        }
        return nil
    }

    private mutating func add(_ lines: [String], to section: Section) {
        var rest = lines[...]
        while let first = rest.first {
            let isIndented = first.hasPrefix("  ")
            let run = rest.prefix { $0.hasPrefix("  ") == isIndented }
            rest = rest.dropFirst(run.count)
            let codes = section == .exitStatus && !isIndented ? Self.exitCodes(run.joined(separator: " ")) : nil
            blocks[section, default: []] +=
                codes ?? [isIndented ? Self.indented(Array(run)) : .text(Array(run))]
        }
    }

    /// `0 done; 1, 2 not done. More.` as a list and what comes after it; nil where it is not made like that.
    private static func exitCodes(_ text: String) -> [Block]? {
        let sentences = text.split(separator: ". ", maxSplits: 1)
        var entries: [Entry] = []
        for piece in (sentences.first ?? "").split(separator: ";") {
            let words = piece.trimmed
            let code = words.prefix { $0.isNumber || ", ".contains($0) }.trimmed
            guard let last = code.last, last.isNumber else { return nil }
            let meaning = words.dropFirst(code.count).trimmed
            entries.append(Entry(term: code, meaning: meaning.hasSuffix(".") ? String(meaning.dropLast()) : meaning))
        }
        guard entries.count > 1 else { return nil }
        return [.list(entries)] + sentences.dropFirst().map { .text([String($0)]) }
    }

    private static func indented(_ lines: [String]) -> Block {
        let entries = lines.compactMap(entry)
        if entries.count == lines.count { return .list(entries) }
        let indentation = lines.map { $0.prefix { $0 == " " }.count }.min() ?? 0
        return .literal(lines.map { String($0.dropFirst(indentation)) })
    }

    private static func entry(_ line: String) -> Entry? {
        let text = line.trimmed
        guard let gap = text.firstRange(of: "  ") else { return nil }
        return Entry(term: String(text[..<gap.lowerBound]), meaning: text[gap.upperBound...].trimmed)
    }
}

extension StringProtocol {
    fileprivate var trimmed: String {
        let text = drop { $0 == " " }
        return String(text.prefix(text.count - text.reversed().prefix { $0 == " " }.count))
    }
}
