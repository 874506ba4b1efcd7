"""Daemons with task types of a test's own, which run commands."""

import contextlib
import json
import os
import pathlib
import signal
import tempfile
import unittest

from harness import Daemon, wait_until
from processes import members_of_group, processes_with

# Ends on SIGTERM, without a child of its own.
SLEEP = ["sleep", "1000"]


def shell(script, *arguments):
    """The command of a shell script; its $1 and so on are the arguments."""
    return ["sh", "-c", script, "--", *arguments]


class TaskTypeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self._mark = f"UV_TASK_TEST_FOLDER={self.folder}"
        self.addCleanup(self._end_what_is_left)

    def _end_what_is_left(self):
        """Kills what a test has failed to end: by its environment, since ids may be those of others by now."""
        for process in processes_with(self._mark):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def write_types(self, types):
        """The file of task types; of each the command, or a dictionary of its keys."""
        text = ""
        for name, keys in types.items():
            text += f"[tasks.{name}]\n"
            for key, value in (keys if isinstance(keys, dict) else {"command": keys}).items():
                # JSON is TOML here, but for the tables.
                value = value.items() if isinstance(value, dict) else json.dumps(value, ensure_ascii=False)
                text += f"{key} = {value if isinstance(value, str) else inline_table(value)}\n"
        file = self.folder / "tasks.toml"
        file.write_text(text, encoding="utf-8")
        return file

    def serve(self, types, *options, command=(), **more):
        """A daemon with these types. It goes at the end of the test, with all that it has started."""
        daemon = Daemon(
            "--tasks", self.write_types(types), *options, command=("env", self._mark, *command), **more)
        self.addCleanup(daemon.close)
        self.addCleanup(lambda: daemon.is_running and daemon.check_health())
        return daemon

    def submit(self, daemon, name, data=""):
        reply = daemon.ask("run", task_name=name, data=data)
        self.assertIn("task_id", reply)
        return reply["task_id"]

    def outcome(self, daemon, task_id):
        """The result, or the failure, when there is one."""
        reply = daemon.ask("get_result", task_id=task_id, wait=True)
        return reply["data"] if reply["status"] == "success" else reply["failure"]

    def run_task(self, daemon, name, data=""):
        return self.outcome(daemon, self.submit(daemon, name, data))

    def check_failure(self, failure, code, message, **more):
        """A failure and all that it tells, but for what was said on standard error where that is not given."""
        self.assertIsInstance(failure, dict, failure)
        if "stderr" not in more:
            failure.pop("stderr", None)
        self.assertEqual(failure, {"code": code, "message": message, **more})

    def wait_for_words(self, daemon, task_id, words="\n"):
        """Until the command has written them to its standard error; gives all that it wrote."""
        return wait_until(
            lambda: (text := daemon.ask("log", task_id=task_id)["text"]) and words in text and text, f"{words!r}")

    def start_group(self, daemon, name, data=""):
        """Submits a task whose command writes its process id, and gives both ids once it did."""
        task_id = self.submit(daemon, name, data)
        group = int(self.wait_for_words(daemon, task_id).split()[0])
        return task_id, group

    def wait_for_end_of(self, group, deadline):
        wait_until(lambda: not members_of_group(group), f"the end of the group {group}", deadline)


def inline_table(items):
    return "{ " + ", ".join(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in items) + " }"

