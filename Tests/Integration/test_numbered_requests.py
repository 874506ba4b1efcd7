"""Requests with a seq: what each answers, member by member, and in what order."""

import time
import unittest

from harness import (
    DAEMON_PROGRAM, Daemon, bound, get_result, message, numbered, program, result, run, state, status, submitted)

LARGEST = (1 << 53) - 1
FOR_EVER = 1000  # a --time-scale


class Members(unittest.TestCase):
    """The table of the protocol: no member is missing, and there is no other."""

    def test_run(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            first = connection.ask("run", task_name="revers", data="hello")
            self.assertRegex(first.pop("instance"), r"\A[0-9a-f]{16}\Z")
            self.assertEqual(first, {"task_id": 1, "status": "execute", "position": 0, "eta_ms": 2_000_000})
            second = connection.ask("run", task_name="permutation", data="hello")
            self.assertEqual(second.pop("instance"), daemon.ask("info")["instance"])
            left = second.pop("eta_ms")
            self.assertEqual(second, {"task_id": 2, "status": "waiting", "position": 1})
            self.assertTrue(7_000_000 - 20_000 < left <= 7_000_000, left)
            third = connection.ask("run", task_name="echo", data="", key="k")
            self.assertEqual(set(third), {"task_id", "instance", "status", "position", "eta_ms"})
            again = connection.ask("run", task_name="echo", data="", key="k")
            self.assertIs(again.pop("existing"), True)
            again["eta_ms"] = third["eta_ms"]
            self.assertEqual(again, third)

    def test_status(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            begin = time.time()
            connection.ask("run", task_name="echo", data="a")
            connection.ask("status", task_id=1, wait=True)
            end = time.time()
            connection.submit("no such task", "")
            for task_id in 3, 4, 5:
                self.assertEqual(connection.ask("run", task_name="revers", data="")["task_id"], task_id)
            connection.ask("cancel", task_id=5)

            finished = connection.ask("status", task_id=1)
            times = [finished.pop(name) for name in ("submitted_at", "started_at", "finished_at")]
            self.assertEqual(finished, {"status": "success", "task_name": "echo"})
            self.assertEqual(times, sorted(times))
            self.assertGreater(times[0], (begin - bound(0.1, 10)) * 1000)
            self.assertLess(times[2], (end + bound(0.1, 10)) * 1000)

            unknown = connection.ask("status", task_id=2)
            self.assertEqual(set(unknown), {"status", "submitted_at", "finished_at", "failure"})
            self.assertEqual(unknown["status"], "error")
            self.assertEqual(set(unknown["failure"]), {"code", "message"})
            self.assertEqual(unknown["failure"]["code"], "unknown_task_name")

            running = connection.ask("status", task_id=3)
            self.assertEqual(set(running), {"status", "task_name", "position", "eta_ms", "submitted_at", "started_at"})
            self.assertEqual((running["status"], running["task_name"], running["position"]), ("execute", "revers", 0))

            waiting = connection.ask("status", task_id=4)
            self.assertEqual(set(waiting), {"status", "task_name", "position", "eta_ms", "submitted_at"})
            self.assertEqual((waiting["status"], waiting["task_name"], waiting["position"]), ("waiting", "revers", 1))

            cancelled = connection.ask("status", task_id=5)
            self.assertEqual(set(cancelled), {"status", "task_name", "submitted_at", "finished_at", "failure"})
            self.assertEqual(cancelled["failure"]["code"], "cancelled")

    def test_get_result(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            connection.send(numbered(1, "run", task_name="echo", data="кот\n"), numbered(2, "get_result", task_id=1, wait=True))
            self.assertEqual(connection.reply_to(1)["task_id"], 1)
            self.assertEqual(connection.reply_to(2), {"status": "success", "data": "кот\n"})
            connection.submit("no such task", "")
            failed = connection.ask("get_result", task_id=2)
            self.assertEqual(failed.pop("failure")["code"], "unknown_task_name")
            self.assertEqual(failed, {"status": "error", "data": None})
            connection.ask("run", task_name="revers", data="")
            connection.ask("run", task_name="revers", data="")
            self.assertEqual(connection.ask("get_result", task_id=3), {"status": "execute", "data": None})
            self.assertEqual(connection.ask("get_result", task_id=4), {"status": "waiting", "data": None})
            # Again and again.
            for _ in range(3):
                self.assertEqual(connection.ask("get_result", task_id=1), {"status": "success", "data": "кот\n"})

    def test_info(self):
        limits = {
            "max-message": 5000, "max-queued": 6000, "max-memory": 7_000_000, "keep-results": 8000, "keep-for": 9000,
            "max-connections": 10, "max-unanswered": 11_000, "timeout": 120_000, "write-timeout": 4000, "drain-timeout": 3000}
        times = "keep-for", "timeout", "write-timeout", "drain-timeout"
        options = [word for name, value in limits.items() for word in (f"--{name}", f"{value}ms" if name in times else value)]
        with Daemon(*options, time_scale=0.0015) as daemon:
            info = daemon.ask("info")
            self.assertRegex(info.pop("instance"), r"\A[0-9a-f]{16}\Z")
            version = info.pop("version")
            self.assertIn(version, program(DAEMON_PROGRAM, "--version").output)
            self.assertRegex(version, r"\A\d+\.\d+")
            delays = {"echo": 0, "revers": 3, "reverse": 3, "permutation": 8, "too_long_echo": 30}
            self.assertEqual(info, {
                "name": "uv-taskd",
                "protocol": 1,
                "task_types": [
                    {"name": name, "delay_ms": delay, "usual_ms": delay} for name, delay in delays.items()],
                "limits": limits,
            })

    def test_info_tells_where_there_is_no_limit(self):
        with Daemon() as daemon:
            limits = daemon.ask("info")["limits"]
            self.assertIsNone(limits["timeout"])
            self.assertIsNone(limits["keep-for"])
            self.assertEqual(limits["max-message"], 1 << 20)

    def test_an_instance_is_one_life_of_the_daemon(self):
        with Daemon() as daemon:
            instance = daemon.ask("info")["instance"]
            self.assertEqual(daemon.ask("info")["instance"], instance)
            with Daemon() as other:
                self.assertNotEqual(other.ask("info")["instance"], instance)


class Order(unittest.TestCase):
    def test_the_reply_carries_the_seq_of_its_request(self):
        with Daemon() as daemon, daemon.connect() as connection:
            connection.send(*(numbered(seq, "run", task_name="echo", data="") for seq in (0, LARGEST, 7, 7)))
            for task_id, seq in enumerate((0, LARGEST, 7, 7), 1):
                self.assertEqual(connection.reply_to(seq)["task_id"], task_id)

    def test_what_waits_holds_nothing_back(self):
        with Daemon(time_scale=0.1) as daemon, daemon.connect() as connection:
            connection.send(
                numbered(1, "run", task_name="revers", data="ab"),
                numbered(2, "get_result", task_id=1, wait=True),
                numbered(3, "status", task_id=1),
                numbered(4, "stats"),
                numbered(5, "get_result", task_id=1))
            connection.reply_to(1)
            self.assertEqual(connection.reply_to(3)["status"], "execute")
            self.assertEqual(connection.reply_to(4)["waits"], 1)
            self.assertEqual(connection.reply_to(5), {"status": "execute", "data": None})
            connection.expect('{"seq":2,"status":"success","data":"ba"}')

    def test_many_in_flight_are_answered_as_their_tasks_end(self):
        count = 50
        with Daemon(time_scale=0.001) as daemon, daemon.connect() as connection:
            for number in range(1, count + 1):
                connection.submit("revers", f"<{number}")
            # Asked for backwards; those that wait come in the order of the ends.
            connection.send(*(numbered(number, "get_result", task_id=number, wait=True) for number in range(count, 0, -1)))
            replies = connection.replies_to(*range(1, count + 1))
            self.assertEqual(replies, [
                {"status": "success", "data": f"<{number}"[::-1]} for number in range(1, count + 1)])

    def test_the_same_seq_twice_in_flight(self):
        with Daemon(time_scale=0.05) as daemon, daemon.connect() as connection:
            connection.submit("revers", "ab")
            connection.submit("revers", "cd")
            connection.send(
                numbered(9, "get_result", task_id=2, wait=True), numbered(9, "get_result", task_id=1, wait=True),
                numbered(9, "get_result", task_id=1, wait=True), numbered(9, "status", task_id=2))
            self.assertEqual(connection.reply_to(9)["status"], "waiting")
            for data in "ba", "ba", "dc":
                self.assertEqual(connection.reply_to(9), {"status": "success", "data": data})


class MixedWithClassicRequests(unittest.TestCase):
    """The classic ones are answered byte for byte as on a connection without a seq."""

    def test_classic_replies_have_no_other_member(self):
        with Daemon() as daemon, daemon.connect() as connection:
            connection.ask("info")
            # What only a request with a seq may have is passed over.
            connection.send(
                message(type="run", task_name="revers", data="hello", key="k"),
                message(type="run", task_name="revers", data="hello", key="k"),
                message(type="status", task_id=2, wait=True, timeout_ms="soon", instance=5),
                message(type="get_result", task_id=1, wait=True))
            connection.expect(submitted(1), submitted(2), state("success"), result("success", "olleh"))
            connection.send(run("no such task"), status(3), get_result(3))
            connection.expect(submitted(3), state("error"), '{"status":"error","data":null}')

    def test_a_held_status_holds_back_what_follows_but_no_earlier_wait(self):
        with Daemon(time_scale=0.05) as daemon, daemon.connect() as connection:
            connection.send(run("revers", "ab"), run("revers", "cd"))
            connection.expect(submitted(1), submitted(2))
            connection.send(
                numbered(1, "get_result", task_id=1, wait=True), status(2), numbered(2, "status", task_id=2),
                get_result(2), numbered(3, "run", task_name="echo", data=""))
            connection.expect('{"seq":1,"status":"success","data":"ba"}', state("success"))
            self.assertEqual(connection.reply_to(2)["status"], "success")
            connection.expect(result("success", "dc"))
            self.assertEqual(connection.reply_to(3)["task_id"], 3)

    def test_a_status_is_not_held_for_a_task_that_came_with_a_seq(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            connection.ask("run", task_name="revers", data="")
            connection.send(status(1))
            connection.expect(state("execute"))

    def test_with_a_seq_status_is_not_held_on_the_submitting_connection(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            connection.submit("revers", "")
            self.assertEqual(connection.ask("status", task_id=1)["status"], "execute")

    def test_an_unknown_id_without_a_seq_still_closes_the_connection(self):
        with Daemon() as daemon:
            for request in status(1), get_result(1):
                with self.subTest(request), daemon.connect() as connection:
                    connection.ask("info")
                    connection.send(request, numbered(1, "info"))
                    connection.expect_end()


if __name__ == "__main__":
    unittest.main()
