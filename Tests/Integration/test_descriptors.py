"""The limit of open files: how many connections it allows, and a daemon that has none left."""

import contextlib
import unittest

from harness import Daemon, error_code, numbered, wait_until
from processes import with_open_files

FOR_EVER = 1000  # a --time-scale

# A limit of 64 open files. The daemon does not know that 30 are open already, which it inherits from a shell.
FEWER_THAN_COUNTED = (
    "bash", "-c", 'for _ in {1..30}; do exec {file}</dev/null; done; ulimit -n 64 && exec "$@"', "bash")


class Limit(unittest.TestCase):
    """48 descriptors are reserved."""

    def check(self, daemon, connections, log):
        self.assertEqual(daemon.ask("info")["limits"]["max-connections"], connections)
        daemon.wait_for_log(log)

    def test_the_soft_limit_is_raised(self):
        with Daemon(command=with_open_files(64, "-S")) as daemon:
            limit = daemon.ask("info")["limits"]["max-connections"]
            self.assertGreater(limit, 64)
            self.check(daemon, limit, (
                f"at most {limit} connections at a time; the limit of open files is {limit + 48}, raised from 64"))

    def test_the_hard_limit_bounds_the_connections(self):
        with Daemon(command=with_open_files(80)) as daemon:
            self.check(daemon, 32, "at most 32 connections at a time; the limit of open files is 80\n")
        with Daemon("--max-connections", 100, command=with_open_files(80)) as daemon:
            self.check(daemon, 32, "--max-connections 100 needs a limit of open files of 148")


class Exhausted(unittest.TestCase):
    CLIENTS = 100

    def crowd(self, daemon):
        crowd = contextlib.ExitStack()
        self.addCleanup(crowd.close)
        return crowd, [crowd.enter_context(daemon.connect()) for _ in range(self.CLIENTS)]

    def is_served(self, daemon):
        with daemon.connect() as client, contextlib.suppress(ConnectionError, AssertionError):
            return client.ask("list") == {"tasks": []}
        return False

    def test_those_inside_are_served_and_the_others_are_told(self):
        with Daemon(command=with_open_files(80)) as daemon:
            crowd, clients = self.crowd(daemon)
            for client in clients[:32]:
                self.assertEqual(client.ask("list"), {"tasks": []})
            for client in clients[32:]:
                self.assertEqual(error_code(client.receive()), "too_many_connections")
                client.expect_end()
            crowd.close()
            wait_until(lambda: self.is_served(daemon), "a place")

    def test_with_fewer_than_the_daemon_counted_on_it_pauses_and_recovers(self):
        with Daemon(command=FEWER_THAN_COUNTED) as daemon, daemon.connect() as inside:
            inside.ask("list")
            crowd, _ = self.crowd(daemon)
            daemon.wait_for_log("accepted no connections")
            self.assertEqual(inside.ask("list"), {"tasks": []})
            crowd.close()
            wait_until(lambda: self.is_served(daemon), "a place")

    def test_it_can_be_stopped(self):
        for is_busy in False, True:
            with self.subTest(is_busy), Daemon(command=FEWER_THAN_COUNTED, time_scale=FOR_EVER) as daemon, \
                    daemon.connect() as inside:
                if is_busy:
                    inside.submit("revers", "")
                inside.ask("list")
                crowd, _ = self.crowd(daemon)
                daemon.wait_for_log("accepted no connections")
                daemon.terminate()
                if is_busy:
                    daemon.wait_for_log("finishing task 1")
                    inside.send(numbered(7, "get_result", task_id=1, wait=True), numbered(8, "cancel", task_id=1))
                    inside.replies_to(7, 8)
                inside.expect_end()
                self.assertEqual(daemon.exit_code(), 0, daemon.log)
                crowd.close()
