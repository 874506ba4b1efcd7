import TaskCore
import Testing

@testable import TaskFile

/// What is wrong with a command, as `index: words`.
private func problems(
    _ words: String..., data: DataEncoding = .text, dataMayBeOption: Bool = false
) -> [String] {
    CommandRules(words, data: data, dataMayBeOption: dataMayBeOption).problems.map { "\($0.index): \($0.words)" }
}

struct CommandRulesTests {
    @Test func clientsDoNotChooseTheProgram() {
        for program in ["{data}", "/usr/bin/{data}", "tool-{id}"] {
            #expect(
                problems(program) == [
                    "0: the program must not depend on {data} or {id}: what runs is not for clients to choose"
                ])
        }
    }

    @Test func dataIsNoOption() {
        let words = """
            1: data could be taken for an option here: put "--" before it, which a script of your own has to skip ([ "$1" = -- ] && shift), or say \
            data_as_option = true
            """
        for argument in ["{data}", "{data}.png", "-{data}", "--{data}=1"] {
            #expect(problems("x", argument) == [words])
            #expect(problems("x", argument, "--") == [words])
            #expect(problems("x", argument, dataMayBeOption: true) == [])
            #expect(problems("x", "--", argument) == [])
        }
        for argument in ["in/{data}", "-o{data}", "--out={data}", "{id}{data}", "{id}", "x{data}"] {
            #expect(problems("x", argument) == [])
        }
    }

    @Test func bytesAreNoArgument() {
        #expect(
            problems("x", "--", "a{data}", data: .base64) == [
                #"2: {data} can't stand in an argument where data is "base64": the program reads it from its standard input"#
            ])
        #expect(problems("x", "{id}", data: .base64) == [])
    }

    @Test func argumentsThatNoSystemTakes() {
        #expect(problems("x", String(repeating: "y", count: 131_071)) == [])
        #expect(
            problems("x", String(repeating: "y", count: 131_072)) == [
                "1: is longer than the 131071 bytes that an argument may have"
            ])
    }

    @Test(arguments: [
        // In a shell's script.
        ["sh", "-c", "echo {data}"], ["/bin/bash", "-lc", "echo '{data}'"], ["bash", "-c", "-e", "echo {data}"],
        ["bash", "-o", "pipefail", "-c", "x{data}"], ["env", "A=b", "dash", "-ec", "{data}"],
        ["bash", "-c", "--", "{data}"], ["busybox", "sh", "-c", "{data}"], ["fish", "-c{data}"],
        ["fish", "--command={data}"], ["fish", "--command", "{data}"], ["sh5", "-c", "{data}"],
        ["nice", "-n", "5", "ksh", "+x", "-c", "x {data}"], ["sh", "-c", "exec \"$@\"", "--", "bash", "-c", "{data}"],
        ["sh", "-c", "echo {data}\u{301}"], ["sh", "-\u{301}c", "{data}"],
        ["bash", "-euo", "pipefail", "-c", "{data}"],
        // In another interpreter's.
        ["python3", "-c", "print('{data}')"], ["/usr/bin/python3.11", "-Ic", "{data}"], ["python", "-cprint({data})"],
        ["python3", "-W", "ignore", "-c", "{data}"], ["perl", "-ne", "{data}"],
        ["perl", "-Mstrict", "-E", "say '{data}'"], ["perl", "-e", "1", "-e", "print '{data}'"],
        ["perl", "-e", "1", "-eprint '{data}'"], ["perl", "-I{data}", "x.pl"], ["ruby", "-r", "json", "-e", "{data}"],
        ["node", "-e", "{data}"], ["node", "-pe", "f({data})"], ["nodejs", "--eval={data}"],
        ["node", "--print", "{data}"],
        ["node", "-e", "1", "--eval=x{data}"], ["php8.2", "-r", "echo {data};"], ["lua5.4", "-e", "{data}"],
        // As an option behind a script: of these a second one runs too.
        ["perl", "-e", "1", "{data}"], ["ruby", "-e", "1", "-{data}"], ["node", "-e", "1", "{data}"],
        ["fish", "-c", "true", "{data}"], ["php", "-r", "1;", "{data}"], ["lua", "-e", "x = 1", "{data}"],
        ["perl", "-e", "1", "-I", "x{data}"],
        // As the name of a script, or of what is read before it.
        ["sh", "{data}"], ["bash", "--", "{data}"], ["python3", "/srv/{data}.py"], ["env", "perl", "-w", "{data}"],
        ["bash", "-x", "jobs/{data}"], ["bash", "--rcfile", "{data}", "-c", "true"], ["node", "-r", "{data}", "x.js"],
    ]) func dataThatIsRun(command: [String]) {
        let index = command.firstIndex { CommandArgument($0).hasData }
        for dataMayBeOption in [false, true] {
            let problems = CommandRules(command, data: .text, dataMayBeOption: dataMayBeOption).problems
            #expect(problems == [CommandRules.Problem(index: index ?? 0, words: CommandRules.dataIsRun)])
        }
    }

    @Test(arguments: [
        ["ssh", "printer", "--", "lp -t {data}"], ["ssh", "printer", "lp", "--", "{data}"],
        ["su", "user", "-c", "x {data}"], ["su", "user", "-c", "cat", "--", "{data}"],
        ["su", "--command=cat", "user", "--", "{data}"], ["awk", "--", "{data}"], ["mawk", "-f", "x.awk", "{data}"],
        ["gawk", "-v", "x={data}", "{ print x }"], ["sed", "s/x/{data}/"], ["sed", "-n", "-e", "p", "-e{data}"],
        ["sudo", "sed", "p", "--", "{data}"],
    ]) func programsThatMayRunAnyArgument(command: [String]) throws {
        let index = try #require(command.firstIndex { CommandArgument($0).hasData })
        for dataMayBeOption in [false, true] {
            let problems = CommandRules(command, data: .text, dataMayBeOption: dataMayBeOption).problems
            #expect(problems == [CommandRules.Problem(index: index, words: CommandRules.everyArgumentMayBeRun)])
        }
    }

    @Test(arguments: [
        ["sh"], ["/bin/bash", "-s"], ["sh", "-s", "x"], ["bash", "-e"], ["bash", "--norc"], ["bash", "-es", "x"],
        ["bash", "-euo", "pipefail"], ["bash", "+o", "posix"], ["bash", "--rcfile", "x"], ["bash", "-", "x"],
        ["bash", "--", "-"], ["sh", "/dev/stdin"], ["sh", "-c"], ["fish", "-C", "true"], ["python3", "-"],
        ["python3", "-", "x"], ["python3", "-u"], ["python3", "-i", "x.py"], ["python3", "-ui", "x.py"],
        ["python3", "-W", "ignore"], ["python3", "-Xdev"], ["perl", "-d", "x.pl"], ["perl", "-Mstrict"],
        ["ruby", "-rjson"], ["node", "-i"], ["node", "-r", "./setup.js"], ["node", "--input-type", "module"],
        ["node", "--input-type=module"], ["php"], ["php", "--", "x"], ["php", "-d", "memory_limit=1G"],
        ["php", "-f", "/dev/fd/0"], ["lua", "-l", "x"], ["lua", "-i", "x.lua"], ["awk", "-f", "-"],
        ["awk", "-f/dev/stdin"], ["gawk", "--file=/dev/stdin"], ["gawk", "--file", "/proc/self/fd/0"],
        ["sed", "-nf-"], ["ssh", "host"], ["ssh", "-p", "22", "host"], ["ssh", "-tt", "user@host"], ["su", "user"],
        ["su", "-", "user"], ["su", "-s", "/bin/bash", "user"],
    ])
    func anInterpreterWithoutAScript(command: [String]) {
        let alone = CommandRules.Problem(index: 0, words: CommandRules.standardInputIsRun)
        #expect(CommandRules(command, data: .text, dataMayBeOption: false).problems == [alone])
        #expect(CommandRules(command, data: .base64, dataMayBeOption: true).problems == [alone])
        for start in [["env", "X=1"], ["timeout", "5"], ["busybox"], ["sudo", "-u", "x", "--"], ["sh", "-c"]] {
            let problem = CommandRules.Problem(index: start.count, words: CommandRules.standardInputIsRun)
            #expect(CommandRules(start + command, data: .text, dataMayBeOption: false).problems == [problem])
        }
    }

    @Test(arguments: [
        ["sh", "-c", "echo \"$1\"", "--", "{data}"], ["sh", "-c", "echo \"$1\"", "--", "-c", "{data}"],
        ["bash", "-x", "deploy.sh", "--", "{data}"], ["bash", "deploy.sh", "-c", "--", "{data}"],
        ["bash", "-euo", "pipefail", "-c", "echo \"$1\"", "--", "{data}"], ["bash", "-c", "-e", "cat"],
        ["python3", "tool.py", "-e", "--", "{data}"], ["python3", "-c", "import sys", "--", "{data}"],
        ["python3", "-m", "tool", "--", "{data}"], ["python3", "tool.py", "--name={data}"],
        ["python3", "-u", "tool.py", "--name={data}"], ["bash", "-c", "echo \"$1\"", "x", "--name={data}"],
        ["perl", "-e", "print @ARGV", "in/{data}"], ["perl", "-w", "x.pl", "to", "in/{data}"],
        ["python3", "-mjson.tool"],
        ["python3", "-Wignore", "-u", "tool.py"], ["perl", "-e", "print @ARGV", "--", "{data}"],
        ["perl", "-MTime::HiRes", "x.pl", "--", "{data}"], ["perl", "x.pl", "in/{data}"],
        ["perl", "-pi.bak", "-e", "1"],
        ["ruby", "-rlogger", "x.rb"], ["php", "-d", "memory_limit=1G", "x.php", "--", "{data}"],
        ["php", "-f", "x.php"],
        ["node", "-r", "./setup.js", "x.js", "--", "{data}"], ["node", "--no-warnings", "--", "x.js"],
        ["node", "--eval", "1"], ["node", "--eval=1"], ["fish", "--command=cat"], ["lua", "-e", "print(1)"],
        ["git", "log", "-c", "--", "{data}"], ["sh", "-c", "sha256sum"], ["bash", "deploy.sh"],
        ["bash", "--norc", "-c", "cat"], ["bash", "--norc", "--", "deploy.sh"], ["convert", "-", "png:-"], ["true"],
        ["tool", "--shell=bash"], ["su", "user", "-c", "cat"], ["su", "-", "user", "-c", "cat"],
        ["ssh", "printer", "lp"],
        ["ssh", "-i", "key", "-p", "22", "printer", "--", "lp"], ["awk", "-F", ",", "{ print $1 }"],
        ["awk", "-f", "x.awk"], ["sed", "-n", "s/a/b/p"], ["sed", "-es/a/b/"], ["sed", "--expression=p"],
    ]) func commandsThatRunNoData(command: [String]) {
        #expect(CommandRules(command, data: .text, dataMayBeOption: false).problems == [])
    }

    @Test func whatIsBehindAScriptIsItsOwnToShellsAndPython() {
        for program in ["sh", "bash", "zsh", "python3"] {
            #expect(problems(program, "-c", "cat", "{data}").count == 1)
            #expect(problems(program, "-c", "cat", "{data}", dataMayBeOption: true) == [])
        }
    }

    @Test func aTerminatorBeforeTheScriptIsNotTheScripts() {
        #expect(problems("env", "--", "bash", "deploy.sh", "{data}").count == 1)
        #expect(problems("bash", "--", "deploy.sh", "{data}").count == 1)
        #expect(problems("bash", "--", "deploy.sh", "--", "{data}") == [])
    }

    @Test func everyUseIsToldInWords() {
        #expect(
            problems("sh", "-c", "{data}") == [
                #"2: data could be run here; put it behind the script and "--": ["sh", "-c", "echo \"$1\"", "--", "{data}"]"#
            ])
        #expect(
            problems("ssh", "printer", "lp -t {data}") == [
                """
                2: data could be run in any argument of this program; let it come from the standard input, or run a script \
                of your own
                """
            ])
        #expect(
            problems("timeout", "5", "sh") == [
                """
                2: no script is seen behind this, so that it would run the data on its standard input; give it one, behind \
                "--" if options stand before it, or run a script of your own
                """
            ])
    }

    @Test func problemsAreToldByTheirPlaces() {
        #expect(
            mistakes("[tasks.a]\ncommand = [\n'sh',\n'-c', 'echo {data}']") == [
                "f:4: tasks.a.command[2]: \(CommandRules.dataIsRun)"
            ])
        #expect(mistakes("[tasks.a]\ncommand = ['x', '{data}']\ndata_as_option = true") == [])
    }
}
