import JSON

/// A text was given that is not a description of a program.
package struct UnknownDump: Error, Equatable {}

/// A program or one of its commands, as swift-argument-parser describes it (`--experimental-dump-help`); what is hidden
/// from its help is left out.
struct CommandDescription: Sendable {
    var name = ""
    var abstract = ""
    var discussion = ""
    var arguments: [ArgumentDescription] = []
    var commands: [CommandDescription] = []

    /// - Throws: `UnknownDump` where `dump` is not what the library prints.
    init(dump: String) throws(UnknownDump) {
        var found: CommandDescription?
        try? JSONReader().read(Array(dump.utf8).span) { members in
            members.forEach { member in
                if member.isNamed("command") { found = CommandDescription(member) }
                return true
            }
        }
        guard let found else { throw UnknownDump() }
        self = found
        // The library describes a command `help` for programs without commands too, which do not take it.
        if commands.allSatisfy({ $0.name == "help" }) { commands = [] }
    }

    /// Nil where it is hidden.
    fileprivate init?(_ member: borrowing JSONMember) {
        var isHidden = false
        let isObject: Void? = member.withMembers { members in
            members.forEach { member in
                if member.isNamed("commandName") {
                    name = member.string ?? ""
                } else if member.isNamed("abstract") {
                    abstract = member.string ?? ""
                } else if member.isNamed("discussion") {
                    discussion = member.string ?? ""
                } else if member.isNamed("arguments") {
                    arguments = member.elements { ArgumentDescription($0) }
                } else if member.isNamed("subcommands") {
                    commands = member.elements { CommandDescription($0) }
                } else if member.isNamed("shouldDisplay") {
                    isHidden = member.boolean == false
                }
                return true
            }
        }
        guard isObject != nil, !isHidden else { return nil }
    }
}

/// An option, a flag or a positional argument.
struct ArgumentDescription: Sendable {
    enum Kind { case positional, option, flag }

    var kind = Kind.positional
    /// As they are typed, the first one first: `-t`, `--timeout`.
    var names: [String] = []
    var preferredName = ""
    var valueName = ""
    var abstract = ""
    var discussion = ""
    var sectionTitle = ""
    var defaultValue = ""
    var values: [String] = []
    var isOptional = false
    var isRepeating = false

    /// Nil where it is hidden.
    fileprivate init?(_ member: borrowing JSONMember) {
        var isHidden = false
        let isObject: Void? = member.withMembers { members in
            members.forEach { member in
                if member.isNamed("shouldDisplay") { isHidden = member.boolean == false }
                take(member)
                return true
            }
        }
        guard isObject != nil, !isHidden else { return nil }
    }

    private mutating func take(_ member: borrowing JSONMember) {
        if member.isNamed("kind") {
            kind = member.isString("option") ? .option : member.isString("flag") ? .flag : .positional
        } else if member.isNamed("names") {
            names = member.elements { Self.name($0) }
        } else if member.isNamed("preferredName") {
            preferredName = Self.name(member) ?? ""
        } else if member.isNamed("valueName") {
            valueName = member.string ?? ""
        } else if member.isNamed("abstract") {
            abstract = member.string ?? ""
        } else if member.isNamed("discussion") {
            discussion = member.string ?? ""
        } else if member.isNamed("sectionTitle") {
            sectionTitle = member.string ?? ""
        } else if member.isNamed("defaultValue") {
            defaultValue = member.string ?? ""
        } else if member.isNamed("allValues") || member.isNamed("allValueStrings") {
            values = member.elements { $0.string }
        } else if member.isNamed("isOptional") {
            isOptional = member.boolean == true
        } else if member.isNamed("isRepeating") {
            isRepeating = member.boolean == true
        }
    }

    private static func name(_ member: borrowing JSONMember) -> String? {
        var dashes = "-"
        var name: String?
        member.withMembers { members in
            members.forEach { member in
                if member.isNamed("kind"), member.isString("long") { dashes = "--" }
                if member.isNamed("name") { name = member.string }
                return true
            }
        }
        return name.map { dashes + $0 }
    }
}
