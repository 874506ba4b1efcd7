import TaskCore
import Testing

@testable import TaskFile

/// The problems of a command as `index: message`.
private func problems(_ texts: [String], data: DataEncoding = .text, dataMayBeOption: Bool = false) -> [String] {
    CommandRules(texts, data: data, dataMayBeOption: dataMayBeOption).problems.map { "\($0.index): \($0.message)" }
}

/// The index of the argument with data.
private func dataIndex(_ command: [String]) -> Int { command.firstIndex { CommandArgument($0).hasData } ?? -1 }

struct CommandRulesTests {
    @Test(arguments: ["{data}", "/usr/bin/{data}", "tool-{id}"])
    func clientsDoNotChooseTheProgram(program: String) {
        #expect(
            problems([program]) == ["0: the program must not contain {data} or {id}: clients must not choose what runs"]
        )
    }

    @Test(arguments: ["{data}", "{data}.png", "-{data}", "--{data}=1"])
    func dataMustNotBeAnOption(argument: String) {
        let problem = """
            1: the data could be taken for an option; put "--" before it, which a script of your own has to skip \
            ([ "$1" = -- ] && shift), or set data_as_option = true
            """
        #expect(problems(["x", argument]) == [problem])
        #expect(problems(["x", argument, "--"]) == [problem])
        #expect(problems(["x", argument], dataMayBeOption: true) == [])
        #expect(problems(["x", "--", argument]) == [])
    }

    @Test(arguments: ["in/{data}", "-o{data}", "--out={data}", "{id}{data}", "{id}", "x{data}"])
    func dataThatCannotBeAnOption(argument: String) { #expect(problems(["x", argument]) == []) }

    @Test func base64DataIsNoArgument() {
        #expect(
            problems(["x", "--", "a{data}"], data: .base64) == [
                """
                2: must not contain {data} if data is "base64": the program reads the decoded data from its standard input
                """
            ])
        #expect(problems(["x", "{id}"], data: .base64) == [])
    }

    @Test func theLengthOfAnArgumentIsBounded() {
        #expect(problems(["x", String(repeating: "y", count: 131_071)]) == [])
        #expect(
            problems(["x", String(repeating: "y", count: 131_072)]) == [
                "1: is longer than 131071 bytes, the limit for an argument"
            ])
    }

    @Test(arguments: [
        // In the script of a shell.
        ["sh", "-c", "echo {data}"], ["/bin/bash", "-lc", "echo '{data}'"], ["bash", "-c", "-e", "echo {data}"],
        ["bash", "-o", "pipefail", "-c", "x{data}"], ["env", "A=b", "dash", "-ec", "{data}"],
        ["bash", "-c", "--", "{data}"], ["busybox", "sh", "-c", "{data}"], ["fish", "-c{data}"],
        ["fish", "--command={data}"], ["fish", "--command", "{data}"], ["sh5", "-c", "{data}"],
        ["nice", "-n", "5", "ksh", "+x", "-c", "x {data}"], ["sh", "-c", "exec \"$@\"", "--", "bash", "-c", "{data}"],
        ["sh", "-c", "echo {data}\u{301}"], ["sh", "-\u{301}c", "{data}"],
        ["bash", "-euo", "pipefail", "-c", "{data}"],
        // In the script of another interpreter.
        ["python3", "-c", "print('{data}')"], ["/usr/bin/python3.11", "-Ic", "{data}"], ["python", "-cprint({data})"],
        ["python3", "-W", "ignore", "-c", "{data}"], ["perl", "-ne", "{data}"],
        ["perl", "-Mstrict", "-E", "say '{data}'"], ["perl", "-e", "1", "-e", "print '{data}'"],
        ["perl", "-e", "1", "-eprint '{data}'"], ["perl", "-I{data}", "x.pl"], ["ruby", "-r", "json", "-e", "{data}"],
        ["node", "-e", "{data}"], ["node", "-pe", "f({data})"], ["nodejs", "--eval={data}"],
        ["node", "--print", "{data}"],
        ["node", "-e", "1", "--eval=x{data}"], ["php8.2", "-r", "echo {data};"], ["lua5.4", "-e", "{data}"],
        // As an option after a script: these interpreters would run a second script too.
        ["perl", "-e", "1", "{data}"], ["ruby", "-e", "1", "-{data}"], ["node", "-e", "1", "{data}"],
        ["fish", "-c", "true", "{data}"], ["php", "-r", "1;", "{data}"], ["lua", "-e", "x = 1", "{data}"],
        ["perl", "-e", "1", "-I", "x{data}"],
        // As the name of a script, or of a file that is read before it.
        ["sh", "{data}"], ["bash", "--", "{data}"], ["python3", "/srv/{data}.py"], ["env", "perl", "-w", "{data}"],
        ["bash", "-x", "jobs/{data}"], ["bash", "--rcfile", "{data}", "-c", "true"], ["node", "-r", "{data}", "x.js"],
    ])
    func dataMustNotBeRun(command: [String]) {
        for dataMayBeOption in [false, true] {
            #expect(
                problems(command, dataMayBeOption: dataMayBeOption) == [
                    "\(dataIndex(command)): \(CommandRules.dataIsRun)"
                ])
        }
    }

    @Test(arguments: [
        ["ssh", "printer", "--", "lp -t {data}"], ["ssh", "printer", "lp", "--", "{data}"],
        ["su", "user", "-c", "x {data}"], ["su", "user", "-c", "cat", "--", "{data}"],
        ["su", "--command=cat", "user", "--", "{data}"], ["awk", "--", "{data}"], ["mawk", "-f", "x.awk", "{data}"],
        ["gawk", "-v", "x={data}", "{ print x }"], ["sed", "s/x/{data}/"], ["sed", "-n", "-e", "p", "-e{data}"],
        ["sudo", "sed", "p", "--", "{data}"],
    ])
    func programsThatMayRunAnyArgument(command: [String]) {
        for dataMayBeOption in [false, true] {
            #expect(
                problems(command, dataMayBeOption: dataMayBeOption)
                    == ["\(dataIndex(command)): \(CommandRules.everyArgumentMayBeRun)"])
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
    func anInterpreterNeedsAScript(command: [String]) {
        #expect(problems(command) == ["0: \(CommandRules.standardInputIsRun)"])
        #expect(problems(command, data: .base64, dataMayBeOption: true) == ["0: \(CommandRules.standardInputIsRun)"])
        for start in [["env", "X=1"], ["timeout", "5"], ["busybox"], ["sudo", "-u", "x", "--"], ["sh", "-c"]] {
            #expect(problems(start + command) == ["\(start.count): \(CommandRules.standardInputIsRun)"])
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
    ])
    func commandsThatRunNoData(command: [String]) { #expect(problems(command) == []) }

    @Test(arguments: ["sh", "bash", "zsh", "python3"])
    func shellsAndPythonPassArgumentsAfterAScriptToIt(program: String) {
        #expect(problems([program, "-c", "cat", "{data}"]).count == 1)
        #expect(problems([program, "-c", "cat", "{data}"], dataMayBeOption: true) == [])
    }

    @Test func aTerminatorBeforeTheScriptIsForTheInterpreter() {
        #expect(problems(["env", "--", "bash", "deploy.sh", "{data}"]).count == 1)
        #expect(problems(["bash", "--", "deploy.sh", "{data}"]).count == 1)
        #expect(problems(["bash", "--", "deploy.sh", "--", "{data}"]) == [])
    }

    @Test func messages() {
        #expect(
            CommandRules.dataIsRun == #"""
                the data could be run as code; put it after the script and "--": \#
                ["sh", "-c", "echo \"$1\"", "--", "{data}"]
                """#)
        #expect(
            CommandRules.everyArgumentMayBeRun == """
                this program could run the data as code in any argument; let it read the data from its standard input, \
                or call a script of your own
                """)
        #expect(
            CommandRules.standardInputIsRun == """
                this interpreter is given no script, so it would run the data on its standard input; give it a script, \
                after "--" if options precede it, or call a script of your own
                """)
    }
}
