"""The command line of uv-task as a whole: the choice of the server, usage errors and exit codes."""

import re
import subprocess
import unittest

from commands import CommandTest, unknown, clean_environment
from harness import CLIENT_PROGRAM, Call, Daemon, in_parallel

BAD_PORT = "it takes a whole number from 1 to 65535"


def call(*arguments, **variables):
    with Call([CLIENT_PROGRAM, *map(str, arguments)], clean_environment(**variables)) as process:
        return process.finish()


class ServerChoice(unittest.TestCase):
    """Two daemons with different numbers of submitted tasks, so that stats shows which of them replied."""

    def setUp(self):
        self.one, self.other = in_parallel(Daemon, Daemon)
        for daemon, tasks in (self.one, 1), (self.other, 2):
            self.addCleanup(daemon.close)
            for _ in range(tasks):
                daemon.ask("run", task_name="echo", data="")

    def check(self, expected, *arguments, **variables):
        ran = call(*arguments, **variables)
        self.assertEqual((ran.errors, ran.code), ("", 0), arguments)
        submitted = int(re.search(r"submitted +(\d+)", ran.output)[1])
        self.assertEqual(submitted, 1 if expected is self.one else 2, arguments)

    def test_options_before_and_after_the_command(self):
        one, other = self.one.port, self.other.port
        host = "--host", "127.0.0.1"
        self.check(self.one, "--port", one, *host, "stats")
        self.check(self.one, "stats", "--port", one, *host)
        self.check(self.one, *host, "stats", f"--port={one}")
        # The later ones win.
        self.check(self.other, *host, "--port", one, "stats", "--port", other)
        self.check(self.one, *host, "--port", other, "stats", "--port", one)
        self.check(self.other, *host, "--port", one, "--port", other, "stats")
        self.check(self.one, *host, "stats", "--port", other, "--port", one)
        self.check(self.one, "--host", "no.such.host.invalid", "stats", "--port", one, *host)
        self.check(self.one, "--connect-timeout", "1ms", "stats", "--connect-timeout", "30", "--port", one, *host)

    def test_the_environment(self):
        one, other = self.one.port, self.other.port
        self.check(self.one, "stats", UV_TASK_HOST="127.0.0.1", UV_TASK_PORT=one)
        self.check(self.other, "stats", "--port", other, UV_TASK_HOST="127.0.0.1", UV_TASK_PORT=one)
        self.check(self.other, "--port", other, "stats", UV_TASK_HOST="127.0.0.1", UV_TASK_PORT=one)
        self.check(self.one, "stats", "--host", "127.0.0.1", UV_TASK_HOST="no.such.host.invalid", UV_TASK_PORT=one)
        # A variable that is not needed is not read, and an empty one counts as unset.
        self.check(self.one, "stats", "--port", one, UV_TASK_HOST="127.0.0.1", UV_TASK_PORT="x")
        self.check(self.one, "--port", one, "stats", UV_TASK_HOST="", UV_TASK_PORT="")

    def test_the_environment_and_the_legacy_form(self):
        ran = call("-a", "st", "-d", "1", UV_TASK_HOST="127.0.0.1", UV_TASK_PORT=self.one.port)
        self.assertEqual(ran, ("Status of task #1: success\n", "", 0))
        ran = call("-a", "st", "-d", "1", UV_TASK_PORT="x")
        self.assertEqual(ran, ("", f'uv-task: UV_TASK_PORT is "x": {BAD_PORT}\n', 64))

    def test_bad_values_are_usage_errors(self):
        for port in "x", "0", "65536", "-1", "1.5", " ", "4321 ", "０":
            ran = call("stats", UV_TASK_PORT=port)
            self.assertEqual(ran, ("", f'uv-task: UV_TASK_PORT is "{port}": {BAD_PORT}\n', 64))
        ran = call("stats", UV_TASK_PORT="\x1b[31m")
        self.assertEqual(ran, ("", f'uv-task: UV_TASK_PORT is "\\u{{1B}}[31m": {BAD_PORT}\n', 64))
        for port in "x", "0", "65536", "-1", "":
            sentence = (
                f"uv-task: The value '{port}' is invalid for '--port <1-65535>': {BAD_PORT}")
            self.assertEqual(call("stats", "--port", port), ("", f"{sentence} (see uv-task stats --help)\n", 64))
            self.assertEqual(call("--port", port, "stats"), ("", f"{sentence} (see uv-task --help)\n", 64))
        for time in "x", "0", "-1":
            ran = call("stats", "--connect-timeout", time)
            self.assertEqual(ran, ("", (
                f"uv-task: The value '{time}' is invalid for '--connect-timeout <time>': it takes a time of at least 1ms, "
                "such as 30, 1.5s, 500ms, 2m or 1h (see uv-task stats --help)\n"), 64))

    def test_suggested_commands_repeat_the_options(self):
        port = self.one.port
        ran = call("status", 99, "--host", "127.0.0.1", "--port", port)
        self.assertEqual(ran, ("", (
            f"uv-task: {unknown(99, f' --host 127.0.0.1 --port {port}')}\n"), 3))


class UsageErrors(unittest.TestCase):
    """Each is one line that names the call for help."""

    def check(self, sentence, *arguments, command=None):
        help_call = f"uv-task {command} --help" if command else "uv-task --help"
        self.assertEqual(call(*arguments), ("", f"uv-task: {sentence} (see {help_call})\n", 64), arguments)

    def test_no_command(self):
        self.check("give a command, such as: uv-task run revers hello")
        self.check("give a command, such as: uv-task run revers hello", "--port", 4321)

    def test_an_unknown_command(self):
        self.check("Unexpected argument 'statsu'; did you mean the command 'status'?", "statsu")
        self.check("2 unexpected arguments: 'res', '1'; did you mean the command 'result'?", "res", "1")
        self.check("Unexpected argument 'wach'", "--port", 4321, "wach")
        self.check(
            "Unexpected argument 'xyzzy'; the commands are run, result, wait, status, log, cancel, list, watch, stats, "
            "info", "xyzzy")

    def test_an_unknown_option(self):
        self.check("Unknown option '--prot'. Did you mean '--port'?", "stats", "--prot", "1", command="stats")
        self.check("Unknown option '--prot'. Did you mean '--port'?", "--prot", "1", "stats")

    def test_a_negative_number_as_data(self):
        self.check(
            "Unknown option '-5'; data that begins with a dash goes after --: uv-task run NAME -- -5",
            "run", "echo", "-5", command="run")

    def test_data_of_two_words(self):
        self.check(
            "DATA is one argument; quote it: uv-task run NAME 'two words'", "run", "echo", "two", "words", command="run")

    def test_a_legacy_option_of_a_command(self):
        self.check("--data is a legacy option, which stats does not take", "stats", "-d", "x", command="stats")
        self.check(
            "--data is a legacy option, which run does not take; data that begins with a dash goes after --: "
            "uv-task run NAME -- -5", "run", "echo", "-d", "x", command="run")


class ExitCodes(CommandTest):
    """Every exit code in one place."""

    time_scale = 1000

    def test_all(self):
        self.finished("echo", "x")
        self.run_task("too_long_echo")
        self.run_task("revers")
        with open("/dev/null", "rb") as unwritable:
            for code, arguments, options in (
                (0, "result 1", {}), (2, "result 3", {}), (1, "cancel 1", {}), (3, "result 99", {}),
                (4, "wait 3 --timeout 1ms", {}), (5, "run ecco x", {}), (6, "stats --port 1", {}), (64, "stats x", {}),
                (74, "stats", {"stdout": unwritable}),
            ):
                with self.subTest(arguments):
                    self.assertEqual(self.call(arguments, **options).code, code)
        with self.start("wait 3") as waiting:
            self.daemon.wait_for_waits(1)
            waiting.interrupt()
            self.assertEqual(waiting.finish().code, 130)

    def test_the_highest_counts(self):
        self.finished("echo", "x")
        self.run_task("too_long_echo")
        self.assertEqual(self.call("result 1 2").code, 2)
        self.assertEqual(self.call("result 2 99 1").code, 3)
        self.assertEqual(self.call("wait 99 2 1 --timeout 1ms").code, 4)
        self.assertEqual(self.call("cancel 1 2").code, 1)
        self.assertEqual(self.call("result 99 2").code, 3)

    def test_closed_streams(self):
        for streams, code in (">&-", 74), ("2>&-", 0), ("<&-", 0):
            ran = subprocess.run(
                ["sh", "-c", f'exec "$@" {streams}', "sh", CLIENT_PROGRAM, "info"], timeout=30, capture_output=True,
                env=clean_environment(UV_TASK_HOST="127.0.0.1", UV_TASK_PORT=self.daemon.port))
            self.assertEqual(ran.returncode, code, streams)
        ran = subprocess.run(
            ["sh", "-c", 'exec "$@" <&-', "sh", CLIENT_PROGRAM, "run", "echo"], timeout=30, capture_output=True,
            env=clean_environment(UV_TASK_HOST="127.0.0.1", UV_TASK_PORT=self.daemon.port))
        self.assertEqual((ran.stdout, ran.stderr, ran.returncode), (
            b"", b"uv-task: cannot read the data from stdin: bad file descriptor\n", 64))


if __name__ == "__main__":
    unittest.main()
