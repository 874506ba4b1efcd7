"""What keeps uv-taskd from starting: one clear line, and an exit code that is not 0."""

import unittest

from harness import DAEMON_PROGRAM, Daemon, program, run, submitted


class StartFailures(unittest.TestCase):
    def check_one_line(self, ran, code, pattern):
        self.assertEqual((ran.output, ran.code), ("", code))
        self.assertRegex(ran.errors, pattern)
        self.assertEqual(len(ran.errors.splitlines()), 1, ran.errors)

    def test_a_port_in_use(self):
        with Daemon() as daemon:
            ran = program(DAEMON_PROGRAM, "--host", "127.0.0.1", "--port", str(daemon.port))
            self.check_one_line(ran, 1, f"127.0.0.1:{daemon.port} is in use")
            # The first one is not disturbed.
            self.assertTrue(daemon.port_file.exists())
            with daemon.connect() as connection:
                connection.send(run("echo"))
                connection.expect(submitted(1))

    def test_a_name_that_does_not_resolve(self):
        ran = program(DAEMON_PROGRAM, "--host", "no-such-host.invalid", "--port", "0")
        self.check_one_line(ran, 1, 'cannot resolve the host "no-such-host.invalid"')

    def test_an_address_of_another_machine(self):
        ran = program(DAEMON_PROGRAM, "--host", "192.0.2.1", "--port", "0")
        self.check_one_line(ran, 1, "this machine does not have the address 192.0.2.1")

    def test_a_port_file_that_cannot_be_written(self):
        ran = program(DAEMON_PROGRAM, "--host", "127.0.0.1", "--port", "0", "--port-file", "/no/such/folder/port")
        self.assertEqual((ran.output, ran.code), ("", 1))
        self.assertIn("cannot write the port file /no/such/folder/port", ran.errors)

    def test_bad_options(self):
        for arguments in (
            ("--no-such-option",), ("--port", "70000"), ("--port", "x"), ("--port",), ("--timeout", "0"),
            ("--timeout", "-1"), ("--receiving_buffer_size", "0"), ("--connection_limit", "0"), ("-r", "-5"),
            ("--max-message", "0"), ("--max-message", "big"), ("--drain-timeout", "x"), ("--time-scale", "-1"),
            ("--time-scale", "nan"), ("--time-scale", "x"), ("--log-level", "loud"), ("left over",),
        ):
            with self.subTest(arguments):
                ran = program(DAEMON_PROGRAM, "--host", "127.0.0.1", "--port", "0", *arguments)
                self.assertEqual((ran.output, ran.code), ("", 64))
                self.assertIn(arguments[0], ran.errors.splitlines()[0])

    def test_a_bad_option_is_told_in_one_line(self):
        self.check_one_line(program(DAEMON_PROGRAM, "--no-such-option"), 64, "--no-such-option")


if __name__ == "__main__":
    unittest.main()
