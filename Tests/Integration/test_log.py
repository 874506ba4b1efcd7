"""What the daemon tells on stderr, and what it keeps to itself."""

import os
import pty
import re
import threading
import unittest

from harness import PATIENCE, Daemon, bound, closing, get_result, result, run, state, status, submitted, wait_until


class Log(unittest.TestCase):
    def test_at_debug_every_event_is_told_but_no_payload(self):
        for level in "debug", "trace":
            with self.subTest(level), Daemon("--log-level", level) as daemon:
                with daemon.connect() as connection:
                    connection.send(run("echo", "secret"), status(1), get_result(1), run("secret", "secret"))
                    connection.expect(submitted(1), state("success"), result("success", "secret"), submitted(2))
                with daemon.connect() as connection:
                    connection.send("secret")
                    connection.expect_end()
                with daemon.connect() as connection:
                    connection.send(status(99))
                    connection.expect_end()
                daemon.wait_for_log("unknown_task: there is no task 99")
                for told in (
                    r"connection \d+ from 127\.0\.0\.1", r"connection \d+ closed: closed by the client",
                    r"connection \d+ closed: bad_request", r"task 1 from .*\b6 bytes", r"task 1 started",
                    r"task 1 ended: success"):
                    self.assertRegex(daemon.log, told)
                self.assertNotIn("secret", daemon.log)

    def test_by_default_only_the_starts_and_stops_are_told(self):
        with Daemon() as daemon:
            start = daemon.log
            with daemon.connect() as connection:
                connection.send(run("echo", "a"), status(1))
                connection.expect(submitted(1), state("success"))
            self.assertEqual(daemon.log, start)
            daemon.terminate()
            self.assertEqual(daemon.exit_code(), 0)
            self.assertRegex(daemon.log[len(start):], r"\A[^\n]*stopped\n\Z")

    def test_refusals_are_summed_up(self):
        with Daemon() as daemon:
            start = daemon.log
            for _ in range(20):
                with daemon.connect() as connection:
                    connection.send("garbage")
                    connection.expect_end()
            with daemon.connect() as connection:
                connection.send(status(99))
                connection.expect_end()
            daemon.wait_for_log("unknown_task")
            lines = daemon.log[len(start):].splitlines()
            counted = [int(count) for line in lines for count in re.findall(r"(\d+) ×", line)]
            self.assertEqual(sum(counted), 21, lines)
            self.assertLessEqual(len(lines), bound(2, 20))

    def test_errors_alone(self):
        with Daemon("--log-level", "error") as daemon:
            daemon.terminate()
            self.assertEqual(daemon.exit_code(), 0)
            self.assertEqual(daemon.log, "")

    def test_the_time_is_local(self):
        with Daemon(command=("env", "TZ=XYZ-5:30")) as daemon:
            self.assertRegex(daemon.log, r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0530 notice uv-taskd: \[TaskServer\] ")


class LogThatIsNotRead(unittest.TestCase):
    """The daemon goes on where its stderr takes nothing."""

    REQUESTS = 5000

    def check_serves(self, daemon, count=REQUESTS):
        with daemon.connect() as connection:
            connection.pipeline((run("echo", "a") + "\n") * count)
        daemon.wait_for_state(count, "success")

    def check_ends(self, daemon):
        daemon.terminate()
        self.assertEqual(daemon.exit_code(), 0)

    def check_unread(self, reader, writer):
        """For a pair of which nobody reads until the daemon has served."""
        told = bytearray()

        def read():
            try:
                while piece := os.read(reader, 1 << 16):
                    told.extend(piece)
            except OSError:  # How a terminal ends that nothing writes to any more.
                pass

        thread = threading.Thread(target=read)
        with Daemon("--log-level", "debug", errors=writer) as daemon:
            os.close(writer)
            self.check_serves(daemon)
            thread.start()
            # Only what is logged from now on can tell of what was lost.
            wait_until(lambda: daemon.state_of(1) and b" of this log were lost" in told, "the count of lost lines")
            self.check_ends(daemon)
        thread.join(PATIENCE)
        os.close(reader)
        lines = told.decode().replace("\r\n", "\n").splitlines()
        for line in lines:
            self.assertRegex(line, r"\A\d{4}-\S+ \w+ uv-taskd: \[TaskServer\] ")
        lost = [line for line in lines if re.search(r"\] \d+ lines? of this log w", line)]
        self.assertRegex(lost[0], r" warning .*: stderr was not read\Z")
        count = sum(int(re.search(r"\] (\d+) ", line)[1]) for line in lost)
        # Each task has three lines: submitted, started, ended.
        self.assertGreater(count + len(lines), 3 * self.REQUESTS)
        self.assertTrue(lines[-1].endswith("] stopped"), lines[-1])

    def test_a_pipe(self):
        self.check_unread(*os.pipe())

    def test_a_terminal(self):
        self.check_unread(*pty.openpty())

    def test_an_unread_pipe_delays_no_stop(self):
        reader, writer = os.pipe()
        with Daemon("--log-level", "debug", errors=writer) as daemon:
            self.check_serves(daemon)
            self.check_ends(daemon)
        for end in reader, writer:
            os.close(end)

    def test_a_pipe_whose_reader_is_gone(self):
        reader, writer = os.pipe()
        with Daemon("--log-level", "debug", errors=writer) as daemon:
            os.close(writer)
            os.close(reader)
            self.check_serves(daemon)
            self.check_ends(daemon)

    def test_no_stderr_and_a_full_disk(self):
        for streams in "2>&-", "2>/dev/full":
            with self.subTest(streams), Daemon("--log-level", "debug", command=closing(streams)) as daemon:
                self.check_serves(daemon, 100)
                self.check_ends(daemon)


if __name__ == "__main__":
    unittest.main()
