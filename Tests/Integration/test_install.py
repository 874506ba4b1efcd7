"""scripts/install and scripts/uninstall, and what they install: programs, completions and manual pages.

The expected completions and pages come from the declarations that the programs print for tools.
"""

import functools
import json
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import tempfile
import time
import unittest

from harness import PATIENCE, PROGRAMS, REPOSITORY, Connection, run, submitted, wait_until

INSTALL = REPOSITORY / "scripts" / "install"
UNINSTALL = REPOSITORY / "scripts" / "uninstall"
NAMES = "uv-taskd", "uv-task"
BUILT = *NAMES, "generate-manual"
PAGES = {"uv-taskd": "share/man/man8/uv-taskd.8", "uv-task": "share/man/man1/uv-task.1"}
FILES = [f"bin/{name}" for name in NAMES]
FILES += [f"share/bash-completion/completions/{name}" for name in NAMES]
FILES += [f"share/zsh/site-functions/_{name}" for name in NAMES]
FILES += [f"share/fish/vendor_completions.d/{name}.fish" for name in NAMES]
FILES += PAGES.values()
LIST = "share/uv-task/installed"


def script(*command, environment=None, **options):
    """Runs a command; returns its exit code, its output lines and its error lines."""
    ran = subprocess.run(
        [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "DESTDIR": "", **(environment or {})}, timeout=PATIENCE, **options)
    return ran.returncode, ran.stdout.decode().splitlines(), ran.stderr.decode().splitlines()


def install(*arguments, **options):
    return script(INSTALL, "--build-dir", PROGRAMS, *arguments, **options)


def files_below(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


@functools.cache
def declaration(name):
    """The options, values and commands that a program declares and its help shows."""
    code, lines, errors = script(PROGRAMS / name, "--experimental-dump-help")
    assert code == 0, errors
    return json.loads("\n".join(lines))["command"]


def displayed(things):
    return [thing for thing in things if thing.get("shouldDisplay", True)]


def commands_of(command):
    """The commands of a program. A program without commands is described with a command `help`."""
    commands = displayed(command.get("subcommands", []))
    return [] if [command["commandName"] for command in commands] == ["help"] else commands


def spellings(argument):
    return [("--" if name["kind"] == "long" else "-") + name["name"] for name in argument.get("names", [])]


def options_of(command):
    return {name for argument in displayed(command["arguments"]) for name in spellings(argument)}


class Temporary(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name).resolve()


class Places(Temporary):
    """The places of the files, and their removal."""

    def test_everything_is_installed_and_removed(self):
        prefix = self.folder / "a prefix" / "with spaces"
        code, lines, errors = install(prefix)
        self.assertEqual((code, errors), (0, []))
        self.assertEqual(lines[: len(FILES)], [f"install: {prefix}/{file}" for file in FILES])
        self.assertEqual(files_below(prefix), {*FILES, LIST})
        for file in FILES:
            mode = 0o755 if file.startswith("bin/") else 0o644
            self.assertEqual((prefix / file).stat().st_mode & 0o777, mode, file)

        before = {file: (prefix / file).read_bytes() for file in [*FILES, LIST]}
        self.assertEqual(install(prefix), (code, lines, errors))
        self.assertEqual({file: (prefix / file).read_bytes() for file in [*FILES, LIST]}, before)

        code, lines, errors = script(UNINSTALL, prefix)
        self.assertEqual((code, errors), (0, []))
        for file in [*FILES, LIST]:
            self.assertIn(f"uninstall: removed {prefix}/{file}", lines)
        self.assertFalse(prefix.exists())
        self.assertEqual(
            script(UNINSTALL, prefix), (0, [f"uninstall: nothing is installed in {prefix}"], []))

    def test_existing_files_and_directories_stay(self):
        (self.folder / "bin").mkdir()
        (self.folder / "share" / "man" / "man1").mkdir(parents=True)
        other = self.folder / "share" / "fish" / "vendor_completions.d" / "other.fish"
        install(self.folder)
        other.write_text("")
        script(UNINSTALL, self.folder)
        self.assertEqual(
            {str(path.relative_to(self.folder)) for path in self.folder.rglob("*")},
            {"bin", "share", "share/man", "share/man/man1", "share/fish", "share/fish/vendor_completions.d",
             "share/fish/vendor_completions.d/other.fish"})

    def test_files_of_an_earlier_version_are_removed(self):
        install(self.folder)
        with open(self.folder / LIST, "a") as listed:
            listed.write("file share/uv-task/old file\nfile ../outside\nfile /outside\n")
        old = self.folder / "share" / "uv-task" / "old file"
        old.write_text("")
        code, lines, errors = install(self.folder)
        self.assertEqual((code, errors), (0, []))
        self.assertIn(f"install: removed {old}, of an earlier version", lines)
        self.assertEqual(files_below(self.folder), {*FILES, LIST})
        self.assertNotIn("outside", (self.folder / LIST).read_text())

    def test_destdir(self):
        stage = self.folder / "stage"
        environment = {"DESTDIR": str(stage) + "/"}
        code, lines, errors = install("/usr", environment=environment)
        self.assertEqual((code, errors), (0, []))
        self.assertEqual(lines, [f"install: {stage}/usr/{file}" for file in FILES])
        self.assertEqual(files_below(stage / "usr"), {*FILES, LIST})
        self.assertNotIn(str(self.folder), (stage / "usr" / LIST).read_text())
        self.assertEqual(script(UNINSTALL, "/usr", environment=environment)[0], 0)
        self.assertEqual(files_below(stage), set())

    def test_a_relative_prefix_from_another_directory(self):
        code, _, errors = install("here/", cwd=self.folder)
        self.assertEqual((code, errors), (0, []))
        self.assertEqual(files_below(self.folder / "here"), {*FILES, LIST})
        script(UNINSTALL, "./here", cwd=self.folder)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_remaining_steps_are_printed(self):
        _, lines, _ = install(self.folder, environment={"PATH": f"{self.folder}/bin:{os.environ['PATH']}"})
        self.assertFalse([line for line in lines if "PATH=" in line and "XDG" not in line])
        _, lines, _ = install(self.folder)
        hints = lines[len(FILES):]
        self.assertIn(f'export PATH="{self.folder}/bin:$PATH"', hints[0])
        self.assertIn(f'fpath=("{self.folder}/share/zsh/site-functions" $fpath)', hints[1])
        self.assertIn(f'export XDG_DATA_DIRS="{self.folder}/share:', hints[2])

    def test_the_default_prefix(self):
        # With DESTDIR, so that it also holds for root.
        prefix = "/usr/local" if os.getuid() == 0 else str(self.folder / "home" / ".local")
        environment = {"DESTDIR": str(self.folder / "stage"), "HOME": str(self.folder / "home")}
        self.assertEqual(install(environment=environment)[0], 0)
        self.assertEqual(files_below(pathlib.Path(f"{self.folder}/stage{prefix}")), {*FILES, LIST})
        self.assertIn(f"uninstall: removed {self.folder}/stage{prefix}/{LIST}",
                      script(UNINSTALL, environment=environment)[1])

    def test_the_program_of_a_running_daemon_can_be_replaced(self):
        install(self.folder)
        port_file = self.folder / "port"
        daemon = subprocess.Popen(
            [self.folder / "bin" / "uv-taskd", "--host", "127.0.0.1", "--port", "0", "--port-file", port_file],
            stderr=subprocess.DEVNULL)
        try:
            wait_until(port_file.exists, "the daemon's port file")
            self.assertEqual(install(self.folder)[0], 0)
            with Connection(int(port_file.read_text())) as connection:
                connection.send(run("echo"))
                connection.expect(submitted(1))
            code, lines, _ = script(
                self.folder / "bin" / "uv-task", "--host", "127.0.0.1", "--port", port_file.read_text().strip(),
                "--action", "st", "--data", "1")
            self.assertEqual((code, lines), (0, ["Status of task #1: success"]))
            daemon.terminate()
            self.assertEqual(daemon.wait(PATIENCE), 0)
        finally:
            daemon.kill()
            daemon.wait()


class Refusals(Temporary):
    """One clear line, and nothing is installed."""

    def check_refused(self, ran, pattern, code=1):
        self.assertEqual((ran[0], ran[1], len(ran[2])), (code, [], 1), ran)
        self.assertRegex(ran[2][0], pattern)

    def test_a_prefix_that_is_a_file(self):
        (self.folder / "file").write_text("")
        self.check_refused(install(self.folder / "file"), "^install: .*/file is in the way: it is not a directory$")
        self.check_refused(install(self.folder / "file" / "below"), "/file is in the way")

    def test_a_file_where_a_directory_is_needed(self):
        (self.folder / "share").mkdir()
        (self.folder / "share" / "man").write_text("")
        self.check_refused(install(self.folder), "share/man is in the way")
        self.assertEqual(files_below(self.folder), {"share/man"})

    def test_a_directory_where_a_file_is_to_go(self):
        (self.folder / "bin" / "uv-task").mkdir(parents=True)
        self.check_refused(install(self.folder), "bin/uv-task is in the way: it is a directory")
        self.assertEqual(files_below(self.folder), set())

    def test_a_prefix_that_may_not_be_written(self):
        # Root may write everywhere. Then another user runs the scripts, with copies that everyone may read.
        options = {"user": 65534, "group": 65534, "extra_groups": []} if os.getuid() == 0 else {}
        self.folder.chmod(0o755)
        shutil.copytree(INSTALL.parent, self.folder / "scripts")
        for name in BUILT:
            (self.folder / name).write_text("#!/bin/sh\n")
            (self.folder / name).chmod(0o755)
        closed = self.folder / "closed"
        closed.mkdir()
        (closed / "share" / "uv-task").mkdir(parents=True)
        (closed / LIST).write_text("file bin/uv-task\n")
        (closed / "bin").mkdir()
        (closed / "bin" / "uv-task").write_text("")
        before = files_below(closed)
        for folder in closed / "bin", closed:
            folder.chmod(0o555)
            self.addCleanup(folder.chmod, 0o755)
        arguments = {"cwd": self.folder, "environment": {"HOME": str(self.folder)}, **options}
        self.check_refused(
            script("scripts/install", "--build-dir", ".", closed / "new", **arguments),
            f"^install: cannot write to {closed} ")
        self.check_refused(
            script("scripts/install", "--build-dir", ".", closed, **arguments), f"^install: cannot write to {closed}/bin ")
        self.check_refused(script("scripts/uninstall", closed, **arguments), f"^uninstall: cannot write to {closed}/")
        self.assertEqual(files_below(closed), before)

    def test_programs_that_are_missing_or_do_not_work(self):
        self.check_refused(script(INSTALL, "--build-dir", self.folder, self.folder / "p"), "uv-taskd is missing")
        for name in BUILT:
            (self.folder / name).write_text("#!/bin/sh\nexit 1\n")
            (self.folder / name).chmod(0o755)
        self.check_refused(
            script(INSTALL, "--build-dir", self.folder, self.folder / "p"),
            "^install: uv-taskd --generate-completion-script bash does not work$")
        self.assertFalse((self.folder / "p").exists())

    def test_wrong_usage(self):
        for arguments in ("--what",), ("a", "b"), ("--build-dir",), ("",):
            self.check_refused(script(INSTALL, *arguments, cwd=self.folder), "^install: .*--help", 64)
        for arguments in ("--what",), ("a", "b"), ("",):
            self.check_refused(script(UNINSTALL, *arguments, cwd=self.folder), "^uninstall: .*--help", 64)
        for command in INSTALL, UNINSTALL:
            self.assertRegex(script(command, "--help")[1][0], "^usage: ")


class Installed(unittest.TestCase):
    """The files of one installation."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name).resolve()
        cls.prefix = cls.folder / "with space"
        code, _, errors = install(cls.prefix)
        assert code == 0, errors
        cls.place = cls.folder / "place"
        cls.place.mkdir()
        (cls.place / "one file").write_text("")
        cls.environment = {
            "HOME": str(cls.folder), "PATH": f"{cls.prefix}/bin:{os.environ['PATH']}", "TERM": "dumb",
            "XDG_DATA_DIRS": f"{cls.prefix}/share:/usr/local/share:/usr/share", "LC_ALL": "C.UTF-8",
        }

    def shell(self, *command):
        code, lines, errors = script(*command, environment=self.environment, cwd=self.place)
        self.assertEqual((code, errors), (0, []), command)
        return lines

    def bash(self, *words):
        """The completions of bash for the last word, without the package bash-completion."""
        driver = """
            . "$1"; shift
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; COMPREPLY=()
            function=$(complete -p "$1" | sed 's/.*-F \\([^ ]*\\).*/\\1/')
            "$function" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            [ ${#COMPREPLY[@]} = 0 ] || printf '%s\\n' "${COMPREPLY[@]}"
            """
        file = self.prefix / "share" / "bash-completion" / "completions" / words[0]
        return set(self.shell("bash", "--norc", "-c", driver, "bash", file, *words))

    def fish(self, line):
        """The completions of fish for the end of the line."""
        lines = self.shell("fish", "-c", f"complete -C '{line}'")
        return {offer.split("\t")[0] for offer in lines}

    def check_zsh(self, *lines):
        """Each line has the typed text, a "|", and the text that a Tab adds."""
        with ZshTerminal(self.prefix / "share" / "zsh" / "site-functions", self.environment, self.place) as zsh:
            for line in lines:
                typed, added = line.split("|")
                self.assertEqual(zsh.completed(typed), typed + added)

    def test_scripts_are_sound(self):
        for name in NAMES:
            share = self.prefix / "share"
            self.shell("bash", "-n", share / "bash-completion" / "completions" / name)
            self.shell("zsh", "-n", share / "zsh" / "site-functions" / f"_{name}")
            self.shell("fish", "--no-execute", share / "fish" / "vendor_completions.d" / f"{name}.fish")

    def test_bash_and_fish_offer_the_options(self):
        for name in NAMES:
            program = declaration(name)
            self.assertEqual(self.bash(name, "-"), options_of(program))
            long = {option for option in options_of(program) if option.startswith("--")}
            self.assertLessEqual(long, self.fish(f"{name} --"))
            for command in commands_of(program):
                path = name, command["commandName"]
                self.assertEqual(self.bash(*path, "-"), options_of(command), path)

    def test_commands_are_offered(self):
        for name in NAMES:
            commands = {command["commandName"] for command in commands_of(declaration(name))}
            self.assertLessEqual(commands, self.bash(name, ""))
            self.assertLessEqual(commands, self.fish(f"{name} "))
            for command in commands:
                self.assertIn(command, self.bash(name, command[:2]))
                self.assertIn(command, self.fish(f"{name} {command[:2]}"))

    def test_values_are_offered(self):
        """For every option and argument with a list of values, with and without the beginning of a value."""
        for name in NAMES:
            program = declaration(name)
            for command in [program, *commands_of(program)]:
                path = [name] if command is program else [name, command["commandName"]]
                for argument in displayed(command["arguments"]):
                    values = argument.get("completionKind", {}).get("list", {}).get("values")
                    if values and argument["kind"] == "option":
                        self.check_values([*path, spellings(argument)[-1]], values)
                    elif values and argument is [a for a in command["arguments"] if a["kind"] == "positional"][0]:
                        self.check_values(path, values)

    def check_values(self, path, values):
        self.assertLessEqual(set(values), self.bash(*path, ""), path)
        self.assertEqual(self.bash(*path, values[-1][:3]), {v for v in values if v.startswith(values[-1][:3])}, path)
        self.assertLessEqual(set(values), self.fish(" ".join([*path, ""])), path)

    def test_the_values_that_matter_most(self):
        for words, offers in (
            ("uv-taskd --log-level d", {"debug"}),
            ("uv-taskd --port-file on", {"one file"}),
            ("uv-task st", {"stats", "status"}),
            ("uv-task --host h run re", {"revers", "reverse"}),
            ("uv-task list --status w", {"waiting"}),
        ):
            self.assertEqual(self.bash(*words.split()), offers, words)
            self.assertEqual(self.fish(words), offers, words)

    def test_zsh_completes_in_a_terminal(self):
        self.check_zsh(
            "uv-taskd --log-l|evel ", "uv-taskd --log-level d|ebug ", "uv-taskd --port-file on|e\\ file ",
            "uv-task canc|el ", "uv-task --connect-t|imeout ", "uv-task --host h run perm|utation ",
            "uv-task list --status wa|iting ")

    def test_an_unknown_shell_is_refused_in_one_line(self):
        for name in NAMES:
            code, lines, errors = script(PROGRAMS / name, "--generate-completion-script", "tcsh")
            self.assertEqual((code, lines, len(errors)), (64, [], 1))
            self.assertIn("bash", errors[0])

    def test_pages_are_sound(self):
        for page in PAGES.values():
            # mandoc exits with 0 if it finds nothing at this level or above.
            self.assertEqual(self.shell("mandoc", "-T", "lint", "-W", "error", self.prefix / page), [])

    def test_pages_contain_every_declaration(self):
        for name, page in PAGES.items():
            program = declaration(name)
            rendered = self.shell("mandoc", "-T", "utf8", "-O", "width=200", self.prefix / page)
            # Bold and underlined letters are two letters with a backspace between them.
            text = re.sub(".\b", "", "\n".join(rendered))
            flat = " ".join(text.split())
            for section in "NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "SEE ALSO":
                self.assertIn(f"\n{section}\n", text)
            self.assertIn(f"{name} – {program['abstract'].rstrip('.')}", flat.replace("—", "–"))
            for command in [program, *commands_of(program)]:
                for argument in displayed(command["arguments"]):
                    for option in spellings(argument):
                        self.assertIn(option, flat)
                    self.assertIn(" ".join(argument.get("abstract", "").rstrip(".").split()), flat)
            indented = [line.strip() for line in text.splitlines()]
            for example in [line.strip() for line in program["discussion"].splitlines() if line.startswith("  ")]:
                self.assertIn(example, indented)
            self.assertNotIn("help Show subcommand help", flat)
            self.assertNotIn("uv-taskd subcommand", flat)

    def test_pages_do_not_depend_on_the_day(self):
        for prefix in "one", "two":
            install(self.folder / prefix, environment={"SOURCE_DATE_EPOCH": "86400"})
        for page in PAGES.values():
            text = (self.folder / "one" / page).read_text()
            self.assertEqual(text, (self.folder / "two" / page).read_text())
            self.assertIn("\n.Dd January 2, 1970\n", text)


class ZshTerminal:
    """An interactive zsh with only our configuration, for a with statement."""

    def __init__(self, functions, environment, folder):
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            os.execvpe("zsh", ["zsh", "-f", "-i"], {**os.environ, **environment})
        self.type(
            "PS1= PROMPT_EOL_MARK=; stty -echo; unsetopt zle_bracketed_paste 2>/dev/null; "
            f"fpath=('{functions}' $fpath); autoload -U compinit; compinit -u -D; "
            "show() { print -r -- \"<$BUFFER>\"; BUFFER= }; zle -N show; bindkey '^X' show; print -r -- rea''dy\n")
        self.read_until("ready")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.terminal)
        os.kill(self.process, 9)
        os.waitpid(self.process, 0)

    def type(self, text):
        os.write(self.terminal, text.encode())

    def read_until(self, end):
        seen = b""
        deadline = time.monotonic() + PATIENCE
        while end.encode() not in seen:
            if not select.select([self.terminal], [], [], max(0, deadline - time.monotonic()))[0]:
                raise AssertionError(f"zsh has not shown {end!r}, but {seen!r}")
            seen += os.read(self.terminal, 1 << 16)
        return seen.decode(errors="replace")

    def completed(self, line):
        self.type(f"{line}\t\x18")
        return self.read_until(">\r\n").rsplit("<", 1)[1].split(">\r\n")[0]


if __name__ == "__main__":
    unittest.main()
