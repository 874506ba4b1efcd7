"""How many connections there are, how long one may keep the daemon waiting, and how much they hold."""

import concurrent.futures
import json
import socket
import time
import unittest

from commands import CommandTest
from harness import (
    DAEMON_PROGRAM, PATIENCE, TIMING, Connection, Daemon, allow_open_files, bound, get_result, message, numbered, program, run, state,
    status, submitted, wait_until,
)
from processes import resident_bytes, with_open_files

FOR_EVER = 1000  # a --time-scale
MIB = 1 << 20


def closed_for(daemon, limit):
    return daemon.ask("stats")["closed_for_limits"][limit]


class MaxConnections(unittest.TestCase):
    REFUSAL = {"code": "too_many_connections", "limit": "max-connections", "value": 3}

    def expect_refusal(self, connection):
        line = connection.receive_line()
        error = json.loads(line)["error"]
        self.assertTrue(error.pop("message"))
        self.assertEqual((line[:10], error), ('{"error":{', self.REFUSAL))
        connection.expect_end()

    def fill(self, daemon, count=3):
        inside = [daemon.connect() for _ in range(count)]
        for connection in inside:
            self.addCleanup(connection.close)
            connection.ask("list")
        return inside

    def test_one_too_many_is_told_so_in_one_line_and_closed(self):
        with Daemon("--max-connections", 3) as daemon:
            inside = self.fill(daemon)
            with daemon.connect() as silent:
                self.expect_refusal(silent)
            with daemon.connect() as talking:
                talking.send(run("echo", "never"))
                self.expect_refusal(talking)
            # Those inside are served.
            self.assertEqual([connection.ask("list") for connection in inside], [{"tasks": []}] * 3)
            stats = inside[0].ask("stats")
            self.assertEqual((stats["refused"]["too_many_connections"], stats["connections"]), (2, 3))
            self.assertEqual((stats["accepted"], stats["submitted"]), (3, 0))
            daemon.wait_for_log("too_many_connections")

    def test_a_place_that_is_free_again_can_be_taken(self):
        with Daemon("--max-connections", 3) as daemon:
            inside = self.fill(daemon)
            for leave in "close", "reset", "end_input":
                with daemon.connect() as refused:
                    self.expect_refusal(refused)
                getattr(inside.pop(0), leave)()
                wait_until(lambda: inside[0].ask("stats")["connections"] == 2, "a free place")
                inside += self.fill(daemon, 1)

    def test_a_crowd_outside_is_told_and_disturbs_nobody_inside(self):
        count = 500 if TIMING else 100
        with Daemon("--max-connections", 3) as daemon:
            inside = self.fill(daemon)
            outside = [daemon.connect() for _ in range(count)]
            for connection in outside:
                self.addCleanup(connection.close)
            for connection in outside:
                self.expect_refusal(connection)
            self.assertEqual(inside[2].ask("stats")["refused"]["too_many_connections"], count)
            inside[0].close()
            wait_until(lambda: inside[1].ask("stats")["connections"] == 2, "a free place")
            self.fill(daemon, 1)

    def test_one_that_stays_and_sends_is_closed_all_the_same(self):
        with Daemon("--max-connections", 3) as daemon:
            inside = self.fill(daemon)
            with daemon.connect() as stubborn:
                with self.assertRaises((BrokenPipeError, ConnectionResetError)):
                    end = time.monotonic() + PATIENCE
                    while time.monotonic() < end:
                        stubborn.send_bytes("x" * 10_000)
            self.assertEqual(inside[0].ask("stats")["closed_for_errors"], 0)


class Descriptors(unittest.TestCase):
    """How many files may be open decides how many connections there may be."""

    RESERVE = 48

    def test_the_soft_limit_is_raised_and_the_log_says_which(self):
        with Daemon(command=with_open_files(64, "-S")) as daemon:
            limit = daemon.ask("info")["limits"]["max-connections"]
            self.assertGreater(limit, 64)
            files = limit + self.RESERVE
            daemon.wait_for_log(
                f"at most {limit} connections at a time; the limit of open files is {files}, raised from 64")

    def test_a_hard_limit_leaves_a_reserve(self):
        with Daemon(command=with_open_files(80)) as daemon:
            self.assertEqual(daemon.ask("info")["limits"]["max-connections"], 32)
            daemon.wait_for_log("at most 32 connections at a time; the limit of open files is 80\n")

    def test_more_than_the_limit_allows_is_warned_of(self):
        with Daemon("--max-connections", 100, command=with_open_files(80)) as daemon:
            self.assertEqual(daemon.ask("info")["limits"]["max-connections"], 32)
            daemon.wait_for_log("--max-connections 100 needs a limit of open files of 148")


class WriteTimeout(unittest.TestCase):
    SIZE = 1_000_000

    def daemon_with_a_large_result(self, *options):
        daemon = Daemon(*options)
        self.addCleanup(daemon.close)
        self.addCleanup(daemon.check_health)
        with daemon.connect() as connection:
            connection.send(run("echo", "x" * self.SIZE), status(1))
            connection.expect(submitted(1), state("success"))
        return daemon

    def test_who_takes_nothing_for_so_long_is_closed_and_others_are_served_meanwhile(self):
        daemon = self.daemon_with_a_large_result("--write-timeout", "1s")
        with daemon.connect() as greedy, daemon.connect() as other:
            start = time.monotonic()
            greedy.send(*[get_result(1)] * 50)
            longest = 0
            while other.ask("stats")["connections"] == 2:
                asked = time.monotonic()
                other.send(status(1))
                other.expect(state("success"))
                longest = max(longest, time.monotonic() - asked)
                self.assertLess(asked - start, PATIENCE, "it is never closed")
            elapsed = time.monotonic() - start
            self.assertGreaterEqual(elapsed, 0.99)
            self.assertLess(elapsed, bound(1.6))
            self.assertLess(longest, bound(0.1))
            self.assertEqual(closed_for(daemon, "write-timeout"), 1)
            daemon.wait_for_log("over --write-timeout")
            # What it has not taken is thrown away, and not held by the system for a client that does not read.
            with self.assertRaises(ConnectionResetError):
                greedy.skip_lines(50)

    def test_who_reads_slowly_but_steadily_is_not(self):
        daemon = self.daemon_with_a_large_result("--write-timeout", "1s")
        for receive_buffer in 32_768, None:
            with self.subTest(receive_buffer), Connection(daemon.port, receive_buffer=receive_buffer) as slow:
                slow.send(*[get_result(1)] * 20)
                end = time.monotonic() + 3
                read = 0
                while time.monotonic() < end:
                    piece = slow.socket.recv(20_000)
                    self.assertTrue(piece, f"closed after {read} bytes")
                    read += len(piece)
                    time.sleep(0.02)
                self.assertEqual(closed_for(daemon, "write-timeout"), 0)
                line = len('{"status":"success","data":""}\n') + self.SIZE
                while read < 20 * line:
                    read += len(slow.socket.recv(MIB))

    def test_one_that_waits_long_for_its_answer_is_not(self):
        with Daemon("--write-timeout", "200ms", time_scale=0.5) as daemon, daemon.connect() as connection:
            connection.send(run("revers", "ab"), status(1))
            connection.expect(submitted(1), state("success"))

    def test_a_closed_one_whose_replies_are_not_taken_is_closed_as_well(self):
        # Its input has ended, or was broken: only its replies keep it.
        daemon = self.daemon_with_a_large_result("--write-timeout", "300ms")
        with daemon.connect() as ended, daemon.connect() as broken:
            ended.send(*[get_result(1)] * 20)
            ended.end_input()
            broken.send(*[get_result(1)] * 3, "garbage")
            wait_until(lambda: daemon.ask("stats")["connections"] == 1, "the end of both")


class MaxUnanswered(unittest.TestCase):
    def test_one_with_so_many_is_read_no_further_until_one_is_answered(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as waiting, daemon.connect() as other:
            other.send(run("revers"), run("echo", "a"))
            other.expect(submitted(1), submitted(2))
            waiting.send(*(numbered(seq, "status", task_id=1, wait=True) for seq in range(999)))
            waiting.send(numbered(999, "get_result", task_id=2, wait=True))
            daemon.wait_for_waits(1000)
            waiting.send(numbered(1000, "list", limit=1), numbered(1001, "status", task_id=1, wait=True))
            # Two dialogues on another connection later it would have been answered.
            for _ in range(2):
                self.assertEqual(other.ask("stats")["waits"], 1000)
            waiting.socket.settimeout(0.2)
            with self.assertRaises(socket.timeout):
                waiting.receive_line()
            waiting.socket.settimeout(PATIENCE)

            other.ask("cancel", task_id=2)
            self.assertEqual(waiting.reply_to(999)["failure"]["code"], "cancelled")
            self.assertEqual(len(waiting.reply_to(1000)["tasks"]), 1)
            other.ask("cancel", task_id=1)
            seqs = [*range(999), 1001]
            self.assertEqual({reply["failure"]["code"] for reply in waiting.replies_to(*seqs)}, {"cancelled"})

    def test_a_hundred_thousand_waits_of_one_connection_are_all_answered(self):
        count = 100_000 if TIMING else 10_000
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as waiting, daemon.connect() as other:
            other.send(run("revers"), run("echo"))
            other.expect(submitted(1), submitted(2))
            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                sender = pool.submit(
                    waiting.send, *(numbered(seq, "status", task_id=1, wait=True) for seq in range(count)))
                daemon.wait_for_waits(1000)
                other.ask("cancel", task_id=1)
                seqs = [waiting.receive()["seq"] for _ in range(count)]
                sender.result()
            self.assertEqual(sorted(seqs), list(range(count)))

    def test_more_may_be_allowed(self):
        with Daemon("--max-unanswered", 2000, time_scale=FOR_EVER) as daemon, daemon.connect() as waiting:
            waiting.submit("revers", "")
            waiting.send(*(numbered(seq, "status", task_id=1, wait=True) for seq in range(3000)))
            daemon.wait_for_waits(2000)
            self.assertEqual(daemon.ask("stats")["waits"], 2000)

    def test_less_is_no_option(self):
        ran = program(DAEMON_PROGRAM, "--max-unanswered", "999")
        self.assertEqual(ran.code, 64)


class IdleConnections(unittest.TestCase):
    """There may be thousands, for weeks."""

    def test_one_takes_some_hundred_bytes(self):
        count = 3000
        allow_open_files(count + 200)
        with Daemon() as daemon, daemon.connect() as other:
            other.ask("stats")
            before = resident_bytes(daemon.pid)
            for _ in range(count):
                self.addCleanup(Connection(daemon.port).close)
            wait_until(lambda: other.ask("stats")["connections"] == count + 1, "all of them")
            # About 650, of which libuv has 270; sanitizers add to each block.
            self.assertLess((resident_bytes(daemon.pid) - before) / count, bound(750, 20_000))


class IdleTime(unittest.TestCase):
    def test_it_is_counted(self):
        with Daemon("--timeout", "200ms") as daemon, daemon.connect() as idle:
            idle.expect_end()
            self.assertEqual(closed_for(daemon, "timeout"), 1)


class ConnectionMemory(unittest.TestCase):
    """With --max-memory all connections may hold so much together, or 16 longest messages where that is more."""

    OPTIONS = "--max-memory", 16 * MIB

    def test_unfinished_messages_stay_within_it_and_the_greediest_goes(self):
        count = 300 if TIMING else 100
        with Daemon(*self.OPTIONS) as daemon, daemon.connect() as other:
            before = resident_bytes(daemon.pid)
            # The first one holds most: it goes first.
            greediest = daemon.connect()
            self.addCleanup(greediest.close)
            greediest.send_bytes('{"x":"' + "x" * 1_000_000)
            wait_until(lambda: other.ask("stats")["connection_bytes"] > 1_000_000, "a million bytes")
            begun = message(type="run", task_name="echo", data="x" * 500_000)
            connections = [daemon.connect() for _ in range(count)]
            for connection in connections:
                self.addCleanup(connection.close)
                try:
                    connection.send_bytes(begun[:-1])
                except (ConnectionResetError, BrokenPipeError):
                    pass
                self.assertLessEqual(other.ask("stats")["connection_bytes"], 16 * MIB)
            with self.assertRaises(ConnectionResetError):
                greediest.expect_end()
            # All were read that fit, and no more were closed than must be.
            wait_until(lambda: closed_for(daemon, "max-memory") >= count - 40, "those that are closed")
            self.assertLess(closed_for(daemon, "max-memory"), count - 20)
            self.assertLess(resident_bytes(daemon.pid) - before, bound(64 * MIB, 500 * MIB))
            self.assertEqual(other.ask("stats")["submitted"], 0)
            daemon.wait_for_log("over --max-memory")
            self.check_some_go_on(connections, begun)

    def check_some_go_on(self, connections, begun):
        """Those that were not closed can end their message."""
        for connection in reversed(connections):
            try:
                connection.send_bytes(begun[-1:])
                connection.expect(submitted(1))
                return
            except (ConnectionResetError, BrokenPipeError):
                continue
        self.fail("all were closed")

    def test_replies_that_are_not_taken_stay_within_it(self):
        count = 300
        # Of each the system takes what it does, and the daemon holds the rest of one reply: of many lengths, so that the rest is
        # not next to nothing for all of them.
        lengths = range(300_000, 1_000_000, 100_000)
        with Daemon(*self.OPTIONS) as daemon, daemon.connect() as other:
            for task, length in enumerate(lengths, 1):
                other.send(run("echo", "x" * length), status(task))
                other.expect(submitted(task), state("success"))
            before = resident_bytes(daemon.pid)
            for number in range(count):
                greedy = Connection(daemon.port, receive_buffer=32_768)
                self.addCleanup(greedy.close)
                greedy.send(*[get_result(1 + number % len(lengths))] * 12)
                self.assertLessEqual(other.ask("stats")["connection_bytes"], 16 * MIB)
            wait_until(lambda: closed_for(daemon, "max-memory") > count // 4, "those that are closed")
            self.assertLess(resident_bytes(daemon.pid) - before, bound(100 * MIB, 500 * MIB))


class Commands(CommandTest):
    """What people read of it."""

    daemon_options = "--max-connections", 1

    def test_one_too_many(self):
        words = "the server accepts at most 1 connections at a time (--max-connections 1)"
        with self.daemon.connect() as inside:
            inside.ask("list")
            for command in "run echo x", "status 1", "result 1", "wait 1", "cancel 1", "list", "stats", "info":
                self.expect(command, errors=words, code=5)
            for arguments in "-a run -n echo -d x", "-a st -d 1", "-a res -d 1":
                ran = self.call(arguments)
                self.assertEqual((ran.output, ran.code), ("", 6), ran.errors)
                self.assertIn(words, ran.errors)
        self.finished("echo", "x")


if __name__ == "__main__":
    unittest.main()
