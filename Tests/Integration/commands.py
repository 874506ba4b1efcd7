"""uv-task as people and scripts call it: its subcommands, through pipes."""

import os
import shlex
import subprocess
import unittest

from harness import CLIENT_PROGRAM, PATIENT, Call, Daemon

# They change what the programs print if the user who runs the tests has set them.
FOREIGN_VARIABLES = (
    "UV_TASK_HOST", "UV_TASK_PORT", "UV_TASK_SOCKET", "UV_TASK_SSH", "XDG_RUNTIME_DIR", "NO_COLOR", "COLUMNS", "LINES")


def clean_environment(**variables):
    """The environment of the tests without FOREIGN_VARIABLES, and with these variables."""
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN_VARIABLES}
    return {**kept, "TERM": "xterm-256color", **{name: str(value) for name, value in variables.items()}}


class CommandTest(unittest.TestCase):
    """Each test has a daemon, which uv-task finds through the environment."""

    # An echo ends at once, a revers in 33 min and a too_long_echo in 6 h: no test reaches their ends.
    time_scale = 1000
    daemon_options = ()

    def setUp(self):
        self.daemon = self.start_daemon(*self.daemon_options, time_scale=self.time_scale)

    def start_daemon(self, *options, **more):
        daemon = Daemon(*options, **more)
        self.addCleanup(daemon.close)
        self.addCleanup(daemon.check_health)
        return daemon

    def start(
            self, arguments, *, server=None, before=PATIENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, **variables):
        """Starts uv-task with arguments as a shell splits them, after other options."""
        server = server or self.daemon
        where = {"UV_TASK_HOST": "127.0.0.1", "UV_TASK_PORT": getattr(server, "port", server)}
        words = shlex.split(arguments) if isinstance(arguments, str) else arguments
        return Call(
            [CLIENT_PROGRAM, *before, *map(str, words)], clean_environment(**{**where, **variables}), stdin, stdout)

    def call(self, arguments, *, data=None, stdin=subprocess.DEVNULL, **options):
        """Runs uv-task to its end, with data on stdin if they are given."""
        with self.start(arguments, stdin=stdin if data is None else subprocess.PIPE, **options) as process:
            return process.finish(data)

    def expect(self, arguments, output="", errors="", code=0, **options):
        """Runs uv-task and compares all that it prints, and its exit code. Errors are lines without the program's name."""
        ran = self.call(arguments, **options)
        lines = [errors] if isinstance(errors, str) else errors
        said = "".join(f"uv-task: {line}\n" for line in lines if line)
        self.assertEqual((ran.output, ran.errors, ran.code), (output, said, code), arguments)
        return ran

    def run_task(self, name, data=""):
        """Submits a task and returns its id."""
        ran = self.call(["run", name, data])
        self.assertEqual((ran.errors, ran.code), ("", 0))
        return int(ran.output)

    def finished(self, name="echo", data=""):
        """Runs a task to its end and returns its id."""
        task_id = self.run_task(name, data)
        self.daemon.wait_for_state(task_id, "success", "error")
        return task_id
