"""The command line of uv-task."""

import unittest

from harness import CLIENT_PROGRAM, DAEMON_PROGRAM, Daemon, client, program


class ClientOptions(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon()
        self.addCleanup(self.daemon.close)

    def check_echo(self, data, *arguments):
        ran = client(self.daemon, *arguments)
        self.assertEqual(ran, (f"Result of task [echo]: {data}\nStatus: success\n", "", 0))

    def test_any_order(self):
        options = [
            ("--action", "run"), ("--task_name", "echo"), ("--data", "hello"), ("--waiting_for_data", "true"),
            ("--receiving_buffer_size", "1024"),
        ]
        orders = [options[shift:] + options[:shift] for shift in range(len(options))]
        for order in orders + [order[::-1] for order in orders]:
            with self.subTest(order):
                self.check_echo("hello", *(word for option in order for word in option))

    def test_host_and_port_in_any_place(self):
        where = ["--port", self.daemon.port, "--host", "127.0.0.1"]
        what = ["-a", "run", "-n", "echo", "-w", "1", "-d", "x"]
        for arguments in what + where, what[:4] + where + what[4:], where[:2] + what + where[2:]:
            with self.subTest(arguments):
                ran = program(CLIENT_PROGRAM, *map(str, arguments))
                self.assertEqual(ran, ("Result of task [echo]: x\nStatus: success\n", "", 0))

    def test_every_spelling(self):
        spellings = [
            ("-a", "-n", "-d", "-w", "-r"),
            ("--action", "--task_name", "--data", "--waiting_for_data", "--receiving_buffer_size"),
            ("--action", "--task-name", "--data", "--waiting-for-data", "--receiving-buffer-size"),
            ("--action", "-task_name", "--data", "-w", "-r"),
        ]
        for names in spellings:
            with self.subTest(names):
                arguments = [
                    word for pair in zip(names, ("run", "echo", "hello", "true", "1024")) for word in pair]
                self.check_echo("hello", *arguments)

    def test_names_and_values_joined(self):
        self.check_echo(
            "a=b", "--action=run", "--task_name=echo", "--data=a=b", "--waiting_for_data=true", "--task-name=echo")

    def test_data_that_begins_with_a_dash(self):
        for data in "-5", "-", "--hello", "--host", "-w", "-d", "--help":
            for name in "-d", "--data":
                with self.subTest(name=name, data=data):
                    self.check_echo(data, "-a", "run", "-n", "echo", name, data, "-w", "true")
                    self.check_echo(data, "-a", "run", name, data, "-w", "true", "-n", "echo")
        self.check_echo("-5", "-a", "run", "-n", "echo", "--data=-5", "-w", "true")

    def test_data_that_is_two_dashes(self):
        # For most programs they end the options.
        self.check_echo("--", "-a", "run", "-n", "echo", "-w", "true", "-d", "--")
        self.check_echo("--", "-a", "run", "-d", "--", "-n", "echo", "-w", "true")

    def test_data_of_any_kind(self):
        for data in "", " ", "true", "1", "a\nb", '"\\', "предложение из нескольких слов", "👩‍👩‍👧", "%s", "$HOME":
            with self.subTest(data):
                self.check_echo(data, "-a", "run", "-n", "echo", "-d", data, "-w", "true")

    def test_no_data_is_the_empty_string(self):
        self.check_echo("", "-a", "run", "-n", "echo", "-w", "true")

    def test_every_value_of_waiting_for_data(self):
        for value in "true", "yes", "1":
            with self.subTest(value):
                self.check_echo("x", "-a", "run", "-n", "echo", "-d", "x", "-w", value)
        for task_id, value in enumerate(("false", "no", "0"), 4):
            with self.subTest(value):
                ran = client(self.daemon, "-a", "run", "-n", "echo", "-d", "x", "-w", value)
                self.assertEqual(ran, (f"Task [echo] added to the queue. Task id is #{task_id}\n", "", 0))

    def test_status_and_result_take_the_same_spellings(self):
        self.check_echo("x", "-a", "run", "-n", "echo", "-d", "x", "-w", "true")
        for action, data in ("-a", "-d"), ("--action", "--data"):
            ran = client(self.daemon, data, "1", action, "st")
            self.assertEqual(ran, ("Status of task #1: success\n", "", 0))
            ran = client(self.daemon, data, "1", action, "res")
            self.assertEqual(ran, ("Result of task #1: x\nStatus: success\n", "", 0))


class BothPrograms(unittest.TestCase):
    def test_version(self):
        for path in DAEMON_PROGRAM, CLIENT_PROGRAM:
            ran = program(path, "--version")
            self.assertEqual((ran.errors, ran.code), ("", 0))
            self.assertRegex(ran.output, r"\A\d+\.\d+\.\d+[^\n]*\n\Z")

    def test_help_names_the_options(self):
        for path, options in (
            (DAEMON_PROGRAM, ["--host", "--port", "--port-file", "--receiving_buffer_size", "--connection_limit",
                              "--timeout", "--max-message", "--drain-timeout", "--time-scale", "--log-level"]),
            (CLIENT_PROGRAM, ["--host", "--port", "--connect-timeout"]),
        ):
            ran = program(path, "--help")
            self.assertEqual((ran.errors, ran.code), ("", 0))
            for option in options:
                self.assertIn(option, ran.output)


if __name__ == "__main__":
    unittest.main()
