"""Requests that wait for the end of a task: by any connection, on any task, with time-outs and without."""

import time
import unittest

from harness import (
    Daemon, allow_open_files, bound, failure_code, numbered, run, state, status, submitted, wait_until)

FOR_EVER = 1000  # a --time-scale


class Ends(unittest.TestCase):
    def test_every_connection_hears_of_every_task(self):
        with Daemon(time_scale=0.05) as daemon, daemon.connect() as submitter:
            connections = [daemon.connect() for _ in range(5)]
            for connection in connections:
                self.addCleanup(connection.close)
            submitter.send(run("revers", "ab"), run("no such task"), run("revers", "cd"))
            submitter.expect(submitted(1), submitted(2), submitted(3))
            for number, connection in enumerate(connections):
                connection.send(
                    numbered(number, "get_result", task_id=3, wait=True), numbered(10, "status", task_id=1, wait=True),
                    numbered(11, "get_result", task_id=1, wait=True), numbered(12, "status", task_id=2, wait=True))
            for number, connection in enumerate(connections):
                self.assertEqual(failure_code(connection.reply_to(12)), "unknown_task_name")
                self.assertEqual(connection.reply_to(10)["status"], "success")
                self.assertEqual(connection.reply_to(11), {"status": "success", "data": "ba"})
                self.assertEqual(connection.reply_to(number), {"status": "success", "data": "dc"})
            self.assertEqual(daemon.ask("stats")["waits"], 0)

    def test_a_finished_task_is_answered_at_once(self):
        with Daemon() as daemon, daemon.connect() as connection:
            connection.submit("echo", "a")
            for members in {}, {"timeout_ms": 0}, {"timeout_ms": 1 << 50}:
                self.assertEqual(
                    connection.ask("get_result", task_id=1, wait=True, **members), {"status": "success", "data": "a"})
            self.assertNotIn("timed_out", connection.ask("status", task_id=1, wait=True, timeout_ms=0))

    def test_the_status_at_the_end_tells_all(self):
        with Daemon(time_scale=0.05) as daemon, daemon.connect() as connection:
            connection.submit("revers", "ab")
            reply = connection.ask("status", task_id=1, wait=True)
            self.assertEqual(
                list(reply), ["status", "task_name", "submitted_at", "started_at", "finished_at"])
            ran = reply["finished_at"] - reply["started_at"]
            self.assertTrue(100 <= ran <= bound(110, 20_000), ran)

    def test_half_a_close_is_answered_first(self):
        with Daemon(time_scale=0.05) as daemon, daemon.connect() as connection:
            connection.send(
                run("revers", "ab"), numbered(1, "get_result", task_id=1, wait=True),
                numbered(2, "status", task_id=1, wait=True, timeout_ms=1), numbered(3, "status", task_id=1))
            connection.end_input()
            connection.expect(submitted(1))
            self.assertEqual(connection.reply_to(3)["status"], "execute")
            self.assertIs(connection.reply_to(2)["timed_out"], True)
            connection.expect('{"seq":1,"status":"success","data":"ba"}')
            connection.expect_end()

    def test_an_idle_time_out_does_not_end_a_connection_that_waits(self):
        with Daemon("--timeout", "100ms", time_scale=0.25) as daemon, daemon.connect() as connection:
            connection.send(run("revers", "ab"), numbered(1, "get_result", task_id=1, wait=True))
            connection.expect(submitted(1), '{"seq":1,"status":"success","data":"ba"}')
            connection.expect_end()


class TimeOuts(unittest.TestCase):
    def test_the_task_is_told_as_it_then_stands(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            connection.send(run("revers"), run("revers"))
            connection.expect(submitted(1), submitted(2))
            for timeout in 0, 1, 20:
                running = connection.ask("status", task_id=1, wait=True, timeout_ms=timeout)
                self.assertEqual(
                    list(running),
                    ["status", "task_name", "position", "eta_ms", "submitted_at", "started_at", "timed_out"])
                self.assertEqual((running["status"], running["position"], running["timed_out"]), ("execute", 0, True))
                waiting = connection.ask("get_result", task_id=2, wait=True, timeout_ms=timeout)
                self.assertEqual(waiting, {"status": "waiting", "data": None, "timed_out": True})
            self.assertEqual(connection.ask("stats")["waits"], 0)
            # Without a wait there is no time-out.
            self.assertNotIn("timed_out", connection.ask("status", task_id=1, timeout_ms=0))
            self.assertNotIn("timed_out", connection.ask("status", task_id=1, wait=False, timeout_ms=0))

    def test_each_comes_at_its_time(self):
        timeouts = [300, 50, 150, 50, 1]
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            connection.submit("revers", "")
            start = time.monotonic()
            connection.send(*(
                numbered(number, "status", task_id=1, wait=True, timeout_ms=timeout)
                for number, timeout in enumerate(timeouts)))
            for number in sorted(range(len(timeouts)), key=lambda number: timeouts[number]):
                reply = connection.receive()
                elapsed = (time.monotonic() - start) * 1000
                # Those of the same time come in any order.
                self.assertEqual(timeouts[reply["seq"]], timeouts[number])
                # The loop counts whole milliseconds.
                self.assertGreaterEqual(elapsed, timeouts[number] - 1.5)
                self.assertLess(elapsed, timeouts[number] + bound(25, 20_000))

    def test_it_is_none_where_the_task_ends_before(self):
        with Daemon(time_scale=0.01) as daemon, daemon.connect() as connection:
            connection.submit("revers", "ab")
            for timeout in 25_000, (1 << 53) - 1:
                connection.send(numbered(timeout, "get_result", task_id=1, wait=True, timeout_ms=timeout))
            for timeout in 25_000, (1 << 53) - 1:
                self.assertEqual(connection.reply_to(timeout), {"status": "success", "data": "ba"})

    def test_who_waits_on_hears_of_the_end(self):
        with Daemon(time_scale=0.1) as daemon, daemon.connect() as connection, daemon.connect() as other:
            connection.submit("revers", "ab")
            other.send(numbered(1, "get_result", task_id=1, wait=True))
            self.assertIs(connection.ask("status", task_id=1, wait=True, timeout_ms=10)["timed_out"], True)
            self.assertEqual(connection.ask("status", task_id=1, wait=True)["status"], "success")
            other.expect('{"seq":1,"status":"success","data":"ba"}')


class Many(unittest.TestCase):
    def test_a_thousand_connections_wait_for_one_task(self):
        self.check_all_are_answered(connections=1000, waits=1)

    def test_ten_connections_wait_a_hundred_times_each(self):
        self.check_all_are_answered(connections=10, waits=100)

    def check_all_are_answered(self, connections, waits):
        allow_open_files(connections + 100)
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as other:
            other.send(run("revers"), run("echo", "a"))
            other.expect(submitted(1), submitted(2))
            waiting = [daemon.connect() for _ in range(connections)]
            for connection in waiting:
                self.addCleanup(connection.close)
                connection.send(*(numbered(seq, "get_result", task_id=2, wait=True) for seq in range(waits)))
            daemon.wait_for_waits(connections * waits)
            start = time.monotonic()
            other.ask("cancel", task_id=1)
            for connection in waiting:
                connection.expect(*(f'{{"seq":{seq},"status":"success","data":"a"}}' for seq in range(waits)))
            self.assertLess(time.monotonic() - start, bound(0.5))
            self.assertEqual(other.ask("stats")["waits"], 0)

    def test_a_thousand_time_outs_on_one_connection(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            connection.submit("revers", "")
            connection.send(*(
                numbered(seq, "get_result", task_id=1, wait=True, timeout_ms=seq % 50) for seq in range(1000)))
            for reply in connection.replies_to(*range(1000)):
                self.assertEqual(reply, {"status": "execute", "data": None, "timed_out": True})
            self.assertEqual(connection.ask("stats")["waits"], 0)


class Vanishing(unittest.TestCase):
    """Who goes away while it waits leaves nothing behind, and stops nothing."""

    def test_a_reset_takes_the_waits_with_it_at_once(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as other:
            other.send(run("revers"), run("echo", "a"))
            other.expect(submitted(1), submitted(2))
            other.send(numbered(1, "get_result", task_id=2, wait=True))
            vanishing = [daemon.connect() for _ in range(20)]
            for connection in vanishing:
                connection.send(
                    numbered(1, "status", task_id=1, wait=True), numbered(2, "status", task_id=2, wait=True),
                    numbered(3, "status", task_id=2, wait=True, timeout_ms=1 << 40))
            daemon.wait_for_waits(61)
            for connection in vanishing:
                connection.reset()
            daemon.wait_for_waits(1)
            self.assertEqual(daemon.state_of(1), "execute")
            daemon.ask("cancel", task_id=1)
            other.expect('{"seq":1,"status":"success","data":"a"}')
            stats = daemon.ask("stats")
            self.assertEqual((stats["connections"], stats["waits"], stats["running"]), (2, 0, 0))

    def test_a_close_takes_them_with_it_as_soon_as_an_answer_cannot_be_sent(self):
        # Before, it looks like a client that has only shut down its sending side.
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as other:
            other.send(run("revers"), run("revers"), run("revers"))
            other.expect(submitted(1), submitted(2), submitted(3))
            for _ in range(20):
                with daemon.connect() as vanishing:
                    vanishing.send(*(numbered(task, "status", task_id=task, wait=True) for task in (1, 2, 3)))
            daemon.wait_for_waits(60)
            daemon.ask("cancel", task_id=1)
            daemon.wait_for_waits(40)
            # The answer to a closed socket was answered with a reset, so the next one fails.
            daemon.ask("cancel", task_id=2)
            daemon.wait_for_waits(0)
            self.assertEqual(daemon.state_of(3), "execute")
            wait_until(lambda: daemon.ask("stats")["connections"] == 2, "the end of the connections")

    def test_a_task_goes_on_without_its_submitter(self):
        with Daemon(time_scale=0.05) as daemon:
            vanishing = daemon.connect()
            vanishing.ask("run", task_name="revers", data="ab")
            vanishing.send(numbered(9, "get_result", task_id=1, wait=True))
            daemon.wait_for_waits(1)
            vanishing.reset()
            self.assertEqual(daemon.ask("get_result", task_id=1, wait=True), {"status": "success", "data": "ba"})

    def test_a_client_that_takes_no_answers_stops_nobody(self):
        size = 500_000
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as greedy, daemon.connect() as other:
            other.send(run("revers"), run("echo", "x" * size))
            other.expect(submitted(1), submitted(2))
            greedy.send(*(numbered(seq, "get_result", task_id=2, wait=True) for seq in range(50)))
            other.send(numbered(1, "status", task_id=2, wait=True))
            daemon.wait_for_waits(51)
            daemon.ask("cancel", task_id=1)
            self.assertEqual(other.reply_to(1)["status"], "success")
            other.send(status(2))
            other.expect(state("success"))
            # Nothing is lost for one that takes them late.
            for reply in greedy.replies_to(*range(50)):
                self.assertEqual(len(reply["data"]), size)


if __name__ == "__main__":
    unittest.main()
