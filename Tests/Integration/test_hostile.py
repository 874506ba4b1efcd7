"""Hostile and unlucky clients: whatever one does, the daemon lives, is bounded, and serves the others.

Elsewhere: one byte at a time, a newline inside an object and an HTTP POST (test_framing), every oddity of JSON
(test_json_oddities), what all connections may hold together (test_connection_limits), a daemon that is stopped
(test_command_failures).

Environment:
  UV_TASK_LONG  1 for a minute of random bytes; else it is some seconds
  UV_TASK_SEED  the seed of the random bytes, to see a failure again
"""

import contextlib
import os
import random
import resource
import select
import signal
import socket
import time
import unittest

from harness import (
    PATIENCE, TIMING, ClientProcess, Daemon, allow_open_files, bound, error_code, get_result, message, numbered, result,
    run, state, status, submitted, wait_until,
)
from processes import open_descriptors, processor_seconds, resident_bytes, with_open_files

FOR_EVER = 1000  # a --time-scale
MIB = 1 << 20
BROKEN_CONNECTION = ConnectionResetError, BrokenPipeError


def descriptors_with(connection, daemon):
    """How many the daemon has open with this connection."""
    # It may not have been accepted yet.
    connection.ask("list", limit=1)
    return open_descriptors(daemon.pid)


def wait_for_connections(connection, count):
    """Asked on one of them."""
    wait_until(lambda: connection.ask("stats")["connections"] == count, f"{count} connections")


class LineThatNeverEnds(unittest.TestCase):
    """Two hundred times the longest message."""

    PIECE = b"x" * MIB
    COUNT = 200 if TIMING else 20

    def check_flat(self, daemon, connection, beginning):
        before = resident_bytes(daemon.pid)
        connection.send_bytes(beginning)
        for _ in range(self.COUNT):
            connection.send_bytes(self.PIECE)
        self.assertLess(resident_bytes(daemon.pid) - before, bound(8 * MIB, 200 * MIB))

    def test_it_is_refused_once_and_passed_over(self):
        for name, beginning, code in (
                ("a string", '{"seq":1,"x":"', "too_large"), ("no object", "x", "bad_request")):
            with self.subTest(name), Daemon() as daemon, daemon.connect() as connection:
                connection.ask("info")
                self.check_flat(daemon, connection, beginning)
                self.assertEqual(error_code(connection.receive()), code)
                connection.send_bytes("\n")
                stats = connection.ask("stats")
                self.assertEqual((stats["refused"][code], stats["connection_bytes"]), (1, 0))

    def test_without_a_seq_before_it_the_connection_is_closed(self):
        with Daemon() as daemon, daemon.connect() as connection:
            with self.assertRaises(BROKEN_CONNECTION):
                self.check_flat(daemon, connection, '{"x":"')
                # Where it all went into the system's buffers.
                connection.expect_end()
                raise ConnectionResetError
            self.assertEqual(daemon.ask("stats")["refused"]["too_large"], 1)


class Floods(unittest.TestCase):
    def test_requests_without_reading_the_answers(self):
        # They ask for large results, and for many small ones, again and again, and read none.
        size = 1_000_000
        with Daemon() as daemon, daemon.connect() as good:
            good.send(run("echo", "x" * size), run("echo", "small"), status(2))
            good.expect(submitted(1), submitted(2), state("success"))
            before = resident_bytes(daemon.pid)

            greedy = [daemon.connect() for _ in range(6)]
            for number, connection in enumerate(greedy):
                self.addCleanup(connection.close)
                self.ask_until_blocked(
                    connection, (get_result(1), get_result(2), numbered(1, "info"))[number % 3])
            longest = 0.0
            for _ in range(100):
                start = time.monotonic()
                good.send(get_result(2))
                good.expect(result("success", "small"))
                longest = max(longest, time.monotonic() - start)

            self.assertLess(longest, bound(0.25))
            # They have asked for far more than even the wide bound.
            self.assertLess(resident_bytes(daemon.pid) - before, bound(20 * MIB, 500 * MIB))
            for connection in greedy[::3]:
                connection.expect(result("success", "x" * size))

    def ask_until_blocked(self, connection, request):
        requests = (request + "\n").encode() * 1000
        connection.socket.setblocking(False)
        sent = 0
        blocked_since = None
        # The daemon's reads empty the buffers now and then: full is what stays full.
        while blocked_since is None or time.monotonic() < blocked_since + 0.1:
            try:
                sent += connection.socket.send(requests[sent % len(requests):])
                blocked_since = None
            except BlockingIOError:
                blocked_since = blocked_since or time.monotonic()
                time.sleep(0.005)
            self.assertLess(sent, 200_000_000, "the daemon takes requests without end")
        connection.socket.settimeout(30)
        self.assertGreater(sent // len(request), 1000)

    def test_requests_and_then_a_close(self):
        clients, count = (20, 5000) if TIMING else (5, 2000)
        with Daemon() as daemon, daemon.connect() as other:
            before = descriptors_with(other, daemon)
            requests = (run("echo", "x") + "\n" + numbered(1, "stats") + "\n") * count
            for number in range(clients):
                with daemon.connect() as flooding:
                    flooding.socket.setblocking(False)
                    with contextlib.suppress(BlockingIOError):
                        flooding.socket.send(requests.encode())
                    if number % 2:
                        flooding.reset()
            wait_for_connections(other, 1)
            # What was taken in is run, whoever has gone.
            wait_until(lambda: other.ask("stats")["succeeded"] == other.ask("stats")["submitted"], "the tasks' ends")
            self.assertEqual(other.ask("stats")["waits"], 0)
            self.assertEqual(open_descriptors(daemon.pid), before)

    def test_submits_and_cancels_behind_a_long_queue(self):
        waiting, storm = (99_999, 300_000) if TIMING else (4999, 20_000)
        batch = storm // 20
        with Daemon("--max-queued", waiting + 1, "--keep-results", batch, time_scale=FOR_EVER) as daemon, \
                daemon.connect() as connection:
            connection.pipeline((run("revers", "ab") + "\n") * (waiting + 1))
            next_id = waiting + 2
            seconds, memory = [], []
            for first in range(next_id, next_id + storm, batch):
                pairs = (
                    numbered(1, "run", task_name="revers", data="ab") + "\n" + numbered(2, "cancel", task_id=task_id)
                    for task_id in range(first, first + batch))
                text = "\n".join(pairs) + "\n"
                start = time.monotonic()
                connection.pipeline(text)
                seconds.append(time.monotonic() - start)
                memory.append(resident_bytes(daemon.pid))
            last = connection.ask("run", task_name="echo", data="")
            self.assertEqual((last["task_id"], last["position"]), (next_id + storm, waiting + 1))
            self.assertEqual(error_code(connection.ask("run", task_name="echo", data="")), "queue_full")
            stats = connection.ask("stats")
            self.assertEqual((stats["cancelled"], stats["waiting"], stats["kept"]), (storm, waiting + 1, batch))
            # From the second one on as many finished tasks are kept as may be.
            self.assertLess(memory[-1] - memory[2], bound(8 * MIB, 200 * MIB))
            if TIMING:
                self.assertLess(min(seconds[-5:]), 2 * min(seconds[:5]) + 0.05)


class BrokenOff(unittest.TestCase):
    def test_a_reset_in_mid_reply(self):
        with Daemon() as daemon, daemon.connect() as other:
            other.send(run("echo", "x" * 1_000_000), status(1))
            other.expect(submitted(1), state("success"))
            before = descriptors_with(other, daemon)
            for number in range(200 if TIMING else 50):
                connection = daemon.connect()
                connection.send(*[get_result(1)] * 10)
                self.assertTrue(connection.socket.recv(1000))
                connection.reset() if number % 2 else connection.close()
            wait_for_connections(other, 1)
            stats = other.ask("stats")
            self.assertEqual((stats["connection_bytes"], open_descriptors(daemon.pid)), (0, before))

    def test_half_a_close_after_the_request_is_still_answered(self):
        with Daemon(time_scale=0.1) as daemon, daemon.connect() as connection:
            connection.send(run("revers", "ab"), status(1), get_result(1))
            connection.send_bytes(numbered(1, "get_result", task_id=1))
            connection.end_input()
            connection.expect(submitted(1), state("success"), result("success", "ba"))
            self.assertEqual(connection.reply_to(1), {"status": "success", "data": "ba"})
            connection.expect_end()

    def test_out_of_band_data(self):
        text = run("echo", "a").encode()
        with Daemon() as daemon, daemon.connect() as other:
            for task_id, place in enumerate((0, 1, len(text) // 2, len(text)), 1):
                with daemon.connect() as connection:
                    connection.send_bytes(text[:place])
                    # It is no part of the stream.
                    connection.socket.send(b"!", socket.MSG_OOB)
                    connection.send_bytes(text[place:])
                    connection.expect(submitted(task_id))
            with daemon.connect() as connection:
                other.ask("list")
                before = processor_seconds(daemon.pid)
                for _ in range(100):
                    # The earlier ones are, where more come before they are read.
                    with contextlib.suppress(*BROKEN_CONNECTION):
                        connection.socket.send(b"!", socket.MSG_OOB)
                time.sleep(0.5)
                self.assertLess(processor_seconds(daemon.pid) - before, 0.1)
            self.assertEqual(other.ask("stats")["submitted"], 4)

    def test_a_client_that_waits_and_vanishes_a_thousand_times(self):
        count = 1000 if TIMING else 200
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as other:
            before = descriptors_with(other, daemon)
            other.send(run("revers"), run("revers"), run("revers"))
            other.expect(submitted(1), submitted(2), submitted(3))
            for number in range(count):
                vanishing = daemon.connect()
                vanishing.send(
                    run("no such task"), *(numbered(seq, "get_result", task_id=2, wait=True) for seq in range(10)),
                    numbered(10, "status", task_id=3, wait=True, timeout_ms=1 << 40))
                if number % 2:
                    # The answer shows that the waits behind it are soon known.
                    vanishing.receive_line()
                vanishing.reset()
            wait_for_connections(other, 1)
            self.assertEqual(other.ask("stats")["waits"], 0)
            self.assertEqual(open_descriptors(daemon.pid), before)
            self.assertEqual(other.ask("status", task_id=1)["status"], "execute")

    def test_clients_that_have_ended_their_input_and_vanish_are_noticed(self):
        # The system does not tell of a reset once nothing is read: the daemon looks for it.
        count = 50
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as other:
            other.send(run("revers"))
            other.expect(submitted(1))
            crowd = [daemon.connect() for _ in range(count)]
            for vanishing in crowd:
                vanishing.send(numbered(1, "get_result", task_id=1, wait=True), numbered(2, "info"))
                vanishing.reply_to(2)
                vanishing.end_input()
            # It answers in rounds: by then it has seen the ends.
            for _ in range(3):
                self.assertEqual(other.ask("stats")["connections"], count + 1)
            for vanishing in crowd:
                vanishing.reset()
            wait_for_connections(other, 1)
            self.assertEqual(other.ask("stats")["waits"], 0)


class Crowds(unittest.TestCase):
    def test_five_thousand_connections_at_once(self):
        count = min(5000 if TIMING else 500, resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 200)
        allow_open_files(count + 200)
        with Daemon() as daemon, daemon.connect() as other:
            before = descriptors_with(other, daemon)
            crowd = []
            for _ in range(count):
                crowd.append(daemon.connect())
                self.addCleanup(crowd[-1].close)
            for connection in crowd:
                connection.send(run("echo", "x"))
            ids = {connection.receive()["task_id"] for connection in crowd}
            self.assertEqual(ids, set(range(1, count + 1)))
            self.assertEqual(other.ask("stats")["connections"], count + 1)
            for connection in crowd:
                connection.close()
            wait_for_connections(other, 1)
            wait_until(lambda: other.ask("stats")["succeeded"] == count, "the tasks' ends")
            self.assertEqual(open_descriptors(daemon.pid), before)

    def test_twenty_thousand_connects_and_closes(self):
        count = 20_000 if TIMING else 2000
        with Daemon() as daemon, daemon.connect() as other:
            before = descriptors_with(other, daemon)
            memory = resident_bytes(daemon.pid)
            for number in range(count):
                connection = daemon.connect()
                # A port whose connection was closed in good order is not free at once, and there are not so many.
                connection.reset() if number % 4 else connection.close()
            wait_for_connections(other, 1)
            self.assertEqual(open_descriptors(daemon.pid), before)
            self.assertLess(resident_bytes(daemon.pid) - memory, bound(8 * MIB, 200 * MIB))


class RandomBytes(unittest.TestCase):
    SEEDS = [
        run("echo", "a"), status(1), get_result(1), numbered(1, "list"), numbered(2, "stats"), numbered(3, "info"),
        numbered(4, "run", task_name="revers", data="ы\\\"", key="k"), numbered(5, "cancel", task_id=2),
        numbered(6, "status", task_id=1, wait=True, timeout_ms=5),
        message(type="run", task_name="", data="\U0001f600x"),
    ]

    def test_random_bytes(self):
        seconds = 60 if os.environ.get("UV_TASK_LONG") == "1" else 5 if TIMING else 3
        seed = int(os.environ.get("UV_TASK_SEED") or random.SystemRandom().getrandbits(32))
        print(f"UV_TASK_SEED={seed}", end=" ", flush=True)
        dice = random.Random(seed)
        options = "--max-message", 5000, "--max-queued", 100, "--keep-results", 100
        with Daemon(*options) as daemon, daemon.connect() as good:
            end = time.monotonic() + seconds
            rounds = 0
            while time.monotonic() < end:
                rounds += 1
                connections = [daemon.connect() for _ in range(10)]
                for connection in connections:
                    with connection, contextlib.suppress(*BROKEN_CONNECTION):
                        for _ in range(dice.randrange(4)):
                            connection.send_bytes(self.random_bytes(dice))
                        if dice.random() < 0.5:
                            connection.reset()
                reply = good.ask("run", task_name="echo", data=str(rounds))
                if error_code(reply) != "queue_full":
                    waited = good.ask("get_result", task_id=reply["task_id"], wait=True)
                    self.assertIn(waited.get("data"), (str(rounds), None), seed)
            wait_for_connections(good, 1)
            stats = good.ask("stats")
            parts = "succeeded", "failed", "cancelled", "waiting", "running"
            self.assertEqual(stats["submitted"], sum(stats[part] for part in parts), seed)
            self.assertEqual(stats["waits"], 0, seed)

    def random_bytes(self, dice):
        kind = dice.randrange(4)
        if kind == 0:
            return dice.randbytes(dice.randrange(1, 20_000))
        lines = bytearray("\n".join(dice.choices(self.SEEDS, k=dice.randrange(1, 40))).encode("utf-8", "surrogatepass"))
        if kind == 1:
            return bytes(lines)
        for _ in range(dice.randrange(1, 5)):
            place = dice.randrange(len(lines))
            if kind == 2:
                lines[place] = dice.randrange(256)
            else:
                lines[place:place + dice.randrange(20)] = dice.choice([b"", b"{", b"}", b'"', b"\\", b"\n", b"[" * 50])
            lines = lines or bytearray(b"{")
        return bytes(lines)


class DescriptorsExhausted(unittest.TestCase):
    """Files may be open: 64. Clients: 200."""

    CLIENTS = 200

    def crowd(self, daemon, least):
        """All of them, after each has asked; those that are served, and those that are not."""
        clients = [daemon.connect() for _ in range(self.CLIENTS)]
        for client in clients:
            self.addCleanup(client.close)
            self.send_question(client)
        unanswered = {client.socket: client for client in clients}
        inside = []
        # Some of the others wait to be accepted, and hear nothing at all.
        while ready := select.select(unanswered, (), (), PATIENCE if len(inside) < least else 1)[0]:
            answered = [unanswered.pop(one) for one in ready]
            inside += filter(self.is_served, answered)
        return inside, [client for client in clients if client not in inside]

    def send_question(self, client):
        with contextlib.suppress(*BROKEN_CONNECTION):
            client.send(numbered(1, "list"))

    def is_served(self, client):
        try:
            line = client.receive_line()
        except (AssertionError, *BROKEN_CONNECTION):
            # It was closed.
            return False
        if line == '{"seq":1,"tasks":[]}':
            return True
        self.assertIn('"too_many_connections"', line)
        return False

    def one_that_is_served(self, daemon):
        client = daemon.connect()
        self.send_question(client)
        if self.is_served(client):
            return client
        client.close()
        return None

    def check_life(self, daemon, least):
        inside, outside = self.crowd(daemon, least)
        self.assertGreaterEqual(len(inside), least)
        self.assertLess(len(inside), self.CLIENTS)
        before = processor_seconds(daemon.pid)
        time.sleep(1)
        self.assertLessEqual(processor_seconds(daemon.pid) - before, 0.05)
        for client in inside:
            self.assertEqual(client.ask("list"), {"tasks": []})
        for client in inside + outside:
            client.close()
        # Full recovery, once it has noticed that they are gone.
        with wait_until(lambda: self.one_that_is_served(daemon), "a place") as new:
            wait_for_connections(new, 1)
            others = [daemon.connect() for _ in range(least - 1)]
            for other in others:
                self.addCleanup(other.close)
            for other in others:
                self.assertEqual(other.ask("list"), {"tasks": []})

    def test_those_inside_are_served_and_the_others_are_told(self):
        with Daemon(command=with_open_files(80)) as daemon:
            self.check_life(daemon, 32)

    def test_also_where_there_are_fewer_than_the_daemon_counted_on(self):
        # It was started with files open that it knows nothing of.
        opening = "bash", "-c", 'for _ in {1..30}; do exec {file}</dev/null; done; ulimit -n 64 && exec "$@"', "bash"
        with Daemon(command=opening) as daemon:
            self.check_life(daemon, 5)


class StoppedClients(unittest.TestCase):
    """SIGSTOP: it is there, and does nothing."""

    def test_one_that_waits_hears_of_the_end_when_it_goes_on(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as other:
            other.send(run("revers"), run("echo", "a"))
            other.expect(submitted(1), submitted(2))
            with ClientProcess(daemon, "result", "--wait", "2") as stopped:
                daemon.wait_for_waits(1)
                stopped.signal(signal.SIGSTOP)
                other.ask("cancel", task_id=1)
                self.assertEqual(other.ask("get_result", task_id=2, wait=True)["data"], "a")
                daemon.wait_for_waits(0)
                stopped.signal(signal.SIGCONT)
                self.assertEqual(stopped.finish(), ("a", "", 0))

    def test_one_that_takes_no_answers_disturbs_nobody_and_is_closed_in_the_end(self):
        count = 30
        with Daemon("--write-timeout", "500ms", time_scale=FOR_EVER) as daemon, daemon.connect() as other:
            other.send(run("revers"), *[run("echo", "x" * 1_000_000)] * count)
            other.expect(*map(submitted, range(1, count + 2)))
            with ClientProcess(daemon, "result", "--wait", *range(2, count + 2)) as stopped:
                daemon.wait_for_waits(count)
                stopped.signal(signal.SIGSTOP)
                other.ask("cancel", task_id=1)
                longest = 0.0
                end = time.monotonic() + PATIENCE
                while other.ask("stats")["closed_for_limits"]["write-timeout"] == 0:
                    start = time.monotonic()
                    self.assertLess(start, end, "it is never closed")
                    other.send(status(1))
                    other.expect(state("error"))
                    longest = max(longest, time.monotonic() - start)
                self.assertLess(longest, bound(0.1))
                self.assertEqual(other.ask("stats")["waits"], 0)
                stopped.signal(signal.SIGCONT)
                ran = stopped.finish()
            self.assertEqual(ran.code, 6, ran.errors)
            self.assertLess(len(ran.lines), count)


if __name__ == "__main__":
    unittest.main()
