import TaskCore
import Testing

@testable import TaskFile

/// The problems of a command as `index: message`.
///
/// - Parameter command: words between spaces; single quotes may surround a word.
private func problems(
    _ command: String, data: DataEncoding = .text, dataMayBeOption: Bool = false
) -> [String] {
    CommandRules(words(command), data: data, dataMayBeOption: dataMayBeOption).problems.map {
        "\($0.index): \($0.message)"
    }
}

private func words(_ command: String) -> [String] {
    command.split(separator: "'", omittingEmptySubsequences: false).enumerated().flatMap { index, part in
        index % 2 == 1 ? [String(part)] : part.split(separator: " ").map(String.init)
    }
}

/// The index of the argument with data.
private func dataIndex(_ command: String) -> Int { words(command).firstIndex { CommandArgument($0).hasData } ?? -1 }

struct CommandRulesTests {
    @Test(arguments: ["{data}", "/usr/bin/{data}", "tool-{id}"])
    func clientsDoNotChooseTheProgram(program: String) {
        #expect(
            problems(program) == ["0: the program must not contain {data} or {id}: clients must not choose what runs"])
    }

    @Test(arguments: ["{data}", "{data}.png", "-{data}", "--{data}=1"])
    func dataMustNotBeAnOption(argument: String) {
        let problem = """
            1: the data could be taken for an option; put "--" before it, which a script of your own has to skip \
            ([ "$1" = -- ] && shift), or set data_as_option = true
            """
        #expect(problems("x \(argument)") == [problem])
        #expect(problems("x \(argument) --") == [problem])
        #expect(problems("x \(argument)", dataMayBeOption: true) == [])
        #expect(problems("x -- \(argument)") == [])
    }

    @Test(arguments: ["in/{data}", "-o{data}", "--out={data}", "{id}{data}", "{id}", "x{data}"])
    func dataBehindOtherTextIsNoOption(argument: String) { #expect(problems("x \(argument)") == []) }

    @Test func base64DataIsNoArgument() {
        #expect(
            problems("x -- a{data}", data: .base64) == [
                """
                2: must not contain {data} if data is "base64": the program reads the decoded data from its standard input
                """
            ])
        #expect(problems("x {id}", data: .base64) == [])
    }

    @Test func theLengthOfAnArgumentIsBounded() {
        let longest = String(repeating: "y", count: 131_071)
        #expect(problems("x \(longest)") == [])
        #expect(problems("x \(longest)y") == ["1: is longer than 131071 bytes, the limit for an argument"])
    }

    @Test(arguments: [
        // In the script of a shell.
        "sh -c 'echo {data}'", "/bin/bash -lc 'echo \"{data}\"'", "bash -c -e 'echo {data}'",
        "bash -o pipefail -c x{data}", "bash -euo pipefail -c {data}", "env A=b dash -ec {data}", "bash -c -- {data}",
        "busybox sh -c {data}", "fish -c{data}", "fish --command={data}", "fish --command {data}", "sh5 -c {data}",
        "nice -n 5 ksh +x -c 'x {data}'", "sh -c 'exec \"$@\"' -- bash -c {data}",
        "sh -c {data}\u{301}", "sh -\u{301}c {data}",
        // In the script of another interpreter.
        "python3 -c print({data})", "/usr/bin/python3.11 -Ic {data}", "python -cprint({data})",
        "python3 -W ignore -c {data}", "perl -ne {data}", "perl -Mstrict -E 'say {data}'",
        "perl -e 1 -e 'print {data}'",
        "perl -e 1 '-eprint {data}'", "perl -I{data} x.pl", "ruby -r json -e {data}", "node -e {data}",
        "node -pe f({data})", "nodejs --eval={data}", "node --print {data}", "node -e 1 --eval=x{data}",
        "php8.2 -r 'echo {data};'", "lua5.4 -e {data}",
        // As an option after a script: these interpreters would run a second script too.
        "perl -e 1 {data}", "ruby -e 1 -{data}", "node -e 1 {data}", "fish -c true {data}", "php -r 1; {data}",
        "lua -e 'x = 1' {data}", "perl -e 1 -I x{data}",
        // As the name of a script, or of a file that is read before it.
        "sh {data}", "bash -- {data}", "python3 /srv/{data}.py", "env perl -w {data}", "bash -x jobs/{data}",
        "bash --rcfile {data} -c true", "node -r {data} x.js",
    ])
    func dataMustNotBeRun(command: String) {
        for dataMayBeOption in [false, true] {
            #expect(
                problems(command, dataMayBeOption: dataMayBeOption) == [
                    "\(dataIndex(command)): \(CommandRules.dataIsRun)"
                ])
        }
    }

    @Test(arguments: [
        "ssh printer -- 'lp -t {data}'", "ssh printer lp -- {data}", "su user -c 'x {data}'",
        "su user -c cat -- {data}",
        "su --command=cat user -- {data}", "awk -- {data}", "mawk -f x.awk {data}", "gawk -v x={data} '{ print x }'",
        "sed s/x/{data}/", "sed -n -e p -e{data}", "sudo sed p -- {data}",
    ])
    func dataMustNotReachProgramsThatRunAnyArgument(command: String) {
        for dataMayBeOption in [false, true] {
            #expect(
                problems(command, dataMayBeOption: dataMayBeOption)
                    == ["\(dataIndex(command)): \(CommandRules.everyArgumentMayBeRun)"])
        }
    }

    @Test(arguments: [
        "sh", "/bin/bash -s", "sh -s x", "bash -e", "bash --norc", "bash -es x", "bash -euo pipefail", "bash +o posix",
        "bash --rcfile x", "bash - x", "bash -- -", "sh /dev/stdin", "sh -c", "fish -C true",
        "python3 -", "python3 - x", "python3 -u", "python3 -i x.py", "python3 -ui x.py", "python3 -W ignore",
        "python3 -Xdev", "perl -d x.pl", "perl -Mstrict", "ruby -rjson",
        "node -i", "node -r ./setup.js", "node --input-type module", "node --input-type=module",
        "php", "php -- x", "php -d memory_limit=1G", "php -f /dev/fd/0", "lua -l x", "lua -i x.lua",
        "awk -f -", "awk -f/dev/stdin", "gawk --file=/dev/stdin", "gawk --file /proc/self/fd/0", "sed -nf-",
        "ssh host", "ssh -p 22 host", "ssh -tt user@host", "su user", "su - user", "su -s /bin/bash user",
    ])
    func anInterpreterNeedsAScript(command: String) {
        #expect(problems(command) == ["0: \(CommandRules.standardInputIsRun)"])
        #expect(problems(command, data: .base64, dataMayBeOption: true) == ["0: \(CommandRules.standardInputIsRun)"])
        for start in ["env X=1", "timeout 5", "busybox", "sudo -u x --", "sh -c"] {
            let index = words(start).count
            #expect(problems("\(start) \(command)") == ["\(index): \(CommandRules.standardInputIsRun)"])
        }
    }

    @Test(arguments: [
        // The data goes to the script.
        "sh -c 'echo \"$1\"' -- {data}", "sh -c 'echo \"$1\"' -- -c {data}", "bash -c 'echo \"$1\"' x --name={data}",
        "bash -euo pipefail -c 'echo \"$1\"' -- {data}", "bash -x deploy.sh -- {data}", "bash deploy.sh -c -- {data}",
        "python3 tool.py -e -- {data}", "python3 -c 'import sys' -- {data}", "python3 -m tool -- {data}",
        "python3 tool.py --name={data}", "python3 -u tool.py --name={data}", "perl -e 'print @ARGV' in/{data}",
        "perl -e 'print @ARGV' -- {data}", "perl -w x.pl to in/{data}", "perl -MTime::HiRes x.pl -- {data}",
        "perl x.pl in/{data}", "php -d memory_limit=1G x.php -- {data}", "node -r ./setup.js x.js -- {data}",
        "git log -c -- {data}",
        // The data is read by the script.
        "sh -c sha256sum", "bash -c -e cat", "bash deploy.sh", "bash --norc -c cat", "bash --norc -- deploy.sh",
        "python3 -mjson.tool", "python3 -Wignore -u tool.py", "perl -pi.bak -e 1", "ruby -rlogger x.rb",
        "php -f x.php", "node --no-warnings -- x.js", "node --eval 1", "node --eval=1", "fish --command=cat",
        "lua -e print(1)", "convert - png:-", "true", "tool --shell=bash", "su user -c cat", "su - user -c cat",
        "ssh printer lp", "ssh -i key -p 22 printer -- lp", "awk -F , '{ print $1 }'", "awk -f x.awk",
        "sed -n s/a/b/p", "sed -es/a/b/", "sed --expression=p",
    ])
    func commandsThatRunNoDataAreAccepted(command: String) { #expect(problems(command) == []) }

    @Test(arguments: ["sh", "bash", "zsh", "python3"])
    func shellsAndPythonPassArgumentsAfterAScriptToIt(program: String) {
        #expect(problems("\(program) -c cat {data}").count == 1)
        #expect(problems("\(program) -c cat {data}", dataMayBeOption: true) == [])
    }

    @Test func aTerminatorBeforeTheScriptIsForTheInterpreter() {
        #expect(problems("env -- bash deploy.sh {data}").count == 1)
        #expect(problems("bash -- deploy.sh {data}").count == 1)
        #expect(problems("bash -- deploy.sh -- {data}") == [])
    }
}
