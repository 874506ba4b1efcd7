"""The exact help of both programs and of every subcommand: snapshots/*.txt.

After a change, renew them with scripts/integration-test --renew-snapshots test_help and read the diff.
"""

import os
import pathlib
import re
import unittest

from commands import clean_environment
from harness import CLIENT_PROGRAM, DAEMON_PROGRAM, Call, closing

SNAPSHOTS = pathlib.Path(__file__).parent / "snapshots"
COMMANDS = "run", "result", "wait", "status", "log", "cancel", "list", "watch", "stats", "info", "proxy"
CALLS = {
    "uv-taskd": [DAEMON_PROGRAM, "--help"],
    "uv-task": [CLIENT_PROGRAM, "--help"],
    "uv-task-hidden": [CLIENT_PROGRAM, "--help-hidden"],
    **{f"uv-task-{name}": [CLIENT_PROGRAM, name, "--help"] for name in COMMANDS},
}


def output(call):
    """The output of a call that must succeed and print nothing on stderr. It has no stdin, and finds no server."""
    with Call([*closing("<&-"), *call], clean_environment(UV_TASK_PORT="x")) as process:
        ran = process.finish()
    if ran.errors or ran.code:
        raise AssertionError(f"{call} ended with {ran.code}: {ran.errors}")
    return ran.output


class Help(unittest.TestCase):
    maxDiff = None

    def test_each_help_is_its_snapshot_and_80_columns_wide(self):
        # A pipe is 80 columns wide.
        texts = {name: output(call) for name, call in CALLS.items()}
        shown = texts["uv-task"].splitlines(True)
        texts["uv-task-hidden"] = "".join(line for line in texts["uv-task-hidden"].splitlines(True) if line not in shown)
        for name, text in texts.items():
            if os.environ.get("UV_TASK_RENEW_SNAPSHOTS") == "1":
                (SNAPSHOTS / f"{name}.txt").write_text(text, encoding="utf-8")
            with self.subTest(name):
                self.assertEqual(text, (SNAPSHOTS / f"{name}.txt").read_text(encoding="utf-8"))
                # The library does not wrap the usage line.
                too_wide = [line for line in text.splitlines() if len(line) > 80 and not line.startswith("USAGE: ")]
                self.assertEqual(too_wide, [])
        self.assertEqual({file.stem for file in SNAPSHOTS.iterdir()}, set(CALLS))
        self.assertEqual(re.findall(r"^  ([a-z]+) {2,}", texts["uv-task"], re.MULTILINE), list(COMMANDS))
