"""Files of task types: that the programs use them. How a file is read is tested in TaskFileTests."""

import pathlib
import subprocess
import tempfile
import unittest

from harness import DAEMON_PROGRAM, PATIENCE, Daemon, program

TASKS = """\
[tasks.'пример/1']
description = "Copies"
command = ["cat", "-"]
timeout = "30s"
"""


class TaskFiles(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name) / "tasks.toml"

    def write(self, text):
        self.file.write_text(text, encoding="utf-8")
        return self.file

    def check(self, stdout=subprocess.PIPE):
        """Checks tasks that come through a pipe."""
        ran = subprocess.run(
            [DAEMON_PROGRAM, "--tasks", "/dev/stdin", "--check"], input=TASKS.encode(), timeout=PATIENCE,
            stdout=stdout, stderr=subprocess.PIPE)
        return ran.stdout and ran.stdout.decode(), ran.stderr.decode(), ran.returncode

    def test_the_daemon_serves_its_types(self):
        text = TASKS + "[tasks.absent]\ncommand = ['no-such-program']\n"
        with Daemon("--tasks", self.write(text), "--no-built-in") as daemon:
            names = [kind["name"] for kind in daemon.ask("info")["task_types"]]
            self.assertEqual(names, ["пример/1", "absent"])
            self.assertIn(
                "task type absent: there is no program no-such-program in the PATH; until there is, its tasks fail", daemon.log)

    def test_nothing_starts_with_half_a_file(self):
        port_file = self.file.with_name("port")
        self.write(TASKS + "[tasks.b]\ncommand = 'true'\n[tasks.echo]\ncommand = ['true']\n")
        ran = program(DAEMON_PROGRAM, "--port", "0", "--port-file", port_file, "--tasks", self.file)
        self.assertEqual((ran.output, ran.code), ("", 1))
        command, name = ran.errors.splitlines()
        self.assertTrue(command.startswith(f"uv-taskd: {self.file}:6: tasks.b.command: must be an array "), command)
        self.assertTrue(name.startswith(f"uv-taskd: {self.file}:7: tasks.echo: is a built-in task type; "), name)
        self.assertFalse(port_file.exists())

    def test_a_check_prints_what_the_file_says(self):
        self.assertEqual(self.check(), ("""\
/dev/stdin: 1 task type, and 5 built-in ones

пример/1: Copies
  command      cat -
  data         text, result text
  limits       at most 30s, 1MiB of output
""", "", 0))

    def test_a_check_listens_nowhere_and_warns(self):
        with Daemon() as daemon:
            ran = program(
                DAEMON_PROGRAM, "--tasks", self.write("[tasks.a]\ncommand = ['bin/tool']\ndirectory = '/'"), "--check",
                "--host", "127.0.0.1", "--port", str(daemon.port))
        self.assertEqual((ran.errors, ran.code), (
            f"uv-taskd: {self.file}: warning: task type a: there is no program bin/tool in /; until there is, "
            "its tasks fail\n", 0))

    def test_a_check_on_a_full_disk(self):
        with open("/dev/full", "wb") as full:
            self.assertEqual(
                self.check(full), (None, "uv-taskd: cannot write to stdout: no space left on device\n", 1))
