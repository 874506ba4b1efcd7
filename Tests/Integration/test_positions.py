"""position and eta_ms: right at once, however long the queue and whatever was cancelled in it."""

import statistics
import time
import unittest

from harness import TIMING, Daemon, bound, failure_code, numbered, run

FOR_EVER = 1000  # a --time-scale

DELAYS = {"echo": 0, "revers": 2000, "reverse": 2000, "permutation": 5000, "too_long_echo": 20_000}  # ms


class Positions(unittest.TestCase):
    def test_they_are_counted_from_the_running_task(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            for task_id in range(1, 301):
                reply = connection.ask("run", task_name="revers", data="")
                self.assertEqual((reply["task_id"], reply["position"]), (task_id, task_id - 1))
            self.check(connection, list(range(1, 301)))
            # Those of an unknown name never wait.
            connection.submit("no such task", "")
            self.assertEqual(connection.ask("run", task_name="echo", data="")["position"], 300)
            self.assertNotIn("position", connection.ask("status", task_id=301))

    def test_after_cancels_at_every_place(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            connection.pipeline((run("revers") + "\n") * 200)
            left = list(range(1, 201))
            # The last, the next, a block of them, every third, the running one.
            for cancelled in [200], [2], range(60, 70), range(3, 199, 3), [1], [4, 5]:
                for task_id in cancelled:
                    self.assertEqual(connection.ask("cancel", task_id=task_id)["status"], "error")
                left = [task_id for task_id in left if task_id not in cancelled]
                self.check(connection, left)
            # What comes in later stands behind them.
            reply = connection.ask("run", task_name="echo", data="")
            self.assertEqual((reply["task_id"], reply["position"]), (201, len(left)))

    def test_the_time_left_is_that_of_all_ahead(self):
        names = ["too_long_echo", "revers", "echo", "permutation", "reverse", "echo", "too_long_echo", "permutation"] * 20
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            start = time.monotonic()
            connection.pipeline("".join(run(name) + "\n" for name in names))
            left = dict(enumerate(names, 1))
            for cancelled in [], range(5, 160, 7), [160, 2]:
                connection.send(*(numbered(task_id, "cancel", task_id=task_id) for task_id in cancelled))
                connection.replies_to(*cancelled)
                for task_id in cancelled:
                    del left[task_id]
                connection.send(*(numbered(task_id, "status", task_id=task_id) for task_id in left))
                # Whole milliseconds of the running task are over, of 20,000 s.
                expected = 0
                replies = connection.replies_to(*left)
                elapsed = (time.monotonic() - start) * 1000 + 2
                for reply, name in zip(replies, left.values()):
                    expected += DELAYS[name] * FOR_EVER
                    self.assertTrue(expected - elapsed <= reply["eta_ms"] <= expected, (reply, expected))

    def test_a_running_task_comes_nearer_to_its_end(self):
        with Daemon(time_scale=0.1) as daemon, daemon.connect() as connection:
            connection.send(*(numbered(task_id, "run", task_name="revers", data="") for task_id in (1, 2)))
            self.assertEqual([reply["eta_ms"] for reply in connection.replies_to(1, 2)], [200, 400])
            self.assertIs(connection.ask("status", task_id=1, wait=True, timeout_ms=100)["timed_out"], True)
            connection.send(*(numbered(task_id, "status", task_id=task_id) for task_id in (1, 2)))
            running, waiting = connection.replies_to(1, 2)
            self.assertLessEqual(running.get("eta_ms", 0), 100)
            if TIMING:
                self.assertGreater(running["eta_ms"], 60)
                self.assertEqual(waiting["eta_ms"], running["eta_ms"] + 200)

    def check(self, connection, task_ids):
        connection.send(*(numbered(task_id, "status", task_id=task_id) for task_id in task_ids))
        for position, reply in enumerate(connection.replies_to(*task_ids)):
            self.assertEqual((reply["position"], reply["status"]), (position, "waiting" if position else "execute"))


class EstimatedTimes(unittest.TestCase):
    NAMES = ["permutation", "revers", "echo", "revers", "permutation", "reverse", "echo", "echo", "revers", "permutation"] * 2

    def test_twenty_tasks_end_when_it_was_said(self):
        cancelled = [5, 20, 8, 11, 13, 1]  # 100 and 250 ms each, or none; the running one last
        with Daemon(time_scale=0.05) as daemon, daemon.connect() as connection:
            connection.send(*(
                numbered(task_id, "run", task_name=name, data="") for task_id, name in enumerate(self.NAMES, 1)))
            connection.replies_to(*range(1, 21))
            left = [task_id for task_id in range(1, 21) if task_id not in cancelled]
            for task_id in cancelled:
                self.assertEqual(failure_code(connection.ask("cancel", task_id=task_id)), "cancelled")
            connection.send(
                *(numbered(task_id, "status", task_id=task_id) for task_id in left),
                *(numbered(100 + task_id, "status", task_id=task_id, wait=True) for task_id in left))
            asked = time.monotonic()
            told = connection.replies_to(*left)
            self.assertEqual([reply["position"] for reply in told], list(range(len(left))))
            worst = 0
            for reply, task_id in zip(told, left):
                self.assertEqual(connection.reply_to(100 + task_id)["status"], "success")
                end = (time.monotonic() - asked) * 1000
                worst = max(worst, abs(end - reply["eta_ms"]), key=abs)
            print(f"eta_ms of {len(left)} tasks: at most {worst:.1f} ms off")
            self.assertLess(worst, bound(50, 20_000))


class AMillion(unittest.TestCase):
    def test_the_last_of_a_million_is_told_at_once(self):
        count = 1_000_000 if TIMING else 6_000
        limits = "--max-queued", 2 * count, "--keep-results", count
        with Daemon(*limits, time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            connection.submit("revers", "")
            start = time.monotonic()
            connection.pipeline((run("echo") + "\n") * (count // 2))
            connection.pipeline((run("revers") + "\n") * (count - count // 2))
            submitted_in = time.monotonic() - start
            last = count + 1
            # Every third is cancelled, the last one not.
            cancelled = range(3, last, 3)
            start = time.monotonic()
            connection.pipeline("".join(f'{{"seq":1,"type":"cancel","task_id":{task_id}}}\n' for task_id in cancelled))
            cancelled_in = time.monotonic() - start
            times = []
            for _ in range(200):
                start = time.perf_counter()
                reply = connection.ask("status", task_id=last)
                times.append((time.perf_counter() - start) * 1000)
            self.assertEqual((reply["status"], reply["position"]), ("waiting", count - len(cancelled)))
            reverses = count - count // 2 - sum(1 for task_id in cancelled if task_id > 1 + count // 2)
            expected = (reverses + 1) * 2_000_000
            self.assertTrue(expected - 60_000 < reply["eta_ms"] <= expected, (reply, expected))
            median = statistics.median(times)
            print(
                f"{count} waiting: submitted in {submitted_in:.1f} s, {len(cancelled)} cancelled in {cancelled_in:.1f} s, "
                f"status of the last in {median:.3f} ms (median of 200; most {max(times):.3f})")
            self.assertLess(median, bound(1, 5000))
            for task_id in 2, last // 2, last - 1:
                before = task_id - 2 - sum(1 for other in cancelled if other < task_id)
                expected = None if task_id in cancelled else before + 1
                self.assertEqual(connection.ask("status", task_id=task_id).get("position"), expected)


if __name__ == "__main__":
    unittest.main()
