import Testing
import Wire

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
            1: data could be taken for an option here: put "--" before it, if the program knows that, or say \
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
        ["sh", "-c", "echo {data}"], ["/bin/bash", "-lc", "echo '{data}'"], ["bash", "-c", "-e", "echo {data}"],
        ["bash", "-o", "pipefail", "-c", "x{data}"], ["env", "A=b", "dash", "-ec", "{data}"],
        ["bash", "-c", "--", "{data}"],
        ["busybox", "sh", "-c", "{data}"], ["zsh", "-c{data}"], ["fish", "--command={data}"],
        ["fish", "--command", "{data}"],
        ["nice", "-n", "5", "ksh", "+x", "-c", "x {data}"], ["su", "user", "-c", "x {data}"], ["sh5", "-c", "{data}"],
        ["sh", "-c", "exec \"$@\"", "--", "bash", "-c", "{data}"],
    ]) func dataInAScript(command: [String]) {
        for dataMayBeOption in [false, true] {
            let problems = CommandRules(command, data: .text, dataMayBeOption: dataMayBeOption).problems
            #expect(problems == [CommandRules.Problem(index: command.count - 1, words: ScriptUse.shellScript.words)])
        }
    }

    @Test(arguments: [
        ["python3", "-c", "print('{data}')"], ["/usr/bin/python3.11", "-Ic", "{data}"], ["python", "-cprint({data})"],
        ["python3", "-W", "ignore", "-c", "{data}"], ["perl", "-ne", "{data}"],
        ["perl", "-Mstrict", "-E", "say '{data}'"],
        ["perl", "-e", "1", "-e", "{data}"], ["ruby", "-r", "json", "-e", "{data}"], ["node", "-e", "{data}"],
        ["nodejs", "--eval={data}"], ["node", "--print", "{data}"], ["php8.2", "-r", "echo {data};"],
        ["lua5.4", "-e", "{data}"],
    ]) func dataInAProgram(command: [String]) {
        let problems = CommandRules(command, data: .text, dataMayBeOption: true).problems
        #expect(problems == [CommandRules.Problem(index: command.count - 1, words: ScriptUse.program.words)])
    }

    @Test(arguments: [
        ["sh", "{data}"], ["bash", "--", "{data}"], ["python3", "/srv/{data}.py"], ["env", "perl", "-w", "{data}"],
        ["bash", "-x", "jobs/{data}"],
    ]) func dataAsTheNameOfAScript(command: [String]) {
        let problems = CommandRules(command, data: .text, dataMayBeOption: true).problems
        #expect(problems == [CommandRules.Problem(index: command.count - 1, words: ScriptUse.scriptName.words)])
    }

    @Test func dataForTheShellOfAnotherMachine() {
        #expect(
            problems("ssh", "printer", "--", "lp -t {data}") == [
                "3: the shell of the other machine would run data; let the program there read the standard input"
            ])
        #expect(problems("ssh", "printer", "lp") == [])
    }

    @Test(arguments: [
        ["sh"], ["/bin/bash", "-s"], ["python3", "-"], ["env", "node"], ["busybox", "sh"], ["sh", "/dev/stdin"],
    ])
    func anInterpreterWithoutAScript(command: [String]) {
        let problems = CommandRules(command, data: .text, dataMayBeOption: false).problems
        #expect(problems == [CommandRules.Problem(index: command.count - 1, words: ScriptUse.standardInput.words)])
    }

    @Test(arguments: [
        ["sh", "-c", "echo \"$1\"", "--", "{data}"], ["sh", "-c", "echo \"$1\"", "--", "-c", "{data}"],
        ["bash", "-x", "deploy.sh", "--", "{data}"], ["bash", "deploy.sh", "-c", "--", "{data}"],
        ["python3", "tool.py", "-e", "--", "{data}"], ["python3", "-c", "import sys", "--", "{data}"],
        ["python3", "-m", "tool", "--name={data}"], ["perl", "-e", "print @ARGV", "--", "{data}"],
        ["perl", "-MTime::HiRes", "x.pl", "--", "{data}"], ["php", "-d", "memory_limit=1G", "x.php", "--", "{data}"],
        ["node", "-r", "./setup.js", "x.js", "--", "{data}"], ["git", "log", "-c", "--", "{data}"],
        ["sh", "-c", "sha256sum"], ["bash", "deploy.sh"], ["python3", "-", "x"], ["apt-get", "install", "python3"],
        ["tool", "--shell", "bash"], ["convert", "-", "png:-"], ["su", "user", "-c", "cat"], ["true"],
    ]) func commandsThatRunNoData(command: [String]) {
        #expect(CommandRules(command, data: .text, dataMayBeOption: false).problems == [])
    }

    @Test func everyUseIsToldInWords() {
        #expect(
            ScriptUse.shellScript.words
                == #"the shell would run data as a part of its script; write ["sh", "-c", "echo \"$1\"", "--", "{data}"]"#
        )
        #expect(
            ScriptUse.program.words == """
                data would be run as a part of this program; hand it over as an argument behind "--", or read the standard \
                input
                """)
        #expect(ScriptUse.scriptName.words == "data must not choose the script that runs")
        #expect(
            ScriptUse.standardInput.words
                == "without a script it would run the data, which it gets on its standard input")
    }

    @Test func problemsAreToldByTheirPlaces() {
        #expect(
            mistakes("[tasks.a]\ncommand = [\n'sh',\n'-c', 'echo {data}']") == [
                "f:4: tasks.a.command[2]: \(ScriptUse.shellScript.words)"
            ])
        #expect(mistakes("[tasks.a]\ncommand = ['x', '{data}']\ndata_as_option = true") == [])
    }
}
