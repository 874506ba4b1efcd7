"""A minute of scripts/soak; and that its oracle sees what is wrong."""

import random
import types
import unittest
from unittest import mock

from harness import TIMING
from soak import watch
from soak.audit import Auditor, check_stats
from soak.oracle import FUNCTIONS, Oracle
from soak.run import soak


class Soak(unittest.TestCase):
    def test_a_mixed_crowd_for_a_minute(self):
        seconds, clients = (60, 60) if TIMING else (10, 20)
        soak(seconds, str(random.randrange(1_000_000)), clients)


class OracleTests(unittest.TestCase):
    def setUp(self):
        self.oracle = Oracle("a seed")
        self.first, self.second = self.oracle.new(), self.oracle.new()
        self.oracle.acknowledge(self.first, 1)

    def reply(self, submission):
        return {"status": "success", "data": submission.result}

    def check_all(self, succeeded=0, cancelled=0, failed=0, **others):
        submitted = succeeded + cancelled + failed
        self.oracle.note_audit(submitted, submitted)
        counts = dict(submitted=submitted, succeeded=succeeded, cancelled=cancelled, failed=failed)
        self.oracle.check_all({**counts, "waiting": 0, "running": 0, **others})

    def test_it_knows_the_results(self):
        inputs = {"echo": "abc", "revers": "пример", "reverse": "abc", "permutation": "кот", "too_long_echo": ""}
        results = [FUNCTIONS[name](data) for name, data in inputs.items()]
        self.assertEqual(results, ["abc", "ремирп", "cba", "окт", ""])
        self.oracle.check_result(1, self.reply(self.first), self.first.name)
        # Seen before it was acknowledged: the result tells whose it is.
        self.oracle.check_result(2, self.reply(self.second), self.second.name)
        self.oracle.acknowledge(self.second, 2)
        self.check_all(succeeded=2)

    def test_a_submission_that_became_two_tasks(self):
        with self.assertRaisesRegex(AssertionError, "became two tasks, 1 and 2"):
            self.oracle.check_result(2, self.reply(self.first), self.first.name)
        with self.assertRaisesRegex(AssertionError, "became two tasks, 1 and 3"):
            self.oracle.acknowledge(self.first, 3)

    def test_an_id_that_was_given_twice(self):
        with self.assertRaisesRegex(AssertionError, "task 1 is said to be submission 1, and to be 2 too"):
            self.oracle.acknowledge(self.second, 1)

    def test_the_result_of_another(self):
        with self.assertRaisesRegex(AssertionError, "and its result"):
            self.oracle.check_result(1, self.reply(self.second))

    def test_a_result_that_nobody_has_submitted(self):
        for data in ("", "9:x", "0:x", "x"):
            with self.assertRaisesRegex(AssertionError, "nobody has submitted"):
                self.oracle.check_result(2, {"status": "success", "data": data}, "echo")

    def test_a_task_with_two_ends(self):
        self.oracle.will_cancel(1)
        self.oracle.check_status(1, "success")
        for code in ("cancelled", None):
            with self.assertRaisesRegex(AssertionError, "task 1 ended"):
                self.oracle.check_status(1, "error", code)

    def test_a_cancel_that_nobody_asked_for(self):
        with self.assertRaisesRegex(AssertionError, "nobody has cancelled it"):
            self.oracle.check_status(1, "error", "cancelled")
        with self.assertRaisesRegex(AssertionError, "ended in error, failed"):
            self.oracle.check_status(1, "error", "failed")
        self.oracle.will_cancel(1)
        self.oracle.check_status(1, "error", "cancelled")
        self.check_all(cancelled=1)

    def test_what_was_inside_an_http_request(self):
        hidden = self.oracle.new_forbidden()
        with self.assertRaisesRegex(AssertionError, "should not have been accepted"):
            self.oracle.check_result(2, self.reply(hidden), hidden.name)

    def test_a_task_that_is_lost(self):
        self.oracle.acknowledge(self.second, 2)
        self.oracle.check_status(1, "success")
        with self.assertRaisesRegex(AssertionError, "1 acknowledged tasks were never seen, among them submission 2"):
            self.check_all(succeeded=1)
        with self.assertRaisesRegex(AssertionError, "the end of task 2 was never seen"):
            self.check_all(succeeded=2)

    def test_counts_that_differ(self):
        self.oracle.check_status(1, "success")
        with self.assertRaisesRegex(AssertionError, "the daemon counts"):
            self.check_all(succeeded=1, running=1)
        good = dict(submitted=3, succeeded=1, failed=0, cancelled=0, waiting=1, running=1)
        check_stats(good)
        for wrong in ({"submitted": 4}, {"running": 2, "waiting": 0}, {"running": 0, "submitted": 2}):
            with self.subTest(wrong), self.assertRaises(AssertionError):
                check_stats({**good, **wrong})


class AuditTests(unittest.TestCase):
    """The order of tasks, from what a connection tells of them."""

    def audit(self, *moments):
        """moments: when each task was submitted, started and finished; None where it did not start."""
        oracle = Oracle("a seed")
        replies = []
        for task_id, (submitted, started, finished) in enumerate(moments, 1):
            submission = oracle.new()
            oracle.acknowledge(submission, task_id)
            if started is None:
                oracle.will_cancel(task_id)
                end = {"status": "error", "failure": {"code": "cancelled", "message": ""}}
                result = {**end, "data": None}
            else:
                end = {"status": "success", "started_at": started}
                result = {"status": "success", "data": submission.result}
            report = {"task_name": submission.name, "submitted_at": submitted, "finished_at": finished}
            replies.append((result, {**end, **report}))
        connection = Answers([result for result, _ in replies] + [report for _, report in replies])
        with mock.patch("soak.audit.Connection", lambda _: connection):
            Auditor(types.SimpleNamespace(port=0), oracle)._audit(1, len(moments))  # pylint: disable=protected-access

    def test_one_after_the_other(self):
        self.audit((1, 1, 3), (1, 3, 3), (2, None, 2), (2, 3, 9))

    def test_out_of_order(self):
        for name, moments in {
            "the second began first": ((1, 5, 7), (1, 1, 3)),
            "at the same time": ((1, 1, 3), (1, 2, 4)),
            "with one between that was cancelled": ((1, 1, 3), (1, None, 2), (1, 2, 4)),
            "started before it was submitted": ((2, 1, 3),),
            "finished before it started": ((1, 3, 2),),
            "submitted before the one before it": ((2, 2, 3), (1, 3, 4)),
        }.items():
            with self.subTest(name), self.assertRaises(AssertionError):
                self.audit(*moments)


class Answers:
    """A connection that was given its replies before."""

    def __init__(self, replies):
        self._replies = iter(replies)
        self._seqs = []

    def ask(self, _):
        return {"task_types": [{"name": name, "delay_ms": 0} for name in FUNCTIONS]}

    def send(self, *lines):
        self._seqs = [int(line.split(",")[0].removeprefix('{"seq":')) for line in lines]

    def receive(self):
        return {"seq": self._seqs.pop(0), **next(self._replies)}


class MemoryTests(unittest.TestCase):
    def check(self, samples):
        resident = mock.Mock(side_effect=samples)
        with mock.patch.multiple(
            watch, open_descriptors=lambda _: 15, thread_count=lambda _: 1, resident_bytes=resident,
        ):
            watched = watch.ProcessWatch(types.SimpleNamespace(pid=0))
            for _ in samples:
                watched.sample()
        return watched.check_memory()

    def test_flat_memory(self):
        self.check([second * 1_000_000 for second in range(20)] + [20_000_000] * 40)

    def test_growing_memory(self):
        with self.assertRaisesRegex(AssertionError, "is a leak"):
            self.check([second * 1_000_000 for second in range(60)])


if __name__ == "__main__":
    unittest.main()
