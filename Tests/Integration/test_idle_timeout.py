"""--timeout of uv-taskd: how long a connection may be idle."""

import socket
import time
import unittest

from harness import Daemon, bound, run, state, status, submitted


class IdleTimeout(unittest.TestCase):
    def check_closed_after(self, connection, start, least=0.29):
        connection.expect_end()
        elapsed = time.monotonic() - start
        self.assertGreaterEqual(elapsed, least)
        self.assertLess(elapsed, bound(0.5, 15))

    def test_an_idle_connection_is_closed(self):
        with Daemon("--timeout", "0.3") as daemon:
            start = time.monotonic()
            with daemon.connect() as connection:
                self.check_closed_after(connection, start)

    def test_half_a_message_is_idle(self):
        with Daemon("--timeout", "0.3") as daemon, daemon.connect() as connection:
            start = time.monotonic()
            connection.send_bytes(run("echo")[:-1])
            self.check_closed_after(connection, start)
            with daemon.connect() as other:
                other.send(run("echo"))
                other.expect(submitted(1))

    def test_each_message_begins_the_time_anew(self):
        with Daemon("--timeout", "0.3") as daemon, daemon.connect() as connection:
            connection.send(run("echo"))
            connection.expect(submitted(1))
            end = time.monotonic() + 0.6
            while time.monotonic() < end:
                start = time.monotonic()
                connection.send(status(1))
                connection.receive()
                time.sleep(0.05)
            self.check_closed_after(connection, start)

    def test_one_that_waits_for_an_answer_is_not_idle(self):
        with Daemon("--timeout", "0.3", time_scale=0.05) as daemon, daemon.connect() as connection:
            connection.send(run("too_long_echo"), status(1))
            connection.expect(submitted(1), state("success"))
            # The time began when the daemon answered, a little earlier.
            self.check_closed_after(connection, time.monotonic(), least=0.2)

    def test_without_it_none_is_closed(self):
        with Daemon() as daemon, daemon.connect() as silent, daemon.connect() as other:
            with self.assertRaises(socket.timeout):
                silent.socket.settimeout(1)
                silent.receive_line()
            other.send(run("echo"))
            other.expect(submitted(1))


if __name__ == "__main__":
    unittest.main()
