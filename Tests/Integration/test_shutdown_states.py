"""The stop of a daemon that is in trouble: full, crowded, out of descriptors, or with clients that do not read."""

import contextlib
import time
import unittest

from harness import (
    TIMING, Daemon, allow_open_files, bound, failure_code, get_result, numbered, run, state, status, submitted,
    wait_until,
)

FOR_EVER = 1000  # a --time-scale


class StateCase(unittest.TestCase):
    def start(self, *options, **more):
        daemon = Daemon(*options, **more)
        self.addCleanup(daemon.close)
        self.addCleanup(daemon.check_health)
        return daemon

    def connect(self, daemon, count):
        connections = [daemon.connect() for _ in range(count)]
        for connection in connections:
            self.addCleanup(connection.close)
        return connections

    def check_end(self, daemon, start, within, code=0):
        self.assertEqual(daemon.exit_code(), code, daemon.log)
        self.assertLess(time.monotonic() - start, bound(within))
        self.assertTrue(daemon.log.endswith(" stopped\n"), daemon.log)
        self.assertFalse(daemon.port_file.exists())

    @staticmethod
    def interrupt(daemon):
        daemon.interrupt()
        daemon.wait_for_log("^C again to interrupt it")


class Full(StateCase):
    def test_a_queue_of_a_hundred_thousand_is_dropped_at_once(self):
        count = 100_000 if TIMING else 10_000
        daemon = self.start("--max-queued", count, "--keep-results", 10, time_scale=FOR_EVER)
        with daemon.connect() as connection, daemon.connect() as waiting:
            connection.pipeline((run("revers") + "\n") * (count + 1))
            ids = 2, count, count + 1
            waiting.send(*(numbered(task_id, "status", task_id=task_id, wait=True) for task_id in ids))
            daemon.wait_for_waits(3)
            start = time.monotonic()
            self.interrupt(daemon)
            self.assertIn(f"stopping: {count} waiting tasks dropped\n", daemon.log)
            for reply in waiting.replies_to(*ids):
                self.assertEqual(failure_code(reply), "shut_down")
            stats = connection.ask("stats")
            self.assertEqual((stats["waiting"], stats["failed"], stats["running"]), (0, count, 1))
            # Whoever asks later is told as well: in a drain nothing is forgotten.
            self.assertEqual(failure_code(connection.ask("status", task_id=5)), "shut_down")
            self.assertLess(time.monotonic() - start, bound(1))
            start = time.monotonic()
            daemon.terminate()
            self.check_end(daemon, start, 1, code=143)

    def test_everyone_who_waits_is_told_of_the_stop_where_nothing_is_kept_for_long(self):
        # More than are told in one round of the loop.
        connections, share = 12, 1000
        daemon = self.start("--keep-results", 1, "--keep-for", "1ms", time_scale=FOR_EVER)
        with daemon.connect() as submitter:
            submitter.pipeline((run("revers") + "\n") * (share + 1))
            waiting = self.connect(daemon, connections)
            for connection in waiting:
                connection.send(*(
                    numbered(seq, "get_result", task_id=seq + 2, wait=True) for seq in range(share)))
            daemon.wait_for_waits(connections * share)
            self.interrupt(daemon)
            for connection in waiting:
                replies = connection.replies_to(*range(share))
                self.assertEqual({failure_code(reply) for reply in replies}, {"shut_down"})

    def test_nothing_is_forgotten_in_a_drain_whatever_its_age(self):
        daemon = self.start("--keep-for", "300ms", time_scale=FOR_EVER)
        with daemon.connect() as connection:
            # The echo ends before the drain: from then on the daemon looks at ages.
            connection.send(run("echo", "a"), status(1), run("revers"), run("revers"))
            connection.expect(submitted(1), state("success"), submitted(2), submitted(3))
            self.interrupt(daemon)
            self.assertEqual(failure_code(connection.ask("status", task_id=3, wait=True)), "shut_down")
            self.assertIs(connection.ask("status", task_id=2, wait=True, timeout_ms=700)["timed_out"], True)
            self.assertEqual(failure_code(connection.ask("status", task_id=3)), "shut_down")

    def test_waits_that_are_not_read_yet_are_answered_too(self):
        # A thousand are under way; the others are in the daemon's memory.
        count = 1500
        daemon = self.start(time_scale=0.05)
        with daemon.connect() as submitter, daemon.connect() as waiting:
            submitter.submit("too_long_echo", "done")
            waiting.send(*(numbered(seq, "get_result", task_id=1, wait=True) for seq in range(count)))
            daemon.wait_for_waits(1000)
            start = time.monotonic()
            self.interrupt(daemon)
            self.assertEqual({reply["data"] for reply in waiting.replies_to(*range(count))}, {"done"})
            waiting.expect_end()
            # The task's second, and one that the client has to close.
            self.check_end(daemon, start, 4)


class Crowded(StateCase):
    def test_thousands_hold_a_classic_status(self):
        count = 2000 if TIMING else 300
        allow_open_files(count + 200)
        daemon = self.start(time_scale=FOR_EVER)
        with daemon.connect() as first:
            first.send(run("revers"), status(1))
            first.expect(submitted(1))
            crowd = self.connect(daemon, count)
            for connection in crowd:
                connection.send(run("revers", "ab"), numbered(1, "list", limit=1))
            for connection in crowd:
                task = connection.receive()["task_id"]
                connection.receive_line()
                connection.send(status(task), get_result(task))
            daemon.wait_for_waits(count + 1)
            start = time.monotonic()
            self.interrupt(daemon)
            for connection in crowd:
                connection.expect(state("error"), '{"status":"error","data":null}')
            self.assertLess(time.monotonic() - start, bound(2))
            start = time.monotonic()
            daemon.interrupt()
            first.expect(state("error"))
            for connection in [first, *crowd]:
                connection.expect_end()
            self.check_end(daemon, start, 1, code=130)
            self.assertIn("stopping at once: task 1 is interrupted\n", daemon.log)

    def test_refused_clients_that_stay(self):
        daemon = self.start("--max-connections", 1, time_scale=FOR_EVER)
        with daemon.connect() as inside:
            inside.ask("list")
            refused = self.connect(daemon, 10)
            for connection in refused:
                connection.receive_line()
            start = time.monotonic()
            daemon.terminate()
            inside.expect_end()
            self.check_end(daemon, start, 0.5)

    def test_out_of_descriptors(self):
        for name, options in ("serving", {}), ("draining", {"time_scale": 0.15}):
            with self.subTest(name):
                # It was started with files open that it knows nothing of.
                opening = (
                    "bash", "-c", 'for _ in {1..30}; do exec {file}</dev/null; done; ulimit -n 64 && exec "$@"', "bash")
                daemon = self.start(command=opening, **options)
                with daemon.connect() as inside:
                    if options:
                        inside.submit("too_long_echo", "done")
                    inside.ask("list")
                    self.connect(daemon, 100)
                    daemon.wait_for_log("accepted no connections")
                    start = time.monotonic()
                    daemon.terminate()
                    if options:
                        self.assertEqual(inside.ask("get_result", task_id=1, wait=True)["data"], "done")
                    inside.expect_end()
                    self.check_end(daemon, start, 5)


class NotReading(StateCase):
    SIZE = 1_000_000

    def test_waits_whose_answers_are_not_taken_keep_nobody(self):
        daemon = self.start(time_scale=0.05)
        with daemon.connect() as greedy, daemon.connect() as other:
            greedy.submit("too_long_echo", "x" * self.SIZE)
            greedy.send(*(numbered(seq, "get_result", task_id=1, wait=True) for seq in range(100)))
            other.send(numbered(1, "status", task_id=1, wait=True))
            daemon.wait_for_waits(101)
            self.interrupt(daemon)
            self.assertEqual(other.reply_to(1)["status"], "success")
            start = time.monotonic()
            other.expect_end()
            self.check_end(daemon, start, 3)

    def leaving(self):
        """A daemon that has nothing left to do but to wait for a client that does not read; and the client."""
        daemon = self.start()
        greedy = daemon.connect()
        self.addCleanup(greedy.close)
        greedy.send(run("echo", "x" * self.SIZE), status(1))
        greedy.expect(submitted(1), state("success"))
        greedy.send(*[get_result(1)] * 100)
        # Until its replies are stuck.
        wait_until(lambda: daemon.ask("stats")["connection_bytes"] > 0, "bytes that are not taken")
        daemon.terminate()
        return daemon, greedy

    def test_it_has_a_second_to_take_them(self):
        start = time.monotonic()
        daemon, _ = self.leaving()
        self.check_end(daemon, start, 3)

    def test_a_second_signal_does_not_wait_for_it_and_nothing_was_cut_off(self):
        daemon, _ = self.leaving()
        start = time.monotonic()
        # The port file goes when it begins to leave.
        wait_until(lambda: not daemon.port_file.exists(), "its leave")
        daemon.terminate()
        self.check_end(daemon, start, 0.5)

    def test_a_third_signal_changes_nothing(self):
        daemon = self.start(time_scale=FOR_EVER)
        with daemon.connect() as greedy:
            greedy.send(run("revers"), status(1))
            greedy.expect(submitted(1))
            self.interrupt(daemon)
            start = time.monotonic()
            daemon.interrupt()
            daemon.terminate()
            with contextlib.suppress(ConnectionResetError):
                greedy.expect(state("error"))
            self.assertIn(daemon.exit_code(), (130, 143), daemon.log)
            self.assertLess(time.monotonic() - start, bound(1))


if __name__ == "__main__":
    unittest.main()
