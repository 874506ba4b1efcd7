"""What the daemon tells on stderr, and what it keeps to itself."""

import re
import unittest

from harness import Daemon, bound, get_result, result, run, state, status, submitted


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
                daemon.wait_for_log("unknown task 99")
                for told in (
                    r"connection \d+ from 127\.0\.0\.1", r"connection \d+ closed: ended by the client",
                    r"connection \d+ closed: broken message", r"task 1 from .*\b6 bytes", r"task 1 started",
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
            daemon.wait_for_log("unknown task id")
            lines = daemon.log[len(start):].splitlines()
            counted = [int(count) for line in lines for count in re.findall(r"(\d+) ×", line)]
            self.assertEqual(sum(counted), 21, lines)
            self.assertLessEqual(len(lines), bound(2, 20))

    def test_errors_alone(self):
        with Daemon("--log-level", "error") as daemon:
            daemon.terminate()
            self.assertEqual(daemon.exit_code(), 0)
            self.assertEqual(daemon.log, "")


if __name__ == "__main__":
    unittest.main()
