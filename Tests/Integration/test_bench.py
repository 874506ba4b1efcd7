"""scripts/bench, as far as it needs no peers: what it says, its check, and that nothing outlives it."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest
import uuid

from harness import DAEMON_PROGRAM, PROGRAMS, REPOSITORY, Call, program, wait_until

BENCH = str(REPOSITORY / "scripts" / "bench")
BENCHMARKS = str(REPOSITORY / "Tests" / "Benchmarks")


class Bench(Call):
    """One that runs. All that it starts, daemons included, can be told by a mark in its environment."""

    def __init__(self, *arguments, command=(BENCH,)):
        self._mark = f"UV_TASK_TEST_MARK={uuid.uuid4()}"
        name, _, value = self._mark.partition("=")
        super().__init__([*command, *arguments], environment={**os.environ, name: value})

    def processes(self):
        """The names of those that run."""
        names = []
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if self._mark.encode() in (process / "environ").read_bytes():
                    names.append((process / "comm").read_text().strip())
            except OSError:
                pass  # another user's, or it has just ended
        return names


class Usage(unittest.TestCase):
    def assert_refused(self, *arguments):
        ran = program(BENCH, *arguments)
        self.assertEqual((ran.output, ran.code), ("", 64))
        self.assertRegex(ran.errors, r"^bench: [^\n]*\n$")
        return ran.errors

    def test_wrong_usage_is_told_in_one_line(self):
        self.assertIn("no part is called submit ", self.assert_refused("submit"))
        self.assertIn("--rounds must be at least 1", self.assert_refused("--rounds", "0"))
        self.assertIn("--check has parts of its own", self.assert_refused("--check", "submits"))
        self.assert_refused("--no-such-option")


class Check(unittest.TestCase):
    def check(self, daemon):
        """A round of the check with a shell's line for a daemon."""
        with tempfile.TemporaryDirectory() as folder:
            script = pathlib.Path(folder) / "uv-taskd"
            script.write_text(f"#!/bin/sh\n{daemon}\n")
            script.chmod(0o755)
            with Bench("--check", "--rounds", "1", "--programs", folder) as bench:
                ran = bench.finish()
                self.assertEqual(bench.processes(), [])
                return ran

    def test_a_slow_daemon_fails(self):
        # One that writes a line for every task, and leaves a process behind.
        ran = self.check(f'sleep 1000 >/dev/null & exec "{DAEMON_PROGRAM}" "$@" --log-level debug')
        self.assertEqual(ran.code, 1)
        self.assertEqual(len(ran.lines), 3)
        self.assertRegex(
            ran.lines[1], r"^bench: Submits, 50 × 16: uv-taskd ÷ bare C server 0\.[01]\d, at least .*: FAILED$")

    def test_a_daemon_that_does_not_start(self):
        ran = self.check("exit 3")
        self.assertEqual((ran.output, ran.code), ("", 1))
        self.assertEqual(ran.errors.splitlines()[-1], "bench: uv-taskd ended at once, with 3")

    def test_a_daemon_that_refuses(self):
        ran = self.check(f'exec "{DAEMON_PROGRAM}" "$@" --max-queued 1000')
        self.assertEqual((ran.output, ran.code), ("", 1))
        # A refused submit of the classic sort ends its connection.
        self.assertRegex(
            ran.errors, r"load: the server ended a connection\nbench: .*/load uv-task-submit .* ended with 1\n$")


class Ends(unittest.TestCase):
    def assert_all_ends(self, bench, number):
        bench.signal(number)
        self.assertEqual(bench.finish().code, 128 + number)
        self.assertEqual(bench.processes(), [])
        self.assertEqual(bench.errors.splitlines()[-1], f"bench: ended by {number.name}")

    def test_all_ends_at_a_signal(self):
        for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
            with self.subTest(number.name), Bench("--check", "--rounds", "999", "--programs", str(PROGRAMS)) as bench:
                wait_until(lambda: {"uv-taskd", "load"} <= set(bench.processes()), "the daemon under load")
                self.assert_all_ends(bench, number)

    def test_what_its_programs_left_behind_ends(self):
        script = (
            "import sys\n"
            f"sys.path.insert(0, {BENCHMARKS!r})\n"
            "import processes, subprocess, time\n"
            "processes.adopt_all()\n"
            "processes.end_at_signals()\n"
            "try:\n"
            "    subprocess.run(['setsid', '--fork', 'sleep', '1000'])\n"
            # Python tells of a signal that comes just before a sleep when that is over.
            "    while True: time.sleep(0.1)\n"
            "finally:\n"
            "    processes.end_all()\n")
        with Bench(command=(sys.executable, "-c", script)) as bench:
            wait_until(lambda: "sleep" in bench.processes(), "the one that is left behind")
            self.assert_all_ends(bench, signal.SIGTERM)


if __name__ == "__main__":
    unittest.main()
