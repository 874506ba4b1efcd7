"""How soon a waiter hears of the end of a task."""

import gc
import statistics
import time
import unittest

from harness import TIMING, Daemon, message, numbered

DELAY = 0.005  # of revers, with the --time-scale below


class Latency(unittest.TestCase):
    """From the end of the task to the line, as an upper bound: the way of the submit to the pool thread is counted too."""

    def test_over_a_thousand_tasks(self):
        count, rounds = (1000, 3) if TIMING else (50, 1)
        for _ in range(rounds):
            median, late = self.measure(count)
            print(f"end of task to waiter's line, {count} tasks: median {median:.3f} ms, 99th percentile {late:.3f} ms")
            if median <= 0.3 and late <= 1.5:
                return
        # Other programs may have taken the processors in one round, but not in all.
        self.assertFalse(TIMING, "no round was fast enough")

    @staticmethod
    def measure(count):
        latencies = []
        submit = (message(seq=1, type="run", task_name="revers", data="hello") + "\n").encode()
        with Daemon(time_scale=DELAY / 2) as daemon, daemon.connect() as submitter, daemon.connect() as waiter:
            gc.disable()
            try:
                for task_id in range(1, count + 1):
                    wait = (numbered(task_id, "get_result", task_id=task_id, wait=True) + "\n").encode()
                    start = time.perf_counter()
                    submitter.socket.sendall(submit)
                    submitter.socket.recv(1000)
                    waiter.socket.sendall(wait)
                    line = waiter.socket.recv(1000)
                    latencies.append((time.perf_counter() - start - DELAY) * 1000)
                    if line != b'{"seq":%d,"status":"success","data":"olleh"}\n' % task_id:
                        raise AssertionError(f"received {line!r}")
            finally:
                gc.enable()
        return statistics.median(latencies), statistics.quantiles(latencies, n=100)[98]


if __name__ == "__main__":
    unittest.main()
