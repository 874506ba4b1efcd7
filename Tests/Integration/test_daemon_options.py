"""The options of uv-taskd that say where it listens, and what it was started with."""

import socket
import unittest

from harness import Connection, Daemon, client, closing


def has_ipv6():
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


class DaemonOptions(unittest.TestCase):
    def check_serves(self, daemon, host=None):
        with daemon.connect(host) as connection:
            self.assertEqual(connection.ask("list"), {"tasks": []})

    def test_the_port_is_the_given_one_and_in_the_port_file(self):
        # No other program can take it meanwhile.
        with socket.socket() as held:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            held.bind(("127.0.0.1", 0))
            port = held.getsockname()[1]
            with Daemon("--port", port) as daemon:
                self.assertEqual(daemon.port_file.read_text(), f"{port}\n")
                self.assertIn(f"listening on 127.0.0.1:{port} (every user of this machine)\n", daemon.log)
                self.assertNotIn("warning", daemon.log)

    def test_localhost_is_every_address_that_it_resolves_to(self):
        addresses = {entry[4][0] for entry in socket.getaddrinfo("localhost", None, type=socket.SOCK_STREAM)}
        if not has_ipv6():
            addresses.discard("::1")
        with Daemon(host="localhost") as daemon:
            for address in addresses:
                self.check_serves(daemon, address)
            self.assertEqual(client(daemon, "list"), ("", "", 0))

    @unittest.skipUnless(has_ipv6(), "this machine has no IPv6")
    def test_an_ipv6_address(self):
        with Daemon(host="::1") as daemon:
            self.assertIn(f"listening on [::1]:{daemon.port} (every user of this machine)\n", daemon.log)
            self.assertEqual(client(daemon, "list"), ("", "", 0))
            with self.assertRaises(ConnectionRefusedError):
                Connection(daemon.port, "127.0.0.1").close()

    def test_an_address_beyond_loopback_is_a_warning(self):
        with Daemon("--trust-network", host="0.0.0.0") as daemon:
            self.assertRegex(daemon.log, r" warning .*0\.0\.0\.0.* no authentication")
            self.check_serves(daemon, "127.0.0.1")

    def test_closed_standard_streams(self):
        # A socket would get their numbers if the program did not reserve them.
        for streams in "<&-", "<&- >&-", "<&- >&- 2>&-":
            with self.subTest(streams), Daemon(command=closing(streams)) as daemon:
                self.check_serves(daemon)
                daemon.terminate()
                self.assertEqual(daemon.exit_code(), 0)
                self.assertFalse(daemon.port_file.exists())
