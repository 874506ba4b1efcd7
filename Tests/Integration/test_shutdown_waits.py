"""How a daemon that stops answers requests with a seq: every one."""

import contextlib
import time
import unittest

from harness import Daemon, bound, error_code, failure_code, get_result, in_parallel, numbered, run, state, status, submitted


class Draining(unittest.TestCase):
    """Of the tests' tasks too_long_echo runs 1 s, unless another --time-scale is given."""

    @staticmethod
    def interrupt(daemon):
        daemon.interrupt()
        daemon.wait_for_log("^C again to interrupt it")

    def test_every_wait_is_answered(self):
        with Daemon(time_scale=0.05) as daemon, daemon.connect() as submitter:
            submitter.send(run("too_long_echo", "done"), run("echo"), run("revers"))
            submitter.expect(submitted(1), submitted(2), submitted(3))
            connections = [daemon.connect() for _ in range(20)]
            for connection in connections:
                self.addCleanup(connection.close)
                connection.send(
                    numbered(1, "status", task_id=1, wait=True), numbered(2, "status", task_id=2, wait=True),
                    numbered(3, "get_result", task_id=3, wait=True, timeout_ms=1 << 40),
                    numbered(4, "get_result", task_id=1, wait=True))
            submitter.send(status(3))
            daemon.wait_for_waits(81)
            self.interrupt(daemon)
            submitter.expect(state("error"))
            for connection in connections:
                dropped = connection.reply_to(2)
                self.assertEqual((dropped["status"], failure_code(dropped)), ("error", "shut_down"))
                self.assertEqual(
                    list(dropped), ["status", "task_name", "submitted_at", "finished_at", "failure"])
                self.assertEqual(
                    connection.reply_to(3), {"status": "error", "data": None, "failure": dropped["failure"]})
            for connection in connections:
                finished, result = connection.replies_to(1, 4)
                self.assertEqual(finished["status"], "success")
                self.assertEqual(result, {"status": "success", "data": "done"})
                connection.close()
            submitter.close()
            self.assertEqual(daemon.exit_code(), 0, daemon.log)

    def test_new_tasks_are_refused_and_everything_else_is_answered(self):
        with Daemon(time_scale=0.05) as daemon, daemon.connect() as connection, daemon.connect() as classic:
            connection.send(
                numbered(1, "run", task_name="too_long_echo", data="done", key="k"), numbered(2, "run", task_name="echo", data=""))
            connection.replies_to(1, 2)
            classic.send(get_result(1))
            classic.expect('{"status":"execute","data":null}')
            self.interrupt(daemon)
            for _ in range(2):
                # It leaves no key.
                refused = connection.ask("run", task_name="echo", data="", key="new")["error"]
                self.assertEqual(list(refused), ["code", "message"])
                self.assertEqual(refused["code"], "draining")
            # What is no submit goes on.
            again = connection.ask("run", task_name="too_long_echo", data="done", key="k")
            self.assertEqual((again["task_id"], again["existing"]), (1, True))
            self.assertEqual(error_code(connection.ask("run", task_name="echo", data="", key="k")), "key_conflict")
            self.assertEqual(error_code(connection.ask("run", task_name="ecco", data="")), "unknown_task_name")
            self.assertEqual(connection.ask("status", task_id=1)["status"], "execute")
            self.assertEqual(failure_code(connection.ask("status", task_id=2, wait=True)), "shut_down")
            self.assertEqual(failure_code(connection.ask("cancel", task_id=2)), "shut_down")
            self.assertEqual(len(connection.ask("list")["tasks"]), 2)
            self.assertEqual(connection.ask("info")["protocol"], 1)
            stats = connection.ask("stats")
            self.assertEqual(
                [stats[name] for name in ("submitted", "failed", "cancelled", "waiting", "running")], [2, 1, 0, 0, 1])
            self.assertEqual(stats["refused"]["draining"], 2)
            # The original's clients know no refusal.
            classic.send(run("echo"))
            classic.expect_end()
            self.assertIs(connection.ask("status", task_id=1, wait=True, timeout_ms=1)["timed_out"], True)
            self.assertEqual(connection.ask("get_result", task_id=1, wait=True), {"status": "success", "data": "done"})
            connection.expect_end()
            self.assertEqual(daemon.exit_code(), 0, daemon.log)

    def test_the_result_may_be_asked_for_after_the_status(self):
        with Daemon(time_scale=0.05) as daemon, daemon.connect() as connection:
            connection.submit("too_long_echo", "done")
            connection.send(numbered(1, "status", task_id=1, wait=True))
            daemon.wait_for_waits(1)
            self.interrupt(daemon)
            self.assertEqual(connection.reply_to(1)["status"], "success")
            self.assertEqual(connection.ask("get_result", task_id=1), {"status": "success", "data": "done"})
            connection.expect_end()
            self.assertEqual(daemon.exit_code(), 0, daemon.log)

    def test_a_cancel_makes_the_stop_short(self):
        with Daemon(time_scale=1000) as daemon, daemon.connect() as connection:
            connection.submit("too_long_echo", "")
            self.interrupt(daemon)
            start = time.monotonic()
            self.assertEqual(failure_code(connection.ask("cancel", task_id=1)), "cancelled")
            connection.close()
            self.assertEqual(daemon.exit_code(), 0, daemon.log)
            self.assertLess(time.monotonic() - start, bound(0.5))

    def test_the_drain_timeout_answers_who_waits_for_the_running_task(self):
        with Daemon("--drain-timeout", "200ms", time_scale=1000) as daemon, daemon.connect() as connection:
            connection.submit("too_long_echo", "")
            connection.send(*(numbered(seq, "get_result", task_id=1, wait=True) for seq in range(100)))
            daemon.wait_for_waits(100)
            daemon.terminate()
            for reply in connection.replies_to(*range(100)):
                self.assertEqual((reply["status"], reply["data"], failure_code(reply)), ("error", None, "shut_down"))
            connection.expect_end()
            self.assertEqual(daemon.exit_code(), 0, daemon.log)

    def test_a_second_signal_answers_them_too(self):
        with Daemon(time_scale=1000) as daemon, daemon.connect() as connection, daemon.connect() as other:
            connection.send(run("too_long_echo"), run("echo"))
            connection.expect(submitted(1), submitted(2))
            for waiting in connection, other:
                waiting.send(*(numbered(seq, "status", task_id=1, wait=True) for seq in range(50)))
                waiting.send(numbered(50, "status", task_id=2, wait=True))
            daemon.wait_for_waits(102)
            self.interrupt(daemon)
            for waiting in connection, other:
                self.assertEqual(failure_code(waiting.reply_to(50)), "shut_down")
            start = time.monotonic()
            daemon.interrupt()
            for waiting in connection, other:
                for reply in waiting.replies_to(*range(50)):
                    self.assertEqual((reply["status"], failure_code(reply)), ("error", "shut_down"))
                    self.assertIn("started_at", reply)
                waiting.expect_end()
            self.assertEqual(daemon.exit_code(), 130, daemon.log)
            self.assertLess(time.monotonic() - start, bound(0.5, 15))

    def test_ten_thousand_waits_for_ten_thousand_tasks(self):
        count, share = 10_000, 1000
        with Daemon(time_scale=1000) as daemon, contextlib.ExitStack() as stack:
            stack.enter_context(daemon.connect()).pipeline((run("revers") + "\n") * (count + 1))
            waiting = [(stack.enter_context(daemon.connect()), range(first, first + share))
                       for first in range(2, count + 2, share)]
            for connection, ids in waiting:
                connection.send(*(numbered(task_id, "get_result", task_id=task_id, wait=True) for task_id in ids))
            daemon.wait_for_waits(count)
            self.interrupt(daemon)
            for connection, ids in waiting:
                self.assertEqual({failure_code(reply) for reply in connection.replies_to(*ids)}, {"shut_down"})

    def test_waits_that_come_in_with_the_signal(self):
        with Daemon(time_scale=0.05) as daemon, daemon.connect() as connection:
            connection.send(run("too_long_echo", "done"), run("echo"))
            connection.expect(submitted(1), submitted(2))

            def ask():
                seqs = range(500)
                connection.send(*(numbered(seq, "get_result", task_id=1 + seq % 2, wait=True) for seq in seqs))
                return connection.replies_to(*seqs)

            replies, _ = in_parallel(ask, daemon.terminate)
            self.assertEqual({reply["data"] for reply in replies[::2]}, {"done"})
            self.assertEqual({failure_code(reply) for reply in replies[1::2]}, {"shut_down"})
            connection.expect_end()
            self.assertEqual(daemon.exit_code(), 0, daemon.log)


if __name__ == "__main__":
    unittest.main()
