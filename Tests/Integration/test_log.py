"""What the daemon writes to stderr, and a stderr that takes nothing."""

import os
import pty
import re
import threading
import unittest

from harness import PATIENCE, Daemon, closing, get_result, result, run, state, status, submitted, wait_until


class Log(unittest.TestCase):
    def test_at_debug_every_event_is_logged_but_no_payload(self):
        with Daemon("--log-level", "debug") as daemon:
            with daemon.connect() as connection:
                connection.send(run("echo", "secret"), status(1), get_result(1), run("secret", "secret"))
                connection.expect(submitted(1), state("success"), result("success", "secret"), submitted(2))
            for refused in "secret", status(99):
                with daemon.connect() as connection:
                    connection.send(refused)
                    connection.expect_end()
            for event in (
                r"connection \d+ from 127\.0\.0\.1", r"connection \d+ closed: closed by the client",
                r"connection \d+ closed: bad_request", r"task 1 from .*\b6 bytes", r"task 1 started",
                r"task 1 ended: success", r"unknown_task: there is no task 99"):
                wait_until(lambda: re.search(event, daemon.log), event)
            self.assertNotIn("secret", daemon.log)

    def test_by_default_only_the_start_and_the_stop_are_logged(self):
        with Daemon(command=("env", "TZ=XYZ-5:30")) as daemon:
            daemon.wait_for_log("connections at a time")
            start = daemon.log
            self.assertRegex(start, r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0530 notice uv-taskd: \[TaskServer\] ")
            with daemon.connect() as connection:
                connection.send(run("echo", "a"), status(1))
                connection.expect(submitted(1), state("success"))
            daemon.terminate()
            self.assertEqual(daemon.exit_code(), 0)
            self.assertRegex(daemon.log[len(start):], r"\A[^\n]*stopped\n\Z")

    def test_at_error_a_start_and_a_stop_are_not_logged(self):
        with Daemon("--log-level", "error") as daemon:
            daemon.terminate()
            self.assertEqual(daemon.exit_code(), 0)
            self.assertEqual(daemon.log, "")


class StreamThatTakesNothing(unittest.TestCase):
    # Each task logs three lines. Together they are more than a pipe holds.
    REQUESTS = 5000

    def check_serves_and_ends(self, daemon, before_the_end=lambda: None):
        with daemon.connect() as connection:
            connection.pipeline((run("echo", "a") + "\n") * self.REQUESTS)
        daemon.wait_for_state(self.REQUESTS, "success")
        before_the_end()
        daemon.terminate()
        self.assertEqual(daemon.exit_code(), 0)

    def test_an_unread_pipe_or_terminal_loses_whole_lines_which_are_counted(self):
        for make in os.pipe, pty.openpty:
            with self.subTest(make.__name__):
                reader, writer = make()
                log = bytearray()
                thread = threading.Thread(target=self.read, args=(reader, log))
                with Daemon("--log-level", "debug", errors=writer) as daemon:
                    os.close(writer)

                    def read_on():
                        thread.start()
                        # Only what is logged from now on can report what was lost.
                        wait_until(lambda: daemon.state_of(1) and b" of this log w" in log, "the count of lost lines")

                    self.check_serves_and_ends(daemon, read_on)
                thread.join(PATIENCE)
                os.close(reader)
                self.check_lines(log.decode().replace("\r\n", "\n").splitlines())

    @staticmethod
    def read(reader, log):
        try:
            while piece := os.read(reader, 1 << 16):
                log.extend(piece)
        except OSError:  # The end of a terminal.
            pass

    def check_lines(self, lines):
        for line in lines:
            self.assertRegex(line, r"\A\d{4}-\S+ \w+ uv-taskd: \[TaskServer\] ")
        lost = [line for line in lines if re.search(r"\] \d+ lines? of this log w", line)]
        self.assertRegex(lost[0], r" warning .*: stderr was not read\Z")
        count = sum(int(re.search(r"\] (\d+) ", line)[1]) for line in lost)
        self.assertGreater(count + len(lines), 3 * self.REQUESTS)
        self.assertTrue(lines[-1].endswith("] stopped"), lines[-1])

    def test_a_pipe_that_is_never_read_or_has_no_reader_blocks_nothing(self):
        for has_reader in True, False:
            with self.subTest(has_reader):
                reader, writer = os.pipe()
                with Daemon("--log-level", "debug", errors=writer) as daemon:
                    os.close(writer)
                    if not has_reader:
                        os.close(reader)
                    self.check_serves_and_ends(daemon)
                if has_reader:
                    os.close(reader)

    def test_no_stderr_and_a_full_disk_block_nothing(self):
        for streams in "2>&-", "2>/dev/full":
            with self.subTest(streams), Daemon("--log-level", "debug", command=closing(streams)) as daemon:
                self.check_serves_and_ends(daemon)
