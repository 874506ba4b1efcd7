"""What a shell sees of uv-task: exit codes, standard streams, usage errors."""

import os
import subprocess

from commands import CommandTest, clean_environment
from harness import CLIENT_PROGRAM, DAEMON_PROGRAM, PATIENCE, program


class ExitCodes(CommandTest):
    def test_each_outcome_has_its_exit_code(self):
        self.finished("echo", "x")
        self.run_task("too_long_echo")
        self.run_task("revers")
        with open("/dev/full", "wb") as full:
            for code, arguments, options in (
                (0, "result 1", {}), (1, "cancel 1", {}), (2, "result 3", {}), (3, "result 99", {}),
                (4, "wait 3 --timeout 1ms", {}), (5, "run ecco x", {}), (6, "stats --port 1", {}), (64, "stats x", {}),
                (74, "stats", {"stdout": full}),
                # The legacy form.
                (0, "-a res -d 1", {}), (1, "-a run -n ecco -w true", {}), (2, "-a res -d 3", {}), (3, "-a st -d 99", {}),
                (6, "-a st -d 1 --port 1", {}), (64, "-a stop", {}), (74, "-a st -d 1", {"stdout": full}),
            ):
                with self.subTest(arguments):
                    self.assertEqual(self.call(arguments, **options).code, code)

    def test_a_reader_that_goes_away_is_an_error_and_no_signal(self):
        reading, writing = os.pipe()
        os.close(reading)
        with open(writing, "wb") as stdout:
            self.expect("info", errors="cannot write the answer to stdout: broken pipe", code=74, stdout=stdout)

    def test_standard_streams_may_be_closed_or_full(self):
        output = "cannot write the answer to stdout: bad file descriptor"
        for arguments, streams, expected in (
            ("info", ">&-", ("", output, 74)), ("-a run -n echo", ">&-", ("", output, 74)),
            # Without stderr, only the exit code reports a failure.
            ("status 99", "2>&-", ("", "", 3)), ("-a st -d 99", "2>/dev/full", ("", "", 3)),
            # A socket does not take the number of a closed stream.
            ("run echo x --wait", "<&- 2>&-", ("x", "", 0)),
            ("run echo", "<&-", ("", "cannot read the data from stdin: bad file descriptor", 64)),
            ("proxy", "<&-", ("", "cannot read stdin: bad file descriptor", 64)),
        ):
            ran = subprocess.run(
                ["sh", "-c", f'exec "$0" {arguments} {streams}', CLIENT_PROGRAM], capture_output=True, timeout=PATIENCE,
                env=clean_environment(UV_TASK_HOST="127.0.0.1", UV_TASK_PORT=self.daemon.port), text=True)
            errors = ran.stderr.removeprefix("uv-task: ").removesuffix("\n")
            self.assertEqual((ran.stdout, errors, ran.returncode), expected, (arguments, streams))


class CommandLine(CommandTest):
    def test_a_usage_error_is_one_line_that_names_the_help(self):
        for arguments, errors in (
            ("", "give a command, such as: uv-task run revers hello (see uv-task --help)"),
            ("statsu", "Unexpected argument 'statsu'; did you mean the command 'status'? (see uv-task --help)"),
            ("run echo -5", "Unknown option '-5'; data that begins with a dash goes after --: uv-task run NAME -- -5 "
             "(see uv-task run --help)"),
        ):
            self.expect(arguments, before=(), errors=errors, code=64)

    def test_both_programs_have_the_same_version(self):
        versions = [program(path, "--version") for path in (DAEMON_PROGRAM, CLIENT_PROGRAM)]
        self.assertRegex(versions[0].output, r"\A\d+\.\d+\.\d+[^\n]*\n\Z")
        self.assertEqual(versions[0], versions[1])
