"""The exact help of both programs and of every subcommand: snapshots/*.txt.

After a change, renew them with scripts/integration-test --renew-snapshots test_help and read the diff.
"""

import os
import pathlib
import re
import subprocess
import unittest

from commands import clean_environment
from harness import CLIENT_PROGRAM, DAEMON_PROGRAM, PATIENCE, Call

SNAPSHOTS = pathlib.Path(__file__).parent / "snapshots"
COMMANDS = "run", "result", "wait", "status", "log", "cancel", "list", "watch", "stats", "info"
CALLS = {
    "uv-taskd": [DAEMON_PROGRAM, "--help"],
    "uv-task": [CLIENT_PROGRAM, "--help"],
    "uv-task-hidden": [CLIENT_PROGRAM, "--help-hidden"],
    **{f"uv-task-{name}": [CLIENT_PROGRAM, name, "--help"] for name in COMMANDS},
}


def output(call, **variables):
    """The output of a call that must succeed and print nothing on stderr."""
    with Call(call, clean_environment(**variables)) as process:
        ran = process.finish()
    if ran.errors or ran.code:
        raise AssertionError(f"{call} ended with {ran.code}: {ran.errors}")
    return ran.output


class Help(unittest.TestCase):
    maxDiff = None

    def test_snapshots(self):
        for name, call in CALLS.items():
            with self.subTest(name):
                file = SNAPSHOTS / f"{name}.txt"
                # The library wraps lines at the width that this variable gives.
                text = output(call, COLUMNS=80)
                if os.environ.get("UV_TASK_RENEW_SNAPSHOTS") == "1":
                    file.parent.mkdir(exist_ok=True)
                    file.write_text(text, encoding="utf-8")
                self.assertEqual(text, file.read_text(encoding="utf-8"))

    def test_every_snapshot_has_a_call(self):
        self.assertEqual({file.stem for file in SNAPSHOTS.iterdir()}, set(CALLS))

    def test_a_pipe_is_80_columns_wide(self):
        for name, call in CALLS.items():
            with self.subTest(name):
                self.assertEqual(output(call), output(call, COLUMNS=80))

    def test_the_width_changes_only_where_lines_break(self):
        for name, call in CALLS.items():
            words = output(call, COLUMNS=80).split()
            for columns in 40, 200:
                with self.subTest(name=name, columns=columns):
                    self.assertEqual(output(call, COLUMNS=columns).split(), words)

    def test_no_line_is_too_wide(self):
        for name, call in CALLS.items():
            for line in output(call, COLUMNS=80).splitlines():
                # The library does not wrap the usage line.
                if not line.startswith("USAGE: "):
                    self.assertLessEqual(len(line), 80, f"{name}: {line}")

    def test_every_spelling(self):
        for name in COMMANDS:
            text = output([CLIENT_PROGRAM, name, "--help"])
            for call in ("help", name), (name, "-h"), ("--host", "nowhere", name, "--help"):
                with self.subTest(call):
                    self.assertEqual(output([CLIENT_PROGRAM, *call]), text)
        text = output([CLIENT_PROGRAM, "--help"])
        for call in ("help",), ("-h",), ("--host", "nowhere", "--help"):
            with self.subTest(call):
                self.assertEqual(output([CLIENT_PROGRAM, *call]), text)
        self.assertEqual(output([DAEMON_PROGRAM, "-h"]), output([DAEMON_PROGRAM, "--help"]))

    def test_every_command_is_in_the_general_help(self):
        named = re.findall(r"^  ([a-z]+) {2,}", output([CLIENT_PROGRAM, "--help"]), re.MULTILINE)
        self.assertEqual(named, list(COMMANDS))

    def test_every_exit_code_is_in_the_general_help(self):
        codes = re.search(r"Exit codes:\n(.*?)\n\n", output([CLIENT_PROGRAM, "--help"]), re.DOTALL)[1]
        found = re.findall(r"^  (\d+) {2,}", codes, re.MULTILINE)
        self.assertEqual(found, ["0", "1", "2", "3", "4", "5", "6", "64", "74", "130"])

    def test_help_needs_neither_stdin_nor_a_daemon(self):
        for call in CALLS.values():
            ran = subprocess.run(
                ["sh", "-c", 'exec "$@" <&-', "sh", *call], env=clean_environment(UV_TASK_PORT="x"), timeout=PATIENCE,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.assertEqual((ran.stderr, ran.returncode), (b"", 0))


if __name__ == "__main__":
    unittest.main()
