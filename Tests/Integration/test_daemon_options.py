"""The command line of uv-taskd."""

import socket
import subprocess
import time
import unittest

from harness import DAEMON_PROGRAM, PATIENCE, TIMING, Connection, Daemon, bound, client, closing, get_result, result, run, state, status


def has_ipv6():
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


class DaemonOptions(unittest.TestCase):
    def check_serves(self, daemon, host=None):
        with daemon.connect(host) as connection:
            connection.send(run("echo", "a"))
            task_id = connection.receive()["task_id"]
            connection.send(status(task_id), get_result(task_id))
            connection.expect(state("success"), result("success", "a"))

    def test_every_spelling(self):
        for options in (
            ("--receiving_buffer_size", 1024, "--connection_limit", 10, "--timeout", 60),
            ("--receiving-buffer-size", 1024, "--connection-limit", 10, "--timeout", "60"),
            ("-t", 60, "-l", 10, "-r", 1024),
        ):
            with self.subTest(options), Daemon(*options) as daemon:
                self.check_serves(daemon)

    def test_the_port_file_has_the_port(self):
        with Daemon() as daemon:
            self.assertEqual(daemon.port_file.read_text(), f"{daemon.port}\n")
            self.assertIn(f"listening on 127.0.0.1:{daemon.port}\n", daemon.log)
            self.check_serves(daemon)

    def test_a_given_port(self):
        with Daemon() as daemon:
            port = daemon.port
        with Daemon("--port", port) as daemon:
            self.assertEqual(daemon.port, port)

    def test_localhost_is_every_address_that_it_resolves_to(self):
        addresses = {entry[4][0] for entry in socket.getaddrinfo("localhost", None, type=socket.SOCK_STREAM)}
        if not has_ipv6():
            addresses.discard("::1")
        with Daemon(host="localhost") as daemon:
            for address in addresses:
                self.check_serves(daemon, address)
            ran = client(daemon, "-a", "run", "-n", "echo", "-w", "true", "-d", "a")
            self.assertEqual(ran, ("Result of task [echo]: a\nStatus: success\n", "", 0))

    @unittest.skipUnless(has_ipv6(), "this machine has no IPv6")
    def test_an_ipv6_address(self):
        with Daemon(host="::1") as daemon:
            self.assertIn(f"listening on [::1]:{daemon.port}\n", daemon.log)
            self.check_serves(daemon)
            ran = client(daemon, "-a", "run", "-n", "echo", "-w", "true", "-d", "a")
            self.assertEqual(ran, ("Result of task [echo]: a\nStatus: success\n", "", 0))
            with self.assertRaises(ConnectionRefusedError):
                Connection(daemon.port, "127.0.0.1").close()

    def test_an_address_beyond_loopback_is_a_warning(self):
        with Daemon(host="0.0.0.0") as daemon:
            self.assertRegex(daemon.log, r" warning .*0\.0\.0\.0.* no authentication")
            self.check_serves(daemon, "127.0.0.1")
        with Daemon() as daemon:
            self.assertNotIn("warning", daemon.log)

    def test_closed_standard_streams(self):
        # A socket would get their numbers if the program did not reserve them.
        for streams in "<&-", "<&- >&-", "<&- >&- 2>&-":
            with self.subTest(streams), Daemon(command=closing(streams)) as daemon:
                self.check_serves(daemon)
                daemon.terminate()
                self.assertEqual(daemon.exit_code(), 0)
                self.assertFalse(daemon.port_file.exists())


class Start(unittest.TestCase):
    def test_the_daemon_accepts_at_once(self):
        runs = 5 if TIMING else 1
        # The quickest of several starts, so that other load on the machine counts less.
        self.assertLess(min(self.time_to_accept() for _ in range(runs)), bound(0.02))

    def time_to_accept(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        start = time.monotonic()
        process = subprocess.Popen(
            [DAEMON_PROGRAM, "--host", "127.0.0.1", "--port", str(port)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
                    return time.monotonic() - start
                except ConnectionRefusedError:
                    if time.monotonic() > start + PATIENCE:
                        raise
        finally:
            process.kill()
            process.wait()


if __name__ == "__main__":
    unittest.main()
