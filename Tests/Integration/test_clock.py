"""The system's clock is set while tasks run and wait: nothing changes."""

import pathlib
import struct
import subprocess
import tempfile
import time
import unittest

from harness import Daemon, bound, in_parallel

DAY = 86400


class ShiftedClock:
    """A clock to start a daemon with: its environment as a command, and jump, in a with statement."""

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory()
        self._file = pathlib.Path(self._folder.name) / "shift"
        self.jump(0)
        library = pathlib.Path(self._folder.name) / "shifted_clock.so"
        source = pathlib.Path(__file__).with_name("shifted_clock.c")
        subprocess.run(["c++", "-x", "c", "-shared", "-fPIC", "-O1", "-o", library, source], check=True)
        self.command = "env", f"LD_PRELOAD={library}", f"UV_TASK_TEST_SHIFT={self._file}"
        return self

    def __exit__(self, *_):
        self._folder.cleanup()

    def jump(self, seconds):
        """Sets the clock to so many seconds ahead of the right time."""
        # In place, since the daemon has the file in its memory.
        with open(self._file, "r+b" if self._file.exists() else "wb") as file:
            file.write(struct.pack("q", seconds))


class Jumps(unittest.TestCase):
    def setUp(self):
        self.clock = ShiftedClock()
        self.clock.__enter__()
        self.addCleanup(self.clock.__exit__)

    def check_time_of_day(self, milliseconds):
        """In a reply that has just come."""
        self.assertAlmostEqual(milliseconds / 1000, time.time(), delta=bound(0.5))

    def test_by_a_day_there_and_back(self):
        with Daemon("--timeout", "1h", time_scale=0.4, command=self.clock.command) as daemon, \
                daemon.connect() as connection, daemon.connect() as idle:
            idle.ask("info")
            began = time.monotonic()
            # 2 s, and 0.8 s behind it.
            connection.ask("run", task_name="permutation", data="ab")
            connection.ask("run", task_name="revers", data="ab")
            submitted_at = connection.ask("status", task_id=2)["submitted_at"]
            self.check_time_of_day(submitted_at)
            in_parallel(
                lambda: self.check_wait_times_out(daemon),
                lambda: self.check_while_it_jumps(connection, began, submitted_at))
            result = connection.ask("get_result", task_id=2, wait=True)
            passed = time.monotonic() - began
            self.assertEqual(result, {"status": "success", "data": "ba"})
            self.assertGreaterEqual(passed, 2.8)
            self.assertLess(passed, bound(3.1))
            for task_id, duration in (1, 2), (2, 0.8):
                task = connection.ask("status", task_id=task_id)
                self.assertAlmostEqual(
                    (task["finished_at"] - task["started_at"]) / 1000, duration, delta=bound(0.15))
            # Nor is anybody idle for longer.
            idle.ask("info")
            self.assertLess(idle.ask("stats")["uptime_ms"], bound(5) * 1000)

    def check_wait_times_out(self, daemon):
        with daemon.connect() as connection:
            began = time.monotonic()
            reply = connection.ask("status", task_id=2, wait=True, timeout_ms=1000)
            passed = time.monotonic() - began
        self.assertTrue(reply["timed_out"])
        self.assertGreaterEqual(passed, 1)
        self.assertLess(passed, bound(1.2))

    def check_while_it_jumps(self, connection, began, submitted_at):
        for ahead in DAY, -DAY, 0, DAY:
            time.sleep(0.2)
            self.clock.jump(ahead)
            task = connection.ask("status", task_id=2)
            # Times count from the time of day at the daemon's start.
            self.assertEqual(task["submitted_at"], submitted_at)
            left = 2.8 - (time.monotonic() - began)
            self.assertAlmostEqual(task["eta_ms"] / 1000, left, delta=bound(0.15))
            waited = connection.ask("stats")["oldest_waiting_ms"] / 1000
            self.assertAlmostEqual(waited, time.monotonic() - began, delta=bound(0.15))


if __name__ == "__main__":
    unittest.main()
