"""run with a key: what is submitted again is done once."""

import statistics
import threading
import time
import unittest

from harness import TIMING, Daemon, error_code, failure_code, in_parallel, message, numbered, submitted

FOR_EVER = 1000  # a --time-scale


def keyed(seq, key, task_name="echo", data=""):
    return numbered(seq, "run", task_name=task_name, data=data, key=key)


class Keys(unittest.TestCase):
    def check_existing(self, reply, task_id, status):
        self.assertEqual((reply.get("task_id"), reply.get("existing"), reply.get("status")), (task_id, True, status))

    def test_a_known_key_gives_the_task_that_it_made_whatever_its_end(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            ask = {"task_name": "revers", "data": "ab", "key": "k"}
            other = {"task_name": "echo", "data": "", "key": "l"}
            first = connection.ask("run", **ask)
            self.assertEqual((first["task_id"], "existing" in first), (1, False))
            connection.ask("run", **other)
            running = connection.ask("run", **ask)
            self.check_existing(running, 1, "execute")
            self.assertEqual((running["position"], running["instance"]), (0, first["instance"]))
            waiting = connection.ask("run", **other)
            self.check_existing(waiting, 2, "waiting")
            self.assertEqual(waiting["position"], 1)
            connection.ask("cancel", task_id=1)
            self.assertEqual(connection.ask("status", task_id=2, wait=True)["status"], "success")
            for members, task_id, status in (ask, 1, "error"), (other, 2, "success"):
                again = connection.ask("run", **members)
                self.check_existing(again, task_id, status)
                self.assertEqual(set(again), {"task_id", "instance", "status", "existing"})
            self.assertEqual(connection.ask("stats")["submitted"], 2)

    def test_from_two_connections_at_once(self):
        count = 300
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as one, daemon.connect() as other:
            barrier = threading.Barrier(2)

            def submit(connection):
                barrier.wait()
                connection.send(*(keyed(number, f"key {number}") for number in range(count)))
                return connection.replies_to(*range(count))

            for first, second in zip(*in_parallel(lambda: submit(one), lambda: submit(other))):
                self.assertEqual(first["task_id"], second["task_id"])
                self.assertEqual(sorted(["existing" in first, "existing" in second]), [False, True])
            self.assertEqual(daemon.ask("stats")["submitted"], count)

    def test_after_a_reconnect(self):
        with Daemon(time_scale=0.01) as daemon:
            lost = daemon.connect()
            lost.send(keyed(1, "k", "revers", "ab"))
            # Before an answer could be read.
            lost.reset()
            reply = daemon.ask("run", task_name="revers", data="ab", key="k")
            self.assertEqual(reply["task_id"], 1)
            self.assertEqual(daemon.ask("get_result", task_id=1, wait=True), {"status": "success", "data": "ba"})
            self.check_existing(daemon.ask("run", task_name="revers", data="ab", key="k"), 1, "success")
            self.assertEqual(daemon.ask("stats")["submitted"], 1)

    def test_keys_are_told_apart_byte_for_byte(self):
        keys = ["k" * 128, "k" * 127, "я" * 64, "é", "e\u0301", "K", "k", " k", "\x00", "\x00\x00", "👩‍👩‍👧", "\n", '"']
        with Daemon() as daemon, daemon.connect() as connection:
            for again in False, True:
                for task_id, key in enumerate(keys, 1):
                    reply = connection.ask("run", task_name="echo", data="", key=key)
                    self.assertEqual((reply["task_id"], reply.get("existing", False)), (task_id, again), key)
            self.assertEqual(connection.ask("status", task_id=3, wait=True)["status"], "success")
            # The same text, spelt otherwise.
            connection.send('{"seq":1,"type":"run","task_name":"echo","data":"","key":"\\u044f' + "я" * 63 + '"}')
            self.check_existing(connection.reply_to(1), 3, "success")

    def test_other_content_is_a_conflict(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            connection.ask("run", task_name="echo", data="ab", key="k")
            for end in False, True:
                if end:
                    self.assertEqual(connection.ask("status", task_id=1, wait=True)["status"], "success")
                for name, data in ("echo", "ac"), ("echo", ""), ("echo", "ab "), ("revers", "ab"), ("reverse", "ab"):
                    reply = connection.ask("run", task_name=name, data=data, key="k")
                    self.assertEqual(error_code(reply), "key_conflict", (name, data))
                    self.assertIn("task 1 ", reply["error"]["message"])
                self.check_existing(connection.ask("run", task_name="echo", data="ab", key="k"), 1, connection.ask("status", task_id=1)["status"])
            stats = connection.ask("stats")
            self.assertEqual((stats["submitted"], stats["refused"]["key_conflict"]), (1, 10))

    def test_large_data_is_compared_whole(self):
        data = "я" * 400_000
        with Daemon() as daemon, daemon.connect() as connection:
            connection.ask("run", task_name="echo", data=data, key="k")
            for other in data[:-1] + "ж", "ж" + data[1:], data[:-1]:
                self.assertEqual(error_code(connection.ask("run", task_name="echo", data=other, key="k")), "key_conflict")
            self.assertIs(connection.ask("run", task_name="echo", data=data, key="k")["existing"], True)

    def test_a_refused_submit_leaves_no_key(self):
        with Daemon("--max-message", 300) as daemon, daemon.connect() as connection:
            refused = [
                {"task_name": "ecco", "data": ""}, {"task_name": "echo", "data": "", "instance": "0" * 16},
                {"task_name": "echo"}, {"task_name": "echo", "data": "", "wait": 5}]
            for members in refused:
                self.assertIsNotNone(error_code(connection.ask("run", key="k", **members)), members)
            connection.send(keyed(1, "k", data="x" * 300))
            self.assertEqual(error_code(connection.receive()), "too_large")
            reply = connection.ask("run", task_name="revers", data="", key="k")
            self.assertEqual((reply["task_id"], "existing" in reply), (1, False))

    def test_a_classic_request_has_none(self):
        with Daemon() as daemon, daemon.connect() as connection:
            classic = message(type="run", task_name="echo", data="", key="k")
            connection.send(classic, classic)
            connection.expect(submitted(1), submitted(2))
            reply = connection.ask("run", task_name="revers", data="", key="k")
            self.assertEqual((reply["task_id"], "existing" in reply), (3, False))

    def test_a_cancelled_task_keeps_its_key(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            connection.ask("run", task_name="revers", data="", key="k")
            connection.ask("cancel", task_id=1)
            self.check_existing(connection.ask("run", task_name="revers", data="", key="k"), 1, "error")
            self.assertEqual(failure_code(connection.ask("status", task_id=1)), "cancelled")

    def test_the_last_of_a_hundred_thousand_costs_what_the_first_did(self):
        parts, size = (100, 1000) if TIMING else (20, 100)
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            connection.submit("too_long_echo", "")
            times = []
            for part in range(parts):
                requests = "".join(keyed(1, f"{part}-{number}") + "\n" for number in range(size))
                start = time.monotonic()
                connection.pipeline(requests)
                times.append((time.monotonic() - start) * 1000)
            # Medians: other programs take the processors now and then, and the table of the keys grows.
            first, last = (statistics.median(some) for some in (times[:10], times[-10:]))
            print(f"{size} submits with keys: first {first:.1f} ms, last {last:.1f} ms, most {max(times):.1f} ms")
            self.check_existing(connection.ask("run", task_name="echo", data="", key="0-0"), 2, "waiting")
            self.check_existing(
                connection.ask("run", task_name="echo", data="", key=f"{parts - 1}-{size - 1}"),
                parts * size + 1, "waiting")
            self.assertEqual(connection.ask("stats")["submitted"], parts * size + 1)
            if TIMING:
                self.assertLess(last, 5 * max(first, 2))


if __name__ == "__main__":
    unittest.main()
