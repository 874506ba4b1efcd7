"""How many tasks wait, how much memory they take, and how long they are kept."""

import re
import unittest

from commands import CommandTest
from harness import (
    TIMING, Daemon, bound, error_code, failure_code, get_result, numbered, result, run, state, status, submitted,
    wait_until,
)
from processes import resident_bytes

FOR_EVER = 1000  # a --time-scale
MIB = 1 << 20


def data_of(connection, *task_ids):
    """The tasks' results; of those that are not kept, the code of the refusal."""
    replies = [connection.ask("get_result", task_id=task_id, wait=True) for task_id in task_ids]
    return [error_code(reply) or reply["data"] for reply in replies]


def refusal(reply):
    """What a refused request was told, but for the sentence and the time."""
    error = reply["error"]
    return error["code"], error["limit"], error["value"]


class MaxQueued(unittest.TestCase):
    def test_one_too_many_is_refused_and_taken_when_it_was_told_to_come_again(self):
        with Daemon("--max-queued", 2, time_scale=0.25) as daemon, daemon.connect() as connection:
            for name in "revers", "revers", "echo":
                self.assertNotIn("error", connection.ask("run", task_name=name, data="ab"))
            reply = connection.ask("run", task_name="echo", data="c")
            self.assertEqual(refusal(reply), ("queue_full", "max-queued", 2))
            # A revers takes 500 ms.
            self.assertTrue(0 < reply["error"]["retry_after_ms"] <= 500, reply)
            soon = reply["error"]["retry_after_ms"] + bound(50, 5000)
            again = connection.ask("get_result", task_id=1, wait=True, timeout_ms=soon)
            self.assertNotIn("timed_out", again)
            # No id was spent on the refused one.
            self.assertEqual(connection.ask("run", task_name="echo", data="c")["task_id"], 4)
            self.assertEqual(data_of(connection, 1, 2, 3, 4), ["ba", "ba", "ab", "c"])
            self.assertEqual(connection.ask("stats")["refused"]["queue_full"], 1)

    def test_a_cancelled_task_makes_room(self):
        with Daemon("--max-queued", 1, time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            connection.send(run("revers"), run("echo"))
            connection.expect(submitted(1), submitted(2))
            self.assertEqual(error_code(connection.ask("run", task_name="echo", data="")), "queue_full")
            connection.ask("cancel", task_id=2)
            self.assertEqual(connection.ask("run", task_name="echo", data="")["task_id"], 3)

    def test_a_classic_client_is_closed_after_its_earlier_answers_and_the_log_says_why(self):
        with Daemon("--max-queued", 1, time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            connection.send(run("revers"), run("echo"), get_result(2), run("echo"), get_result(2))
            connection.expect(submitted(1), submitted(2), result("waiting", None))
            connection.expect_end()
            daemon.wait_for_log("closed 1 connection: 1 × queue_full")
            stats = daemon.ask("stats")
            self.assertEqual((stats["refused"]["queue_full"], stats["closed_for_errors"]), (1, 1))
            self.assertEqual((stats["submitted"], stats["running"], stats["waiting"]), (2, 1, 1))
            # It waits for none: an unknown name never does.
            with daemon.connect() as other:
                other.send(run("no such task"))
                other.expect(submitted(3))

    def test_a_known_key_is_never_refused(self):
        with Daemon("--max-queued", 1, time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            for key in "running", "waiting":
                connection.ask("run", task_name="revers", data="", key=key)
            self.assertEqual(error_code(connection.ask("run", task_name="revers", data="", key="new")), "queue_full")
            for task_id, key in enumerate(["running", "waiting"], 1):
                again = connection.ask("run", task_name="revers", data="", key=key)
                self.assertEqual((again["task_id"], again["existing"]), (task_id, True))
            connection.ask("cancel", task_id=1)
            # The refused one has left no key.
            self.assertEqual(connection.ask("run", task_name="echo", data="other", key="new")["task_id"], 3)


class MaxMemory(unittest.TestCase):
    def test_what_ended_first_is_forgotten_first_and_only_as_much_as_must_be(self):
        with Daemon("--max-memory", 1000) as daemon, daemon.connect() as connection:
            for letter in "abc":
                connection.ask("run", task_name="echo", data=letter * 300)
            self.assertEqual(data_of(connection, 3, 2, 1), ["c" * 300, "b" * 300, "a" * 300])
            connection.ask("run", task_name="echo", data="d" * 300)
            self.assertEqual(data_of(connection, 1, 2, 3, 4), ["expired", "b" * 300, "c" * 300, "d" * 300])
            connection.ask("run", task_name="echo", data="e" * 701)
            self.assertEqual(data_of(connection, 2, 3, 4, 5), ["expired", "expired", "expired", "e" * 701])
            stats = connection.ask("stats")
            self.assertEqual((stats["held_bytes"], stats["kept"], stats["forgotten"]), (701, 1, 4))
            self.assertEqual(stats["refused"]["memory_full"], 0)

    def test_what_waits_or_runs_is_kept_and_what_does_not_fit_beside_it_is_refused(self):
        with Daemon("--max-memory", 1000, time_scale=0.1) as daemon, daemon.connect() as connection:
            connection.ask("run", task_name="echo", data="a" * 300)
            self.assertEqual(data_of(connection, 1), ["a" * 300])
            connection.ask("run", task_name="revers", data="b" * 300)
            connection.ask("run", task_name="echo", data="c" * 290, key="0123456789")
            reply = connection.ask("run", task_name="echo", data="d" * 401)
            self.assertEqual(refusal(reply), ("memory_full", "max-memory", 1000))
            self.assertTrue(0 < reply["error"]["retry_after_ms"] <= 200, reply)
            # A key counts as well.
            reply = connection.ask("run", task_name="echo", data="d" * 400, key="k")
            self.assertEqual(error_code(reply), "memory_full")
            # Nothing was forgotten for those that were refused.
            self.assertEqual(data_of(connection, 1), ["a" * 300])
            self.assertEqual(connection.ask("run", task_name="echo", data="d" * 400)["task_id"], 4)
            self.assertEqual(connection.ask("stats")["held_bytes"], 1000)
            self.assertEqual(data_of(connection, 1, 2, 3, 4), ["expired", "b" * 300, "c" * 290, "d" * 400])
            self.assertEqual(connection.ask("stats")["refused"]["memory_full"], 2)

    def test_data_that_can_never_fit_is_not_told_to_come_again(self):
        with Daemon("--max-memory", 1000) as daemon, daemon.connect() as connection:
            connection.ask("run", task_name="echo", data="kept")
            reply = connection.ask("run", task_name="echo", data="x" * 1001)
            self.assertEqual(refusal(reply), ("memory_full", "max-memory", 1000))
            self.assertNotIn("retry_after_ms", reply["error"])
            self.assertEqual(data_of(connection, 1), ["kept"])

    def test_a_classic_client_is_closed_and_the_log_says_why(self):
        with Daemon("--max-memory", 10) as daemon, daemon.connect() as connection:
            connection.send(run("echo", "kept"), run("echo", "more than ten"))
            connection.expect(submitted(1))
            connection.expect_end()
            daemon.wait_for_log("closed 1 connection: 1 × memory_full")
            self.assertEqual(daemon.ask("stats")["refused"]["memory_full"], 1)

    def test_memory_stays_within_it_however_much_is_submitted(self):
        count, size = (150, 1_000_000) if TIMING else (50, 1_000_000)
        with Daemon("--max-memory", 16 * MIB) as daemon, daemon.connect() as connection:
            before = resident_bytes(daemon.pid)
            for number in range(1, count + 1):
                connection.send(numbered(1, "run", task_name="echo", data="x" * size))
                connection.send(numbered(2, "status", task_id=number, wait=True))
                connection.replies_to(1, 2)
            stats = connection.ask("stats")
            self.assertEqual((stats["kept"], stats["forgotten"]), (16, count - 16))
            self.assertLess(resident_bytes(daemon.pid) - before, bound(50 * MIB, 500 * MIB))


class KeepResults(unittest.TestCase):
    def test_the_oldest_are_expired_which_is_not_unknown(self):
        with Daemon("--keep-results", 3) as daemon, daemon.connect() as connection:
            for number in range(1, 6):
                connection.ask("run", task_name="echo", data=str(number))
                connection.ask("status", task_id=number, wait=True)
            self.assertEqual(data_of(connection, *range(1, 7)), ["expired", "expired", "3", "4", "5", "unknown_task"])
            for kind in "status", "cancel":
                self.assertEqual(error_code(connection.ask(kind, task_id=2)), "expired")
                self.assertEqual(error_code(connection.ask(kind, task_id=6)), "unknown_task")
            stats = connection.ask("stats")
            self.assertEqual((stats["kept"], stats["forgotten"], stats["submitted"]), (3, 2, 5))
            self.assertEqual((stats["refused"]["expired"], stats["refused"]["unknown_task"]), (4, 3))

    def test_a_classic_question_about_a_forgotten_task_closes_the_connection(self):
        with Daemon("--keep-results", 1) as daemon, daemon.connect() as connection:
            connection.send(run("echo", "a"), status(1), run("echo", "b"), status(2))
            connection.expect(submitted(1), state("success"), submitted(2), state("success"))
            for question in status(1), get_result(1):
                with daemon.connect() as other:
                    other.send(get_result(2), question)
                    other.expect(result("success", "b"))
                    other.expect_end()
            # In one line, or two where a second ended between.
            wait_until(
                lambda: sum(map(int, re.findall(r"(\d) × expired", daemon.log))) == 2, "two in the log")
            self.assertEqual(daemon.ask("stats")["refused"]["expired"], 2)

    def test_the_order_is_that_of_their_ends_and_what_has_not_ended_is_kept(self):
        with Daemon("--keep-results", 2, time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            connection.send(*[run("revers", "ab")] * 5, run("no such task"))
            connection.expect(*map(submitted, range(1, 7)))
            for task_id in 4, 2:
                connection.ask("cancel", task_id=task_id)
            found = [error_code(reply) or reply["status"] for reply in
                     (connection.ask("status", task_id=task_id) for task_id in range(1, 7))]
            self.assertEqual(found, ["execute", "error", "waiting", "error", "waiting", "expired"])

    def test_a_key_is_forgotten_with_its_task(self):
        with Daemon("--keep-results", 1) as daemon, daemon.connect() as connection:
            connection.ask("run", task_name="echo", data="a", key="k")
            connection.ask("status", task_id=1, wait=True)
            self.assertEqual(connection.ask("run", task_name="echo", data="a", key="k")["task_id"], 1)
            connection.ask("run", task_name="echo", data="b")
            connection.ask("status", task_id=2, wait=True)
            again = connection.ask("run", task_name="echo", data="other data", key="k")
            self.assertEqual((again["task_id"], "existing" in again), (3, False))
            connection.ask("status", task_id=3, wait=True)
            self.assertEqual(connection.ask("stats")["held_bytes"], len("other data") + len("k"))

    def test_everyone_who_waits_hears_of_the_end_before_it_is_forgotten(self):
        # The tasks behind it push it out as soon as they have ended.
        connections, waits = 10, 1000
        with Daemon("--keep-results", 1, time_scale=FOR_EVER) as daemon, daemon.connect() as submitter:
            submitter.send(run("revers", "never"), *[run("echo")] * 20)
            submitter.expect(*map(submitted, range(1, 22)))
            waiting = [daemon.connect() for _ in range(connections)]
            for connection in waiting:
                self.addCleanup(connection.close)
                connection.send(*(numbered(seq, "get_result", task_id=1, wait=True) for seq in range(waits)))
            daemon.wait_for_waits(connections * waits)
            submitter.ask("cancel", task_id=1)
            for connection in waiting:
                replies = connection.replies_to(*range(waits))
                self.assertEqual({failure_code(reply) or error_code(reply) for reply in replies}, {"cancelled"})

    def test_everyone_who_waits_hears_of_the_end_of_tasks_that_are_cancelled_together(self):
        options = "--keep-results", 1
        with Daemon(*options, time_scale=FOR_EVER) as daemon, daemon.connect() as connection, daemon.connect() as waiting:
            connection.send(*[run("revers")] * 4)
            connection.expect(*map(submitted, range(1, 5)))
            # A classic status is held for its submitter.
            connection.send(status(2), numbered(1, "info"))
            waiting.send(*(numbered(task_id, "status", task_id=task_id, wait=True) for task_id in range(2, 5)))
            daemon.wait_for_waits(4)
            with daemon.connect() as canceller:
                canceller.send(*(numbered(task_id, "cancel", task_id=task_id) for task_id in range(2, 5)))
                for replies in waiting.replies_to(2, 3, 4), canceller.replies_to(2, 3, 4):
                    self.assertEqual({failure_code(reply) for reply in replies}, {"cancelled"})
            connection.expect(state("error"))
            self.assertEqual(connection.reply_to(1)["name"], "uv-taskd")


class KeepFor(unittest.TestCase):
    def test_a_task_is_kept_so_long_after_its_end(self):
        kept = bound(400, 4000)
        with Daemon("--keep-for", f"{kept}ms", time_scale=0.1) as daemon, daemon.connect() as connection:
            # It waits and runs for longer than it is kept.
            connection.send(run("permutation", "ab"), run("echo", "c"))
            connection.expect(submitted(1), submitted(2))
            self.assertEqual(data_of(connection, 1, 2), ["ba", "c"])
            ended = connection.ask("status", task_id=1)["finished_at"]
            wait_until(lambda: error_code(connection.ask("status", task_id=1)) == "expired", "the end of its time")
            gone = connection.ask("run", task_name="echo", data="now")
            gone = connection.ask("status", task_id=gone["task_id"], wait=True)["submitted_at"]
            self.assertGreaterEqual(gone - ended, kept - 1)
            self.assertLess(gone - ended, bound(2000, 15_000))
            # Nobody needs to ask for it.
            wait_until(lambda: connection.ask("stats")["kept"] == 0, "the last one's time")
            self.assertEqual(connection.ask("stats")["held_bytes"], 0)
            self.assertEqual(connection.ask("list"), {"tasks": []})


class Told(unittest.TestCase):
    VALUES = {
        "max-message": 2000, "max-queued": 3, "max-memory": 5_000_000, "keep-results": 4, "keep-for": 60_000,
        "max-connections": 5, "max-unanswered": 1234, "timeout": 70_000, "write-timeout": 80_000,
        "drain-timeout": 90_000,
    }

    def test_info_tells_every_limit_by_the_name_of_its_option(self):
        times = {"keep-for", "timeout", "write-timeout", "drain-timeout"}
        options = [part for name, value in self.VALUES.items()
                   for part in (f"--{name}", f"{value}ms" if name in times else value)]
        with Daemon(*options) as daemon:
            self.assertEqual(daemon.ask("info")["limits"], self.VALUES)

    def test_what_they_are_unless_told_otherwise(self):
        with Daemon() as daemon:
            limits = daemon.ask("info")["limits"]
            self.assertGreaterEqual(limits.pop("max-connections"), 1)
            self.assertEqual(limits, {
                "max-message": MIB, "max-queued": 100_000, "max-memory": 256 * MIB, "keep-results": 100_000,
                "keep-for": None, "max-unanswered": 1000, "timeout": None, "write-timeout": 30_000,
                "drain-timeout": 30_000})

    def test_a_flood_of_refusals_is_a_line_a_second_in_the_log(self):
        with Daemon("--max-queued", 1, time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            connection.ask("run", task_name="revers", data="")
            connection.ask("run", task_name="revers", data="")
            start = daemon.log
            for _ in range(5):
                connection.pipeline(1000 * (numbered(1, "run", task_name="echo", data="") + "\n"))
            told = lambda: list(map(int, re.findall(r"(\d+) × queue_full", daemon.log[len(start):])))
            wait_until(lambda: sum(told()) == 5000, "the log of all")
            self.assertLessEqual(len(told()), bound(2, 20), daemon.log)
            self.assertEqual(connection.ask("stats")["refused"]["queue_full"], 5000)


class Commands(CommandTest):
    """What people read of it."""

    daemon_options = "--max-queued", 1, "--max-memory", 1000, "--keep-results", 1

    def test_a_full_queue(self):
        self.run_task("revers")
        self.run_task("echo")
        words = "the queue is full: at most 1 tasks may wait (--max-queued 1); try again in about 33 min"
        self.expect("run echo x", errors=words, code=5)
        self.expect("run echo --each-line", data=b"a\nb\n", errors=f"line 1: {words}; nothing was submitted", code=5)

    def test_full_memory(self):
        self.run_task("revers", "x" * 600)
        words = ("the data does not fit into the memory for tasks, which unfinished tasks use too "
            "(--max-memory 1000 bytes)")
        self.expect(["run", "echo", "x" * 401], errors=f"{words}; try again in about 33 min", code=5)
        self.expect(["run", "echo", "x" * 1001], errors=words, code=5)

    def test_a_task_that_is_no_longer_kept(self):
        self.finished("echo", "a")
        self.finished("echo", "b")
        for command in "status", "result", "wait", "cancel":
            ran = self.call([command, "1"])
            self.assertEqual((ran.output, ran.code), ("", 3))
            self.assertRegex(ran.errors, r"^uv-task: task 1 has ended and is no longer kept; uv-task list shows")

    def test_the_original_form_hears_of_the_close_alone(self):
        self.run_task("revers")
        self.run_task("echo")
        ran = self.call("-a run -n echo -d x")
        self.assertEqual((ran.output, ran.code), ("", 6), ran.errors)
        self.assertIn("the daemon closed the connection", ran.errors)


if __name__ == "__main__":
    unittest.main()
