/// What mdoc, the language of manual pages, makes of plain text.
enum Mdoc {
    /// `text` as it stands, with nothing in it that roff would take for an instruction or print as another character.
    static func escaped(_ text: some StringProtocol) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\e"
            case "-": result += "\\-"  // else a hyphen, which can't be pasted into a shell
            case "'": result += "\\(aq"
            case "`": result += "\\(ga"
            case "^": result += "\\(ha"
            case "~": result += "\\(ti"
            case "\"": result += "\\(dq"
            case "\t": result += "    "
            case " "..."~": result.unicodeScalars.append(scalar)
            case "\u{0}"..." ": break
            default:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += "\\[u\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)]"
            }
        }
        return result
    }

    /// A line of text, as itself.
    static func line(_ text: some StringProtocol) -> String {
        let line = escaped(text)
        return line.hasPrefix(".") ? "\\&\(line)" : line
    }

    /// An argument of a macro: one word, which is not a macro itself.
    static func argument(_ text: String) -> String {
        let word = escaped(text).split(separator: " ").joined(separator: "\\ ")
        let isPlain = word.count > 3 || word.allSatisfy { $0.isLowercase || $0.isNumber }
        return word.isEmpty || !isPlain ? "\\&\(word)" : word
    }

    /// Running text in source lines of a usual width, each sentence on a line of its own, as mdoc wants it.
    static func text(_ text: String) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            let endsSentence = line.last.map { ".!?".contains($0) } ?? false
            if !line.isEmpty, endsSentence && !(word.first?.isLowercase ?? false) || line.count + word.count > 72 {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return (lines + (line.isEmpty ? [] : [line])).map { Mdoc.line($0) }
    }

    /// Pieces of a discussion.
    static func blocks(_ blocks: [Discussion.Block]) -> [String] {
        var lines: [String] = []
        for (number, block) in blocks.enumerated() {
            switch block {
            case .text(let sentences):
                if number > 0 { lines.append(".Pp") }
                lines += sentences.map { text($0) }.joined(separator: [".br"])
            case .literal(let literal):
                lines += [".Bd -literal -offset indent"] + literal.map { line($0) } + [".Ed"]
            case .list(let entries):
                lines.append(".Bl -tag -width 6n -compact")
                for entry in entries { lines += [".It \(argument(entry.term))"] + text(entry.meaning) }
                lines.append(".El")
            }
        }
        return lines
    }
}
