"""scripts/install and scripts/uninstall, and what they install: programs, completions and manual pages."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from harness import PATIENCE, PROGRAMS, REPOSITORY
from terminal import Terminal

INSTALL = REPOSITORY / "scripts" / "install"
UNINSTALL = REPOSITORY / "scripts" / "uninstall"
NAMES = "uv-taskd", "uv-task"
FILES = [f"bin/{name}" for name in NAMES]
FILES += [f"share/bash-completion/completions/{name}" for name in NAMES]
FILES += [f"share/zsh/site-functions/_{name}" for name in NAMES]
FILES += [f"share/fish/vendor_completions.d/{name}.fish" for name in NAMES]
FILES += ["share/man/man8/uv-taskd.8", "share/man/man1/uv-task.1"]
LIST = "share/uv-task/installed"


def script(*command, environment=None, **options):
    """Runs a command; returns its exit code, its output lines and its error lines."""
    ran = subprocess.run(
        [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "DESTDIR": "", **(environment or {})}, timeout=PATIENCE, **options)
    return ran.returncode, ran.stdout.decode().splitlines(), ran.stderr.decode().splitlines()


def install(*arguments, **options):
    return script(INSTALL, "--build-dir", PROGRAMS, *arguments, **options)


def below(folder):
    """All files and folders."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def files_below(folder):
    return {name for name in below(folder) if not (folder / name).is_dir()}


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
        path, zsh, others = lines[len(FILES):]
        self.assertIn(f'export PATH="{prefix}/bin:$PATH"', path)
        self.assertIn(f'fpath=("{prefix}/share/zsh/site-functions" $fpath)', zsh)
        self.assertIn(f'export XDG_DATA_DIRS="{prefix}/share:', others)
        self.assertEqual(files_below(prefix), {*FILES, LIST})
        for file in FILES:
            mode = 0o755 if file.startswith("bin/") else 0o644
            self.assertEqual((prefix / file).stat().st_mode & 0o777, mode, file)

        before = {file: (prefix / file).read_bytes() for file in [*FILES, LIST]}
        with open(prefix / FILES[0], "rb") as running:
            self.assertEqual(install(prefix), (code, lines, errors))
            self.assertFalse(
                os.path.samestat(os.fstat(running.fileno()), os.stat(prefix / FILES[0])),
                "a program that runs is not written to")
        self.assertEqual({file: (prefix / file).read_bytes() for file in [*FILES, LIST]}, before)

        code, lines, errors = script(UNINSTALL, prefix)
        self.assertEqual((code, errors), (0, []))
        self.assertLessEqual({f"uninstall: removed {prefix}/{file}" for file in [*FILES, LIST]}, set(lines))
        self.assertFalse(prefix.exists())
        self.assertEqual(script(UNINSTALL, prefix), (0, [f"uninstall: nothing is installed in {prefix}"], []))

    def test_existing_files_and_directories_stay(self):
        (self.folder / "bin").mkdir()
        (self.folder / "share" / "man").mkdir(parents=True)
        install(self.folder)
        (self.folder / "share/fish/vendor_completions.d/other.fish").write_text("")
        script(UNINSTALL, self.folder)
        self.assertEqual(below(self.folder), {
            "bin", "share", "share/man", "share/fish", "share/fish/vendor_completions.d",
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

    def test_the_default_prefix_is_below_destdir(self):
        prefix = pathlib.Path("/usr/local" if os.getuid() == 0 else self.folder / "home" / ".local")
        stage = self.folder / "stage"
        placed = stage / prefix.relative_to("/")
        environment = {"DESTDIR": f"{stage}/", "HOME": str(self.folder / "home")}
        self.assertEqual(install(environment=environment), (0, [f"install: {placed}/{file}" for file in FILES], []))
        self.assertEqual(files_below(placed), {*FILES, LIST})
        self.assertNotIn(str(stage), (placed / LIST).read_text())
        self.assertEqual(script(UNINSTALL, environment=environment)[0], 0)
        self.assertEqual(files_below(stage), set())

    def test_a_relative_prefix_is_below_the_working_directory(self):
        code, _, errors = install("here/", cwd=self.folder)
        self.assertEqual((code, errors), (0, []))
        self.assertEqual(files_below(self.folder / "here"), {*FILES, LIST})
        script(UNINSTALL, "./here", cwd=self.folder)
        self.assertEqual(list(self.folder.iterdir()), [])


class Refusals(Temporary):
    """One clear line, and nothing is installed."""

    def check_refused(self, ran, pattern, code=1):
        self.assertEqual((ran[0], ran[1], len(ran[2])), (code, [], 1), ran)
        self.assertRegex(ran[2][0], pattern)

    def test_what_is_in_the_way_is_named(self):
        (self.folder / "file").write_text("")
        (self.folder / "man" / "share").mkdir(parents=True)
        (self.folder / "man" / "share" / "man").write_text("")
        (self.folder / "program" / "bin" / "uv-task").mkdir(parents=True)
        before = below(self.folder)
        for prefix, sentence in (
            ("file/below", "file is in the way: it is not a directory"),
            ("man", "man/share/man is in the way: it is not a directory"),
            ("program", "program/bin/uv-task is in the way: it is a directory"),
        ):
            self.check_refused(install(self.folder / prefix), f"^install: {self.folder}/{sentence}$")
        self.assertEqual(below(self.folder), before)

    def write_programs(self, text):
        for name in (*NAMES, "generate-manual"):
            (self.folder / name).write_text(f"#!/bin/sh\n{text}")
            (self.folder / name).chmod(0o755)

    def test_a_prefix_that_may_not_be_written_is_named(self):
        # Root may write everywhere. Then another user runs the scripts, with copies that everyone may read.
        options = {"user": 65534, "group": 65534, "extra_groups": []} if os.getuid() == 0 else {}
        self.folder.chmod(0o755)
        shutil.copytree(INSTALL.parent, self.folder / "scripts")
        self.write_programs("")
        closed = self.folder / "closed"
        (closed / "share" / "uv-task").mkdir(parents=True)
        (closed / LIST).write_text("file bin/uv-task\n")
        (closed / "bin").mkdir()
        (closed / "bin" / "uv-task").write_text("")
        before = below(closed)
        for folder in closed / "bin", closed:
            folder.chmod(0o555)
            self.addCleanup(folder.chmod, 0o755)
        arguments = {"cwd": self.folder, "environment": {"HOME": str(self.folder)}, **options}
        for command, sentence in (
            (("scripts/install", "--build-dir", ".", closed / "new"), f"^install: cannot write to {closed} "),
            (("scripts/install", "--build-dir", ".", closed), f"^install: cannot write to {closed}/bin "),
            (("scripts/uninstall", closed), f"^uninstall: cannot write to {closed}/"),
        ):
            self.check_refused(script(*command, **arguments), sentence)
        self.assertEqual(below(closed), before)

    def test_programs_that_are_missing_or_do_not_work_are_named(self):
        arguments = INSTALL, "--build-dir", self.folder, self.folder / "p"
        self.check_refused(script(*arguments), "uv-taskd is missing")
        self.write_programs("exit 1\n")
        self.check_refused(
            script(*arguments), "^install: uv-taskd --generate-completion-script bash does not work$")
        self.assertFalse((self.folder / "p").exists())

    def test_wrong_usage_names_the_help(self):
        for command in INSTALL, UNINSTALL:
            for arguments in ("--what",), ("a", "b"), ("",):
                self.check_refused(
                    script(command, *arguments, cwd=self.folder), f"^{command.name}: .*--help", 64)
            self.assertRegex(script(command, "--help")[1][0], "^usage: ")
        self.check_refused(script(INSTALL, "--build-dir"), "^install: .*--help", 64)


class Installed(unittest.TestCase):
    """The files of one installation."""

    # What is typed, a "|", and what a completion adds.
    COMPLETIONS = (
        "uv-taskd --log-l|evel", "uv-taskd --log-level d|ebug", "uv-taskd --port-file on|e file", "uv-task canc|el",
        "uv-task --connect-t|imeout", "uv-task run --wa|it", "uv-task --host h run perm|utation",
        "uv-task list --status wa|iting",
    )

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name).resolve()
        cls.share = cls.folder / "with space" / "share"
        code, _, errors = install(cls.share.parent, environment={"SOURCE_DATE_EPOCH": "86400"})
        assert code == 0, errors
        cls.place = cls.folder / "place"
        cls.place.mkdir()
        (cls.place / "one file").write_text("")

    def shell(self, *command):
        environment = {
            "HOME": str(self.folder), "PATH": f"{self.share.parent}/bin:{os.environ['PATH']}", "TERM": "dumb",
            "XDG_DATA_DIRS": f"{self.share}:/usr/local/share:/usr/share", "LC_ALL": "C.UTF-8",
        }
        code, lines, errors = script(*command, environment=environment, cwd=self.place)
        self.assertEqual((code, errors), (0, []), command)
        return lines

    def bash(self, line):
        """The completions of bash for the last word, without the package bash-completion."""
        driver = """
            . "$1"; shift
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; COMPREPLY=()
            function=$(complete -p "$1" | sed 's/.*-F \\([^ ]*\\).*/\\1/')
            "$function" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            [ ${#COMPREPLY[@]} = 0 ] || printf '%s\\n' "${COMPREPLY[@]}"
            """
        words = line.split()
        completions = self.share / "bash-completion" / "completions" / words[0]
        return self.shell("bash", "--norc", "-c", driver, "bash", completions, *words)

    def fish(self, line):
        return [offer.split("\t")[0] for offer in self.shell("fish", "-c", f"complete -C '{line}'")]

    def test_bash_and_fish_complete(self):
        for line in self.COMPLETIONS:
            typed, _, added = line.partition("|")
            word = typed.rpartition(" ")[2] + added
            self.assertEqual((self.bash(typed), self.fish(typed)), ([word], [word]), line)

    def test_zsh_completes_in_a_terminal(self):
        with Terminal(200) as terminal:
            terminal.start("exec zsh -f")
            terminal.type(
                f"cd '{self.place}'; fpath=('{self.share}/zsh/site-functions' $fpath); autoload -U compinit; "
                "compinit -u -D; PS1='>'; clear")
            terminal.wait_for(lambda: terminal.screen == [">"], "the prompt of zsh")
            for line in self.COMPLETIONS:
                typed, _, added = line.partition("|")
                terminal.press(typed, "Tab")
                completed = f">{typed}{added}".replace("one file", r"one\ file")
                terminal.wait_for(lambda: terminal.screen == [completed], completed)
                terminal.press("C-u")

    def test_manual_pages_are_valid_and_show_their_options_and_examples(self):
        for file, line, example in (
            ("man8/uv-taskd.8", "--kill-after", 'command = ["sh", "-c", "echo \\"$1\\"", "--", "{data}"]'),
            ("man1/uv-task.1", "--connect-timeout", "uv-task --ssh gpu run revers hello --wait"),
        ):
            page = self.share / "man" / file
            # mandoc exits with 0 if it finds nothing at this level or above.
            self.assertEqual(self.shell("mandoc", "-T", "lint", "-W", "error", page), [])
            # It does not depend on the day of the installation.
            self.assertIn("\n.Dd January 2, 1970\n", page.read_text())
            # Bold and underlined letters are two letters with a backspace between them.
            text = re.sub(".\b", "", "\n".join(self.shell("mandoc", "-T", "utf8", "-O", "width=200", page)))
            for section in "NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "SEE ALSO":
                self.assertIn(f"\n{section}\n", text)
            self.assertIn(line, text)
            # It can be pasted into a shell: its hyphens are hyphens.
            self.assertIn(f" {example}\n", text)
            # What the library describes, and the programs do not have.
            self.assertNotIn("Show subcommand help", text)
            self.assertNotIn("uv-taskd subcommand", text)
