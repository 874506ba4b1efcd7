"""cancel: of waiting, running and finished tasks, and of thousands."""

import random
import time
import unittest

from harness import Daemon, bound, error_code, failure_code, numbered, result, run, state, status, submitted

FOR_EVER = 1000  # a --time-scale


class Cancel(unittest.TestCase):
    def test_a_waiting_task(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection, daemon.connect() as waiting:
            connection.send(run("revers"), run("revers"), run("revers"))
            connection.expect(submitted(1), submitted(2), submitted(3))
            waiting.send(
                numbered(1, "get_result", task_id=2, wait=True), numbered(2, "status", task_id=2, wait=True),
                numbered(3, "status", task_id=3, wait=True))
            daemon.wait_for_waits(3)
            reply = connection.ask("cancel", task_id=2)
            self.assertEqual(list(reply), ["status", "task_name", "submitted_at", "finished_at", "failure"])
            self.assertEqual((reply["status"], failure_code(reply)), ("error", "cancelled"))
            self.assertEqual(waiting.reply_to(1), {"status": "error", "data": None, "failure": reply["failure"]})
            self.assertEqual(waiting.reply_to(2), reply)
            self.assertEqual(connection.ask("status", task_id=3)["position"], 1)
            self.assertEqual(connection.ask("stats")["waits"], 1)

    def test_a_running_task_ends_at_once_and_the_next_starts(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection, daemon.connect() as waiting:
            connection.send(run("too_long_echo"), run("echo", "next"), run("too_long_echo"))
            connection.expect(submitted(1), submitted(2), submitted(3))
            waiting.send(numbered(1, "status", task_id=1, wait=True), numbered(2, "get_result", task_id=2, wait=True))
            daemon.wait_for_waits(2)
            start = time.monotonic()
            reply = connection.ask("cancel", task_id=1)
            ended = waiting.reply_to(1)
            next_ended = waiting.reply_to(2)
            self.assertLess(time.monotonic() - start, bound(0.05))
            self.assertEqual(
                list(reply), ["status", "task_name", "submitted_at", "started_at", "finished_at", "failure"])
            self.assertEqual((reply["status"], failure_code(reply)), ("error", "cancelled"))
            self.assertEqual(ended, reply)
            self.assertEqual(next_ended, {"status": "success", "data": "next"})
            daemon.wait_for_state(3, "execute")

    def test_a_finished_task_is_told_unchanged(self):
        with Daemon(time_scale=0.001) as daemon, daemon.connect() as connection:
            connection.send(run("revers", "ab"), run("no such task"))
            connection.expect(submitted(1), submitted(2))
            for task_id, name in (1, "success"), (2, "error"):
                before = connection.ask("status", task_id=task_id, wait=True)
                self.assertEqual(before["status"], name)
                for _ in range(2):
                    self.assertEqual(connection.ask("cancel", task_id=task_id), before)
            self.assertEqual(connection.ask("get_result", task_id=1), {"status": "success", "data": "ba"})
            self.assertEqual(connection.ask("stats")["cancelled"], 0)

    def test_twice(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            connection.send(
                *(numbered(seq, "run", task_name="revers", data="") for seq in (1, 2)),
                *(numbered(seq, "cancel", task_id=task_id) for seq, task_id in ((3, 2), (4, 2), (5, 1), (6, 1))))
            replies = connection.replies_to(1, 2, 3, 4, 5, 6)
            self.assertEqual([failure_code(reply) for reply in replies[2:]], ["cancelled"] * 4)
            self.assertEqual((replies[3], replies[5]), (replies[2], replies[4]))
            self.assertEqual(connection.ask("stats")["cancelled"], 2)

    def test_what_a_cancelled_task_held_is_let_go(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            for _ in range(2):
                connection.ask("run", task_name="revers", data="x" * 1000)
            self.assertEqual(connection.ask("stats")["held_bytes"], 2000)
            connection.ask("cancel", task_id=2)
            self.assertEqual(connection.ask("stats")["held_bytes"], 1000)
            connection.ask("cancel", task_id=1)
            self.assertEqual(connection.ask("stats")["held_bytes"], 0)

    def test_a_held_classic_status_is_answered(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as running, daemon.connect() as waiting:
            running.send(run("revers"), status(1), '{"type":"get_result","task_id":1}')
            running.expect(submitted(1))
            waiting.send(run("revers"), status(2), '{"type":"get_result","task_id":2}')
            waiting.expect(submitted(2))
            daemon.wait_for_waits(2)
            daemon.ask("cancel", task_id=2)
            waiting.expect(state("error"), '{"status":"error","data":null}')
            daemon.ask("cancel", task_id=1)
            running.expect(state("error"), '{"status":"error","data":null}')

    def test_it_is_no_classic_request(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            connection.submit("revers", "")
            connection.send('{"type":"cancel","task_id":1}')
            connection.expect_end()
            self.assertEqual(daemon.state_of(1), "execute")

    def test_it_ends_though_its_asker_has_gone(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as other:
            other.submit("revers", "")
            other.submit("revers", "")
            with daemon.connect() as vanishing:
                vanishing.send(numbered(1, "cancel", task_id=1))
            self.assertEqual(failure_code(other.ask("status", task_id=1, wait=True)), "cancelled")
            daemon.wait_for_state(2, "execute")


class Pipelines(unittest.TestCase):
    def test_positions_while_five_thousand_are_cancelled(self):
        count = 5000
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection, daemon.connect() as waiting:
            connection.pipeline((run("revers") + "\n") * (count + 1))
            last = count + 1
            waiting.send(numbered(1, "status", task_id=last, wait=True))
            others = list(range(2, last))
            random.Random(3).shuffle(others)
            left = count
            for begin in range(0, len(others), 1000):
                part = others[begin:begin + 1000]
                connection.send(*(numbered(task_id, "cancel", task_id=task_id) for task_id in part))
                replies = connection.replies_to(*part)
                self.assertEqual({failure_code(reply) for reply in replies}, {"cancelled"})
                left -= len(part)
                self.assertEqual(connection.ask("status", task_id=last)["position"], left)
                rest = sorted(others[begin + 1000:])
                for place in {0, len(rest) // 2, len(rest) - 1} if rest else ():
                    self.assertEqual(connection.ask("status", task_id=rest[place])["position"], place + 1)
            self.assertEqual(left, 1)
            stats = connection.ask("stats")
            self.assertEqual((stats["waiting"], stats["cancelled"], stats["submitted"]), (1, count - 1, count + 1))
            connection.ask("cancel", task_id=1)
            daemon.wait_for_state(last, "execute")
            connection.ask("cancel", task_id=last)
            self.assertEqual(failure_code(waiting.reply_to(1)), "cancelled")

    def test_every_one_in_turn_while_it_runs(self):
        count = 200
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            connection.pipeline((run("revers") + "\n") * count + run("echo", "last") + "\n")
            start = time.monotonic()
            for task_id in range(1, count + 1):
                self.assertEqual(failure_code(connection.ask("cancel", task_id=task_id)), "cancelled")
            self.assertEqual(connection.ask("get_result", task_id=count + 1, wait=True), {"status": "success", "data": "last"})
            self.assertLess(time.monotonic() - start, bound(1))

    def test_all_of_them_in_one_send(self):
        count = 1000
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            connection.pipeline((run("revers") + "\n") * count)
            connection.send(*(numbered(task_id, "cancel", task_id=task_id) for task_id in range(1, count + 2)))
            *replies, unknown = connection.replies_to(*range(1, count + 2))
            self.assertEqual({failure_code(reply) for reply in replies}, {"cancelled"})
            self.assertEqual(error_code(unknown), "unknown_task")
            connection.send(run("echo", "a"), status(count + 1), f'{{"type":"get_result","task_id":{count + 1}}}')
            connection.expect(submitted(count + 1), state("success"), result("success", "a"))


if __name__ == "__main__":
    unittest.main()
