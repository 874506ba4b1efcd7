"""uv-task as people and scripts call it: its subcommands, through pipes."""

import os
import re
import shlex
import subprocess
import unittest

from harness import CLIENT_PROGRAM, Call, Daemon, wait_until

# What would change the programs' words, where whoever runs the tests has set it.
FOREIGN_VARIABLES = "UV_TASK_HOST", "UV_TASK_PORT", "NO_COLOR", "COLUMNS", "LINES"


def clean_environment(**variables):
    """That of the tests, without what would change the programs' words, and with the variables."""
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN_VARIABLES}
    return {**kept, "TERM": "xterm-256color", **{name: str(value) for name, value in variables.items()}}


class CommandTest(unittest.TestCase):
    """Each test has a daemon, which uv-task finds through the environment."""

    # With it echo runs at once, revers some 33 min and too_long_echo some 6 h: what waits behind them stays there.
    time_scale = 1000
    daemon_options = ()

    def setUp(self):
        self.daemon = self.start_daemon(*self.daemon_options, time_scale=self.time_scale)

    def start_daemon(self, *options, **more):
        daemon = Daemon(*options, **more)
        self.addCleanup(daemon.close)
        self.addCleanup(lambda: daemon.is_running and daemon.check_health())
        return daemon

    def start(self, arguments, *, server=None, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, **variables):
        """Starts uv-task with arguments as a shell splits them."""
        server = server or self.daemon
        where = {"UV_TASK_HOST": "127.0.0.1", "UV_TASK_PORT": getattr(server, "port", server)}
        words = shlex.split(arguments) if isinstance(arguments, str) else arguments
        return Call(
            [CLIENT_PROGRAM, *map(str, words)], clean_environment(**{**where, **variables}), stdin, stdout)

    def call(self, arguments, *, data=None, stdin=subprocess.DEVNULL, **options):
        """Runs uv-task to its end: with data on stdin, or an stdin without any."""
        stdin = stdin if data is None else subprocess.PIPE
        with self.start(arguments, stdin=stdin, **options) as process:
            try:
                return process.finish(data)
            except BrokenPipeError:
                # It reads no further.
                return process.finish()

    def expect(self, arguments, output="", errors="", code=0, **options):
        """Everything that a run prints, and its exit code. Errors are lines without the program's name."""
        ran = self.call(arguments, **options)
        said = "".join(f"uv-task: {line}\n" for line in ([errors] if isinstance(errors, str) else errors) if line)
        self.assertEqual(ran, (output, said, code), arguments)
        return ran

    def expect_json(self, arguments, output, errors="", code=0, **options):
        """The same, of which moments, lengths of time and instances are shown as N, N and I."""
        ran = self.call(arguments, **options)
        said = "".join(f"uv-task: {line}\n" for line in ([errors] if isinstance(errors, str) else errors) if line)
        self.assertEqual(ran._replace(output=masked(ran.output)), (output, said, code), arguments)
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


def masked(text):
    """JSON with N for what differs between two runs, and I for instances."""
    text = re.sub(r'"(\w+_at|\w+_ms)":\d+', r'"\1":N', text)
    return re.sub(r'"instance":"[0-9a-f]{16}"', '"instance":"I"', text)




def unknown(task, options=""):
    """What uv-task says of a task that the server does not know."""
    return f"there is no task {task}; ids begin anew when the server restarts; uv-task list{options} shows the tasks that are kept"


def restarted(task, instance):
    """What uv-task says of a task from before a restart; the instance is the present one."""
    return (
        f"task {task}: the server was restarted and its tasks are gone; it is now instance {instance}; "
        "submit the task again")
