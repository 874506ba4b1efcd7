"""uv-task as people and scripts call it: its subcommands, through pipes."""

import os
import re
import shlex
import signal
import subprocess
import threading
import unittest

from harness import CLIENT_PROGRAM, PATIENCE, ClientRun, Daemon, wait_until

# What would change the programs' words, where whoever runs the tests has set it.
FOREIGN_VARIABLES = "UV_TASK_HOST", "UV_TASK_PORT", "NO_COLOR", "COLUMNS", "LINES"


def clean_environment(**variables):
    """That of the tests, without what would change the programs' words, and with the variables."""
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN_VARIABLES}
    return {**kept, "TERM": "xterm-256color", **{name: str(value) for name, value in variables.items()}}


class Call:
    """A program that runs, its output read all the time, in a with statement; it is ended whatever happens."""

    def __init__(self, arguments, environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE):
        self._process = subprocess.Popen(
            # As bytes: how Python would encode them depends on the locale.
            [argument.encode() for argument in arguments], env=environment, stdin=stdin, stdout=stdout,
            stderr=subprocess.PIPE)
        self.pid = self._process.pid
        self._streams = [stream for stream in (self._process.stdout, self._process.stderr) if stream]
        self._read = {stream: bytearray() for stream in self._streams}
        self._readers = [threading.Thread(target=self._collect, args=(stream,)) for stream in self._streams]
        for reader in self._readers:
            reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self.end_input()
        for reader in self._readers:
            reader.join(PATIENCE)
        for stream in self._streams:
            stream.close()

    def _collect(self, stream):
        while piece := os.read(stream.fileno(), 1 << 16):
            self._read[stream] += piece

    def _text(self, stream):
        return bytes(self._read[stream]).decode() if stream else ""

    @property
    def output(self):
        return self._text(self._process.stdout)

    @property
    def errors(self):
        return self._text(self._process.stderr)

    @property
    def is_running(self):
        return self._process.poll() is None

    def send(self, data):
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def end_input(self):
        if self._process.stdin:
            self._process.stdin.close()

    def interrupt(self):
        """^C."""
        self._process.send_signal(signal.SIGINT)

    def signal(self, number):
        self._process.send_signal(number)

    def wait_for_lines(self, count):
        """Until so many lines came on stdout."""
        wait_until(lambda: self.output.count("\n") >= count, f"{count} lines of {self._process.args}")

    def finish(self, data=None):
        """Waits for the end, and gives what came on both streams, and the exit code."""
        if data is not None:
            self.send(data)
            self.end_input()
        try:
            code = self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self._process.args} still runs after {PATIENCE} s:\n{self.errors}") from None
        for reader in self._readers:
            reader.join(PATIENCE)
        return ClientRun(self.output, self.errors, code)


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


UNKNOWN = "no such task; ids begin anew when the daemon restarts; uv-task list shows those that are kept"
