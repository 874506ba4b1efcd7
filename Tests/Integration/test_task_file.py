"""Files of task types: --tasks, --check and --no-built-in. How commands run is tested elsewhere."""

import os
import pathlib
import subprocess
import tempfile
import unittest

from harness import DAEMON_PROGRAM, PATIENCE, Daemon, error_code, program

THUMBNAIL = """\
[tasks.thumbnail]
description = "Scale a picture"
command = ["cat", "-"]
data = "base64"
result = "base64"
timeout = "30s"
max_output = "4MiB"
expected = "2s"
directory = "/"
environment = { LANG = "C.UTF-8" }
"""


class TaskFiles(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name) / "tasks.toml"

    def write(self, text):
        self.file.write_text(text, encoding="utf-8")
        return self.file

    def check(self, text, *options):
        return program(DAEMON_PROGRAM, "--tasks", self.write(text), "--check", *options)

    def names(self, daemon):
        return [kind["name"] for kind in daemon.ask("info")["task_types"]]


class Serving(TaskFiles):
    def test_the_types_of_the_file_stand_behind_the_built_in_ones(self):
        with Daemon("--tasks", self.write(THUMBNAIL)) as daemon:
            self.assertEqual(
                self.names(daemon), ["echo", "revers", "reverse", "permutation", "too_long_echo", "thumbnail"])

    def test_without_the_built_in_ones(self):
        with Daemon("--tasks", self.write(THUMBNAIL), "--no-built-in") as daemon:
            self.assertEqual(self.names(daemon), ["thumbnail"])
            self.assertEqual(error_code(daemon.ask("run", task_name="echo", data="")), "unknown_task_name")

    def test_names_of_any_letters(self):
        with Daemon("--tasks", self.write("[tasks.'пример/1']\ncommand = ['true']"), "--no-built-in") as daemon:
            self.assertEqual(self.names(daemon), ["пример/1"])

    def test_the_file_may_be_a_pipe(self):
        ran = subprocess.run(
            [DAEMON_PROGRAM, "--tasks", "/dev/stdin", "--check"], input=THUMBNAIL.encode(), timeout=PATIENCE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual((ran.stderr, ran.returncode), (b"", 0))
        self.assertIn(b"/dev/stdin: 1 task type, ", ran.stdout)

    def test_what_is_not_there_is_a_warning(self):
        text = "[tasks.a]\ncommand = ['no-such-program']\ndirectory = '/no/such/folder'"
        with Daemon("--tasks", self.write(text)) as daemon:
            self.assertIn("task type a: there is no directory /no/such/folder; until there is, its tasks fail", daemon.log)
            self.assertIn(
                "task type a: there is no program no-such-program in the PATH; until there is, its tasks fail", daemon.log)
            self.assertEqual(self.names(daemon)[-1], "a")

    def test_nothing_starts_with_half_a_file(self):
        port_file = self.file.with_name("port")
        self.write(THUMBNAIL + "[tasks.b]\ncommand = 'true'\ntimeout = 0\n")
        ran = program(DAEMON_PROGRAM, "--port", "0", "--port-file", port_file, "--tasks", self.file)
        self.assertEqual((ran.output, ran.code), ("", 1))
        self.assertEqual(ran.errors.splitlines(), [
            f"uv-taskd: {self.file}:12: tasks.b.command: must be an array of the program and its arguments,"
            ' such as command = ["convert", "-", "png:-"]',
            f"uv-taskd: {self.file}:13: tasks.b.timeout: must be a time such as \"30s\", \"500ms\" or \"2m\", or a whole"
            " number of seconds, above 0",
        ])
        self.assertFalse(port_file.exists())


class Checking(TaskFiles):
    def test_what_the_file_says(self):
        ran = self.check(THUMBNAIL + "\n[tasks.plain]\ncommand = ['sh', '-c', 'cat; date']\n")
        self.assertEqual((ran.errors, ran.code), ("", 0))
        self.assertEqual(ran.output, f"""\
{self.file}: 2 task types, and 5 built-in ones

thumbnail: Scale a picture
  command      cat -
  directory    /
  environment  LANG=C.UTF-8
  data         base64, result base64
  limits       at most 30s, 4MiB of output, 2s expected

plain
  command      sh -c "cat; date"
  data         text, result text
  limits       no timeout, 1MiB of output
""")

    def test_it_needs_no_port(self):
        with Daemon() as daemon:
            ran = self.check(THUMBNAIL, "--port", str(daemon.port), "--host", "127.0.0.1", "--no-built-in")
        self.assertEqual((ran.errors, ran.code), ("", 0))
        self.assertIn("1 task type, and no built-in ones\n", ran.output)

    def test_what_is_not_there_is_told_and_no_mistake(self):
        ran = self.check("[tasks.a]\ncommand = ['bin/tool']\ndirectory = '/'")
        self.assertEqual(ran.code, 0)
        self.assertEqual(
            ran.errors,
            f"uv-taskd: {self.file}: warning: task type a: there is no program bin/tool in /; until there is, its tasks fail\n")

    def test_every_mistake_is_a_line(self):
        ran = self.check("top = 1\n[tasks.b]\ncomand = ['x']\n[tasks.echo]\ncommand = ['sh', '-c', 'echo {data}']\n")
        self.assertEqual((ran.output, ran.code), ("", 1))
        self.assertEqual(ran.errors.splitlines(), [
            f"uv-taskd: {self.file}:{line}" for line in (
                "1: top: unknown key; a task file has tables such as [tasks.thumbnail]",
                '2: tasks.b: has no command, such as command = ["convert", "-", "png:-"]',
                "3: tasks.b.comand: unknown key; did you mean command?",
                "4: tasks.echo: is a built-in task type; choose another name, or leave those out with --no-built-in",
                '5: tasks.echo.command[2]: the data could be run as code; put it after the script and "--":'
                r' ["sh", "-c", "echo \"$1\"", "--", "{data}"]',
            )])

    def test_where_the_syntax_is_wrong(self):
        ran = self.check("[tasks.a]\n\ncommand = [\n  'x'\n  'y'\n]\n")
        self.assertEqual((ran.output, ran.code), ("", 1))
        self.assertRegex(ran.errors, rf"\Auv-taskd: {self.file}:5: Error while parsing .*\n\Z")

    def test_files_that_would_overflow_the_stack(self):
        for text in "[" + "a." * 500_000 + "a]", "a=" + "[" * 1_000_000, "a=" + "{a=" * 300_000, "[[[a]]]", "a=[1,}":
            with self.subTest(text[:10]):
                ran = self.check(text)
                self.assertEqual((ran.output, ran.code), ("", 1))
                self.assertRegex(ran.errors, rf"\Auv-taskd: {self.file}:1: .*\n\Z")

    def test_files_that_cannot_be_read(self):
        for name, words in (
            (self.file, "no such file or directory"), ("/", "illegal operation on a directory"),
        ):
            ran = program(DAEMON_PROGRAM, "--tasks", name, "--check")
            self.assertEqual(
                ran, ("", f"uv-taskd: cannot read {name}: {words}. Give --tasks a file that can be read\n", 1))

    def test_a_file_that_is_too_long(self):
        ran = self.check(THUMBNAIL + "#" * (1 << 20))
        self.assertEqual(
            ran,
            ("", f"uv-taskd: {self.file}: is longer than 1048576 bytes, the limit for a task file\n", 1))

    def test_a_file_that_never_ends(self):
        ran = program(DAEMON_PROGRAM, "--tasks", "/dev/zero", "--check")
        self.assertEqual((ran.output, ran.code), ("", 1))
        self.assertIn("/dev/zero: is longer than", ran.errors)

    def test_a_full_disk(self):
        self.write(THUMBNAIL)
        with open("/dev/full", "wb") as full:
            ran = subprocess.run(
                [DAEMON_PROGRAM, "--tasks", os.fspath(self.file), "--check"], stdin=subprocess.DEVNULL, stdout=full,
                stderr=subprocess.PIPE, timeout=PATIENCE)
        self.assertEqual(ran.returncode, 1)
        self.assertEqual(ran.stderr, b"uv-taskd: cannot write to stdout: no space left on device\n")


class Misuse(TaskFiles):
    def test_options_that_need_a_file(self):
        for option in "--check", "--no-built-in":
            self.assertEqual(
                program(DAEMON_PROGRAM, option),
                ("", f"uv-taskd: {option} needs --tasks and a file with task types (see uv-taskd --help)\n", 64))

    def test_times_that_are_none(self):
        for time in "0", "soon", "-1":
            self.assertEqual(program(DAEMON_PROGRAM, "--kill-after", time).code, 64)


if __name__ == "__main__":
    unittest.main()
