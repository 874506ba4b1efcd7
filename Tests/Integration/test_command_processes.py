"""What a command runs in, what is left of it, and how many follow each other."""

import os
import pathlib
import random
import signal
import sys
import unittest

from harness import TIMING, bound, numbered, run, wait_until
from processes import (
    children, group_of, members_of_group, name_of, open_descriptors, resident_bytes, session_of,
    signals_of, with_open_files,
)
from task_types import SLEEP, TaskTypeTest, shell


class Surroundings(TaskTypeTest):
    """Seen from outside, while it sleeps."""

    SLEEPING = shell("echo $$ >&2; exec sleep 1000")

    def start_daemon(self, keys=None, **more):
        self.daemon = self.serve({"sleeping": {"command": self.SLEEPING, **(keys or {})}}, **more)

    def start_sleeping(self):
        """The process's id."""
        _, pid = self.start_group(self.daemon, "sleeping")
        wait_until(lambda: name_of(pid) == "sleep", "sleep")
        return pid

    def start(self, **more):
        self.start_daemon(**more)
        return self.start_sleeping()

    def test_three_pipes_and_no_other_descriptor(self):
        # Neither what the daemon has inherited nor what it has open for its clients is passed on.
        numbers = 7, 200
        inheriting = "; ".join(f"os.dup2(0, {number})" for number in numbers)
        script = f"import os, sys; {inheriting}; os.execvp(sys.argv[1], sys.argv[1:])"
        self.start_daemon(command=(sys.executable, "-c", script))
        for number in numbers:
            self.assertIn(str(number), os.listdir(f"/proc/{self.daemon.pid}/fd"))
        for _ in range(20):
            self.addCleanup(self.daemon.connect().close)
        pid = self.start_sleeping()
        # While it starts, its loader has another one open.
        wait_until(lambda: len(os.listdir(f"/proc/{pid}/fd")) == 3, "three descriptors", 5)
        streams = [os.readlink(f"/proc/{pid}/fd/{number}") for number in range(3)]
        self.assertTrue(all(stream.startswith("pipe:") for stream in streams), streams)
        self.assertEqual(len(set(streams)), 3, streams)

    def test_the_end_of_its_input(self):
        # Without any, and without a wait.
        self.assertEqual(self.run_task(self.serve({"read": ["cat"]}), "read"), "")

    def test_a_session_of_its_own(self):
        pid = self.start()
        self.assertEqual((group_of(pid), session_of(pid)), (pid, pid))
        self.assertNotEqual(session_of(self.daemon.pid), pid)

    def test_no_signal_is_ignored_or_blocked(self):
        # The daemon itself ignores SIGPIPE.
        pid = self.start()
        self.assertNotEqual(signals_of(self.daemon.pid, "SigIgn") & 1 << signal.SIGPIPE - 1, 0)
        for kind in "SigIgn", "SigBlk", "SigCgt":
            self.assertEqual(signals_of(pid, kind), 0, kind)

    def test_a_pipeline_ends_as_in_a_shell(self):
        self.assertEqual(self.run_task(self.serve({"first": shell("yes | head -n 1")}), "first"), "y\n")

    def test_the_limit_of_open_files_that_the_daemon_was_started_with(self):
        pid = self.start(command=with_open_files(300, "-S"))
        limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
        self.assertRegex(limits, r"Max open files +300 +\d")
        self.assertNotRegex(limits, r"Max open files +300 +300\b")
        # It has raised its own.
        self.assertNotRegex(pathlib.Path(f"/proc/{self.daemon.pid}/limits").read_text(), r"Max open files +300 ")

    def test_directory_and_environment(self):
        pid = self.start(
            command=("env", "KEPT=a", "CHANGED=b"),
            keys={"directory": str(self.folder), "environment": {"CHANGED": "c d", "NEW": "é='\"$x"}})
        self.assertEqual(os.readlink(f"/proc/{pid}/cwd"), os.path.realpath(self.folder))
        variables = pathlib.Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
        for expected in "KEPT=a", "CHANGED=c d", "NEW=é='\"$x", f"PATH={os.environ['PATH']}":
            self.assertIn(expected, variables)
        self.assertNotIn("CHANGED=b", variables)

    def test_a_program_is_looked_for_in_the_path_of_its_environment(self):
        program = self.folder / "hello"
        program.write_text("#!/bin/sh\necho here\n")
        program.chmod(0o755)
        keys = {"command": ["hello"], "environment": {"PATH": f"{self.folder}:{os.environ['PATH']}"}}
        self.assertEqual(self.run_task(self.serve({"hello": keys}), "hello"), "here\n")


class ManyInARow(TaskTypeTest):
    COUNT = 10_000 if TIMING else 1000

    def test_nothing_is_left_of_them(self):
        daemon = self.serve(
            {"good": ["true"], "bad": ["false"], "none": ["./none"], "said": shell("echo $1; echo $1 >&2", "{data}")},
            "--keep-results", "100")
        with daemon.connect() as connection:
            self.pass_through(connection, ["good", "bad", "none", "said"] * 125)
            descriptors, resident = open_descriptors(daemon.pid), resident_bytes(daemon.pid)
            self.pass_through(connection, ["good"] * self.COUNT)
            self.pass_through(connection, ["bad", "none", "said"] * 100)
            self.assertEqual(open_descriptors(daemon.pid), descriptors)
            if TIMING:
                self.assertLess(resident_bytes(daemon.pid) - resident, 2 << 20)
        # The guard, and no zombie.
        self.assertEqual([name_of(child) for child in children(daemon.pid)], ["uv-task-guard"])

    def pass_through(self, connection, names):
        """Submits tasks, a thousand at a time, and waits for the last."""
        for first in range(0, len(names), 1000):
            part = names[first:first + 1000]
            connection.pipeline("".join(run(name, "said") + "\n" for name in part))
            newest = connection.ask("list", limit=1)["tasks"][0]["task_id"]
            self.assertIn(connection.ask("status", task_id=newest, wait=True)["status"], ("success", "error"))


class OneAtATime(TaskTypeTest):
    def test_functions_and_commands(self):
        journal = self.folder / "journal"
        keys = shell('echo begin "$1" >>"$2"; sleep 0.0$3; echo end "$1" >>"$2"', "{id}", str(journal), "{data}")
        # What others hold or leave behind lets nothing overlap.
        leaving = shell('echo begin "$1" >>"$2"; sleep 1000 & echo end "$1" >>"$2"', "{id}", str(journal))
        daemon = self.serve({"command": keys, "leaving": leaving, "absent": ["./none"]}, time_scale=0.005)
        names = ["command", "leaving", "absent", "revers", "echo", "permutation"] * 10
        random.Random(7).shuffle(names)
        with daemon.connect() as connection:
            ids = [self.submit(daemon, name, "1") for name in names]
            tasks = [connection.ask("status", task_id=task_id, wait=True) for task_id in ids]
        for task, following in zip(tasks, tasks[1:]):
            self.assertLessEqual(task["started_at"], task["finished_at"])
            self.assertLessEqual(task["finished_at"], following["started_at"])
        words = [line.split() for line in journal.read_text().splitlines()]
        expected = [task_id for task_id, name in zip(ids, names) if name in ("command", "leaving")]
        self.assertEqual(words, [[word, str(task_id)] for task_id in expected for word in ("begin", "end")])

    def test_a_function_waits_for_a_command_that_does_not_end(self):
        daemon = self.serve(
            {"stubborn": shell("trap '' TERM; echo $$ >&2; sleep 1000")}, "--kill-after", "400ms")
        task_id, group = self.start_group(daemon, "stubborn")
        next_id = self.submit(daemon, "echo", "a")
        with daemon.connect() as connection:
            connection.send(numbered(1, "cancel", task_id=task_id))
            self.assertEqual(daemon.state_of(next_id), "waiting")
            self.assertEqual(connection.reply_to(1)["status"], "error")
        self.assertEqual(self.outcome(daemon, next_id), "a")
        self.assertEqual(members_of_group(group), [])


class Estimates(TaskTypeTest):
    def eta_of(self, daemon, name, data=""):
        """What the reply to run tells; of a task that is first in line."""
        reply = daemon.ask("run", task_name=name, data=data)
        self.assertEqual(reply["position"], 0)
        self.outcome(daemon, reply["task_id"])
        return reply.get("eta_ms")

    def test_what_is_expected_until_three_runs_were_seen(self):
        daemon = self.serve({"named": {"command": ["sleep", "0.1"], "expected": "1h"}, "plain": ["sleep", "0.1"]})
        for _ in range(3):
            self.assertGreater(self.eta_of(daemon, "named"), 3_500_000)
        self.assertIsNone(self.eta_of(daemon, "plain"))
        for name in "named", "plain":
            eta = self.eta_of(daemon, name)
            self.assertGreaterEqual(eta, 90)
            self.assertLess(eta, bound(400, 30_000))

    def test_what_ended_before_its_time_tells_nothing(self):
        daemon = self.serve({"long": {"command": SLEEP, "timeout": "50ms"}, "none": ["./none"]})
        for _ in range(4):
            for name in "long", "none":
                self.assertIsNone(self.eta_of(daemon, name))

    def test_nobody_knows_behind_what_nobody_knows(self):
        daemon = self.serve({"sleeping": shell("echo $$ >&2; exec sleep 1000")}, time_scale=0.01)
        task_id, _ = self.start_group(daemon, "sleeping")
        reply = daemon.ask("run", task_name="revers", data="")
        self.assertEqual((reply["status"], reply["position"]), ("waiting", 1))
        self.assertNotIn("eta_ms", reply)
        daemon.ask("cancel", task_id=task_id)
        self.assertEqual(self.outcome(daemon, reply["task_id"]), "")


if __name__ == "__main__":
    unittest.main()
