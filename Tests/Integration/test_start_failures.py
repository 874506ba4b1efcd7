"""What keeps uv-taskd from starting is one line on stderr and an exit code that is not 0. The messages are tested in
ListenersTests and TaskDaemonTests."""

import unittest

from harness import DAEMON_PROGRAM, Daemon, program, run, submitted


class StartFailures(unittest.TestCase):
    def check_one_line(self, arguments, code, pattern):
        ran = program(DAEMON_PROGRAM, *map(str, arguments))
        self.assertEqual((ran.output, ran.code), ("", code))
        self.assertRegex(ran.errors, rf"\Auv-taskd: [^\n]*{pattern}[^\n]*\n\Z")

    def test_a_port_in_use_does_not_disturb_its_server(self):
        with Daemon() as daemon:
            self.check_one_line(
                ("--host", "127.0.0.1", "--port", daemon.port), 1, f"127.0.0.1:{daemon.port} is in use")
            self.assertTrue(daemon.port_file.exists())
            with daemon.connect() as connection:
                connection.send(run("echo"))
                connection.expect(submitted(1))

    def test_each_failure_is_one_line(self):
        for options, pattern in (
            (("--host", "no-such-host.invalid"), 'cannot resolve the host "no-such-host.invalid"'),
            (("--host", "::"), "can be reached by other machines"),
            (("--no-tcp", "--socket", "/no/such/folder/socket"), "the folder of /no/such/folder/socket does not exist"),
            (("--host", "127.0.0.1", "--port-file", "/no/such/folder/port"), "cannot write the port file"),
        ):
            port = () if "--no-tcp" in options else ("--port", 0)
            self.check_one_line((*options, *port), 1, pattern)

    def test_a_bad_option_is_a_usage_error(self):
        for arguments in (
            ("--no-such-option",), ("--port", "70000"), ("--timeout", "0"), ("--max-unanswered", "999"), ("left over",)
        ):
            self.check_one_line(arguments, 64, arguments[0])
