"""What uv-task says, and its exit code, where something goes wrong or is not done yet."""

import os
import socket
import time
import unittest

from fake_server import FakeServer, UnusedPort, read_lines, read_to_end, reset_at_close
from harness import Daemon, bound, client, closing, run, state, status, submitted

CLOSED = "the daemon closed the connection"
NO_SUCH_TASK = CLOSED + ": no such task, or its result is no longer kept"


class ErrorCase(unittest.TestCase):
    def check_error(self, ran, line, code):
        """Nothing on stdout, and exactly this line on stderr."""
        self.assertEqual(ran, ("", line + "\n", code))


class ExitCodes(ErrorCase):
    def test_0_and_2_while_a_task_is_unfinished(self):
        with Daemon(time_scale=1) as daemon:
            for task_id in "1", "2":
                ran = client(daemon, "-a", "run", "-n", "too_long_echo", "-d", "x")
                self.assertEqual(ran, (f"Task [too_long_echo] added to the queue. Task id is #{task_id}\n", "", 0))
            for task_id, name in ("1", "execute"), ("2", "waiting"):
                ran = client(daemon, "-a", "st", "-d", task_id)
                self.assertEqual(ran, (f"Status of task #{task_id}: {name}\n", "", 0))
                ran = client(daemon, "-a", "res", "-d", task_id)
                self.assertEqual(ran, (f"Result of task #{task_id}: None\nStatus: {name}\n", "", 2))

    def test_0_and_1_for_an_unknown_task_name(self):
        with Daemon() as daemon:
            ran = client(daemon, "-a", "run", "-n", "x", "-d", "hello", "-w", "true")
            self.assertEqual(ran, ("Result of task [x]: None\nStatus: error\n", "", 1))
            ran = client(daemon, "-a", "run", "-n", "x", "-d", "hello")
            self.assertEqual(ran, ("Task [x] added to the queue. Task id is #2\n", "", 0))
            ran = client(daemon, "-a", "st", "-d", "2")
            self.assertEqual(ran, ("Status of task #2: error\n", "", 0))
            ran = client(daemon, "-a", "res", "-d", "2")
            self.assertEqual(ran, ("Result of task #2: None\nStatus: error\n", "", 1))

    def test_3_for_an_unknown_id(self):
        with Daemon() as daemon:
            ran = client(daemon, "-a", "st", "-d", "99")
            self.check_error(ran, f"ERROR: failed to get task status. Task #99 ({NO_SUCH_TASK})", 3)
            ran = client(daemon, "-a", "res", "-d", "99")
            self.check_error(ran, f"ERROR: failed to get task result. Task #99 ({NO_SUCH_TASK})", 3)

    def test_3_for_a_number_that_can_be_no_id(self):
        with Daemon() as daemon:
            for number in "0", "-5":
                for action, what in ("st", "status"), ("res", "result"):
                    with self.subTest(action=action, number=number):
                        ran = client(daemon, "-a", action, "-d", number)
                        self.check_error(
                            ran, f"ERROR: failed to get task {what}. Task #{number} (task ids are 1 to 9007199254740991)", 3)

    def test_64_for_a_bad_number(self):
        with Daemon() as daemon:
            for action in "st", "res":
                for text in "x", "", "1.0", "1x":
                    with self.subTest(action=action, text=text):
                        ran = client(daemon, "-a", action, "-d", text)
                        self.check_error(ran, f"ERROR: incorrect value of data [{text}]. Integer type expected.", 64)

    def test_64_for_an_unknown_action(self):
        with Daemon() as daemon:
            ran = client(daemon, "-a", "stop")
            self.check_error(ran, "ERROR: unknown action stop (there are run, st and res)", 64)

    def test_64_for_bad_options(self):
        bad = [
            ("-a", "st", "-d", "1", "--no-such-option"),
            ("-a", "run", "-n", "echo", "-w", "perhaps"),
            ("-a", "run", "-n", "echo", "-r", "0"),
            ("-a", "run", "-n", "echo", "-r", "many"),
            ("-a", "run", "-n", "echo", "--port", "70000"),
            ("-a", "run", "-n", "echo", "--connect-timeout", "soon"),
            ("-a", "run", "-n", "echo", "-d"),
            ("-a", "run", "-n", "echo", "left over"),
            ("-a", "run"),
            ("-d", "1"),
        ]
        with Daemon() as daemon:
            for arguments in bad:
                with self.subTest(arguments):
                    ran = client(daemon, *arguments)
                    self.assertEqual((ran.output, ran.code), ("", 64))
                    self.assertRegex(ran.errors, r"\A(ERROR|uv-task): [^\n]+--help[^\n]*\n\Z")
            # None of them reached the daemon.
            with daemon.connect() as connection:
                connection.send(run("echo"))
                connection.expect(submitted(1))


class ConnectionErrors(ErrorCase):
    """Exit code 6, and a line for each cause."""

    def test_nothing_listens(self):
        with UnusedPort() as port:
            seen = f"nothing listens on 127.0.0.1:{port}. Start it with: uv-taskd --port {port}"
            cases = {
                ("-a", "st", "-d", "1"): "failed to get task status. Task #1",
                ("-a", "res", "-d", "1"): "failed to get task result. Task #1",
                ("-a", "run", "-n", "revers", "-w", "true"): "failed to start task revers",
            }
            for arguments, words in cases.items():
                with self.subTest(arguments):
                    self.check_error(client(port, *arguments), f"ERROR: {words} ({seen})", 6)

    def test_a_name_that_does_not_resolve(self):
        with UnusedPort() as port:
            ran = client(port, "--host", "no-such-host.invalid", "-a", "st", "-d", "1", "--connect-timeout", "20")
        self.assertEqual((ran.output, ran.code), ("", 6))
        # What the resolver says depends on whether there is a network.
        self.assertRegex(
            ran.errors,
            r"\AERROR: failed to get task status\. Task #1 "
            r'\(the host "no-such-host\.invalid" was not found: [^\n]+\. Check --host\)\n\Z')

    def test_a_web_server(self):
        def serve(connection):
            read_lines(connection, 1)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
            read_to_end(connection)

        with FakeServer(serve) as server:
            ran = client(server, "-a", "st", "-d", "1")
        self.check_error(
            ran,
            f"ERROR: failed to get task status. Task #1 (what answers on 127.0.0.1:{server.port} is not uv-taskd: "
            "byte 0x48 instead of the { of a message. Check --host and --port)",
            6)

    def test_a_server_that_speaks_other_json(self):
        def serve(connection):
            read_lines(connection, 1)
            connection.sendall(b'{"jsonrpc":"2.0"}\n')
            read_to_end(connection)

        for arguments in ("-a", "run", "-n", "echo"), ("-a", "st", "-d", "1"), ("-a", "res", "-d", "1"):
            with self.subTest(arguments):
                with FakeServer(serve) as server:
                    ran = client(server, *arguments)
                self.assertEqual((ran.output, ran.code), ("", 6))
                self.assertRegex(
                    ran.errors,
                    r"\AERROR: failed to .* "
                    rf"\(what answers on 127\.0\.0\.1:{server.port} is not uv-taskd: [^\n]+\)\n\Z")

    def test_a_server_that_never_answers(self):
        with FakeServer(read_to_end) as server:
            start = time.monotonic()
            ran = client(server, "-a", "res", "-d", "1", "--connect-timeout", "0.3")
            elapsed = time.monotonic() - start
        self.check_error(
            ran,
            f"ERROR: failed to get task result. Task #1 (no answer from 127.0.0.1:{server.port} within 0.3 s; "
            "--connect-timeout sets the time)",
            6)
        self.assertGreaterEqual(elapsed, 0.3)
        self.assertLess(elapsed, bound(0.6))

    def test_a_server_that_closes_instead_of_giving_an_id(self):
        with FakeServer(lambda connection: read_lines(connection, 1)) as server:
            ran = client(server, "-a", "run", "-n", "revers", "-d", "hello", "-w", "true")
        self.check_error(ran, f"ERROR: failed to start task revers ({CLOSED}; it is not known whether the task was queued)", 6)

    def test_a_server_that_closes_between_the_id_and_the_status(self):
        def serve(connection):
            read_lines(connection, 1)
            connection.sendall(b'{"task_id":7}\n')
            read_lines(connection, 2)

        with FakeServer(serve) as server:
            ran = client(server, "-a", "run", "-n", "revers", "-d", "hello", "-w", "true")
        self.check_error(ran, f"ERROR: failed to complete the task revers ({CLOSED}; the task is #7)", 6)

    def test_a_connection_that_is_reset_while_the_client_waits(self):
        def serve(connection):
            read_lines(connection, 1)
            connection.sendall(b'{"task_id":7}\n')
            read_lines(connection, 2)
            reset_at_close(connection)

        with FakeServer(serve) as server:
            ran = client(server, "-a", "run", "-n", "too_long_echo", "-w", "true")
        self.assertEqual((ran.output, ran.code), ("", 6))
        self.assertRegex(
            ran.errors, r"\AERROR: failed to complete the task too_long_echo \(the connection was lost: [^\n]+\)\n\Z")

    def test_an_answer_that_comes_in_pieces(self):
        def serve(connection):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            read_lines(connection, 1)
            for byte in '{"status":"success","data":"привет"}\n'.encode():
                connection.sendall(bytes([byte]))
            read_to_end(connection)

        with FakeServer(serve) as server:
            ran = client(server, "-a", "res", "-d", "1")
        self.assertEqual(ran, ("Result of task #1: привет\nStatus: success\n", "", 0))

    def test_waiting_for_a_task_has_no_deadline(self):
        with Daemon(time_scale=0.2) as daemon:
            ran = client(
                daemon, "-a", "run", "-n", "permutation", "-d", "кот", "-w", "true", "--connect-timeout", "0.3")
            self.assertEqual(ran, ("Result of task [permutation]: окт\nStatus: success\n", "", 0))

    def test_waiting_in_the_queue_has_no_deadline(self):
        with Daemon(time_scale=0.2) as daemon, daemon.connect() as other:
            other.send(run("permutation"))
            other.expect(submitted(1))
            ran = client(daemon, "-a", "run", "-n", "echo", "-d", "a", "-w", "true", "--connect-timeout", "0.3")
            self.assertEqual(ran, ("Result of task [echo]: a\nStatus: success\n", "", 0))


class Output(ErrorCase):
    """What cannot be written to stdout: exit code 74 and one line."""

    def check_cannot_write(self, ran):
        self.assertEqual(ran.code, 74)
        self.assertRegex(ran.errors, r"\Auv-task: cannot write the answer to stdout: [^\n]+\n\Z")

    def test_a_full_disk(self):
        with Daemon() as daemon, open("/dev/full", "wb") as full:
            self.check_cannot_write(client(daemon, "-a", "run", "-n", "echo", "-d", "a", stdout=full))

    def test_stdout_closed(self):
        with Daemon() as daemon:
            self.check_cannot_write(client(daemon, "-a", "run", "-n", "echo", "-d", "a", command=closing(">&-")))

    def test_an_error_that_cannot_be_told_keeps_its_exit_code(self):
        with Daemon() as daemon:
            ran = client(daemon, "-a", "st", "-d", "99", command=("sh", "-c", 'exec "$@" 2>/dev/full', "sh"))
            self.assertEqual(ran, ("", "", 3))

    def test_the_other_standard_streams_closed(self):
        # Their numbers are the next that a socket gets, unless the program takes care.
        for streams in "<&-", "2>&-", "<&- 2>&-":
            with self.subTest(streams), Daemon() as daemon:
                ran = client(daemon, "-a", "run", "-n", "echo", "-d", "a", "-w", "true", command=closing(streams))
                self.assertEqual(ran, ("Result of task [echo]: a\nStatus: success\n", "", 0))

    def test_a_pipe_whose_reader_has_gone(self):
        read_end, write_end = os.pipe()
        os.close(read_end)
        with Daemon() as daemon, open(write_end, "wb") as pipe:
            self.check_cannot_write(client(daemon, "-a", "run", "-n", "echo", "-d", "a", stdout=pipe))


class LongResults(unittest.TestCase):
    def test_a_result_of_any_length_with_any_read_size(self):
        text = "абв" * 170_000  # about 1 MB of UTF-8
        with Daemon() as daemon:
            with daemon.connect() as connection:
                connection.send(run("echo", text), status(1))
                connection.expect(submitted(1), state("success"))
            for size in 1, 1024, 1 << 30:
                with self.subTest(size=size):
                    ran = client(daemon, "-a", "res", "-d", "1", "-r", size, "--connect-timeout", "25")
                    self.assertEqual((ran.errors, ran.code), ("", 0))
                    # Not assertEqual: its message would be of that length.
                    self.assertTrue(ran.output == f"Result of task #1: {text}\nStatus: success\n")

    def test_a_reply_longer_than_the_requests_limit(self):
        # A character of a request's data can take six bytes in the reply.
        text = "\x01" * 400_000
        with Daemon("--max-message", 4_000_000) as daemon, daemon.connect() as connection:
            connection.send(run("echo", text), status(1))
            connection.expect(submitted(1), state("success"))
            ran = client(daemon, "-a", "res", "-d", "1")
            self.assertTrue(ran == (f"Result of task #1: {text}\nStatus: success\n", "", 0))


if __name__ == "__main__":
    unittest.main()
