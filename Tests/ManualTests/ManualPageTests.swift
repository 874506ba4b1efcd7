import Testing

@testable import Manual

/// What swift-argument-parser prints for a program, with the given members of its command.
private func page(_ command: String, _ head: ManualHead = ManualHead()) throws -> String {
    try ManualPage(
        dump: #"{"command":{"commandName":"prog",\#(command)},"serializationVersion":0}"#, version: "1.2",
        date: "May 1, 2026", head
    ).text
}

private let host = #"""
    {"kind":"option","shouldDisplay":true,"isOptional":true,"isRepeating":false,"valueName":"host","defaultValue":"here",
    "names":[{"kind":"short","name":"H"},{"kind":"long","name":"host"},{"kind":"longWithSingleDash","name":"host"}],
    "preferredName":{"kind":"long","name":"host"},"abstract":"Whom to ask."}
    """#
private let help = #"{"abstract":"Help.","commandName":"help","shouldDisplay":true}"#

struct ManualPageTests {
    @Test func aProgramWithoutCommands() throws {
        let text = try page(
            #""abstract":"Does it.","discussion":"At once.\n\nExample: prog -x","arguments":[\#(host)],"subcommands":[\#(help)]"#,
            ManualHead(section: 8, related: [(name: "a", section: 1), (name: "b", section: 5)]))
        #expect(
            text == """
                .Dd May 1, 2026
                .Dt PROG 8
                .Os prog\\ 1.2
                .Sh NAME
                .Nm prog
                .Nd Does it
                .Sh SYNOPSIS
                .Nm
                .Op Fl \\-host Ar host
                .Sh DESCRIPTION
                At once.
                .Sh OPTIONS
                .Bl -tag -width 6n
                .It Fl H , Fl \\-host , Fl host Ar host
                Whom to ask (default: here).
                .El
                .Sh EXAMPLES
                .Bd -literal -offset indent
                prog \\-x
                .Ed
                .Sh SEE ALSO
                .Xr a 1 ,
                .Xr b 5

                """)
    }

    @Test func commandsHaveTheirOwnOptionsOnly() throws {
        let id = #"{"kind":"positional","isRepeating":true,"valueName":"id","abstract":"Ids."}"#
        let all =
            #"{"kind":"flag","isOptional":true,"names":[{"kind":"long","name":"all"}],"preferredName":{"kind":"long","name":"all"},"abstract":"All."}"#
        let hidden = #"{"abstract":"No.","commandName":"secret","shouldDisplay":false}"#
        let stop =
            #"{"abstract":"Stop it.","commandName":"stop","arguments":[\#(id),\#(all),\#(host)],"discussion":"Exit codes: 0 done."}"#
        let text = try page(#""arguments":[\#(host)],"subcommands":[\#(stop),\#(hidden),\#(help)]"#)
        #expect(
            text.contains(
                ".Nm\n.Op Fl \\-host Ar host\n.Ar command\n.Op Ar argument ...\n.Nm\n.Cm stop\n.Ar id ...\n.Op Fl \\-all\n"
            ))
        #expect(
            text.contains(
                """
                .Sh COMMANDS
                The options above may also stand after the name of the command.
                .Ss prog stop
                Stop it.
                .Pp
                Exit codes:
                0 done.
                .Bl -tag -width 6n
                .It Ar id ...
                Ids.
                .It Fl \\-all
                All.
                .El
                .Ss prog help
                """))
        #expect(!text.contains("secret"))
    }

    @Test func variablesThatOptionsNameAreTheEnvironment() throws {
        let text = try page(
            #""arguments":[{"kind":"option","names":[{"kind":"long","name":"p"}],"preferredName":{"kind":"long","name":"p"},"valueName":"n","abstract":"It (default: $PROG_P, or 5).","allValues":["5","6"]}]"#
        )
        #expect(
            text.contains(
                ".Sh ENVIRONMENT\n.Bl -tag -width 6n -compact\n.It PROG_P\nTaken where \\-\\-p is not given.\n.El\n"))
    }

    @Test func hiddenArgumentsAreLeftOut() throws {
        #expect(try !page(#""arguments":[{"kind":"flag","shouldDisplay":false,"names":[]}]"#).contains("OPTIONS"))
    }

    @Test(arguments: ["", "{}", "[]", #"{"command":5}"#, #"{"command":{"commandName":"x","shouldDisplay":false}}"#])
    func whatIsNoDump(text: String) {
        #expect(throws: UnknownDump.self) {
            try ManualPage(dump: text, version: "", date: "", ManualHead())
        }
    }
}
