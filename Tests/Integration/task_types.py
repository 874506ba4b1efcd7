"""Daemons with task types of a test's own, which run commands."""

import contextlib
import json
import os
import pathlib
import signal
import tempfile
import unittest

from harness import Daemon, wait_until
from processes import processes_with


def shell(script, *arguments):
    """The command of a shell script; its $1 and so on are the arguments."""
    return ["sh", "-c", script, "--", *arguments]


class TaskTypeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self._file = self.folder / "tasks.toml"
        self._mark = f"UV_TASK_TEST_FOLDER={folder.name}"
        self.addCleanup(self._end_what_is_left)

    def _end_what_is_left(self):
        """Kills what a test has failed to end: by its environment, since ids may be those of others by now."""
        for process in processes_with(self._mark):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def serve(self, commands, *options, command=()):
        """A daemon with a task type for each command. It goes at the end of the test, with all that it has started."""
        # An array of strings in JSON is one in TOML.
        types = (f"[tasks.{name}]\ncommand = {json.dumps(words)}\n" for name, words in commands.items())
        self._file.write_text("".join(types))
        daemon = Daemon("--tasks", self._file, *options, command=("env", self._mark, *command))
        self.addCleanup(daemon.close)
        self.addCleanup(daemon.check_health)
        return daemon

    def submit(self, daemon, name, data=""):
        return daemon.ask("run", task_name=name, data=data)["task_id"]

    def outcome(self, daemon, task_id):
        """The result, or the failure, when there is one."""
        reply = daemon.ask("get_result", task_id=task_id, wait=True)
        return reply["data"] if reply["status"] == "success" else reply["failure"]

    def start_group(self, daemon, name):
        """Submits a task whose command writes the id of its process to its standard error. Returns the ids of both."""
        task_id = self.submit(daemon, name)
        text = wait_until(lambda: daemon.ask("log", task_id=task_id)["text"], "the id of the process")
        return task_id, int(text)
