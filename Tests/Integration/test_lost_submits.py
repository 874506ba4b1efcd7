"""A connection that is lost during uv-task's submit: the task runs once, or the user is told that it is not known."""

import re
import socket
import threading
import unittest

from commands import CommandTest
from harness import PATIENCE, in_parallel


class Proxy:
    """Hands lines on between uv-task and a daemon, in a with statement, until cut(line) is true of a reply.

    Then both connections are closed, the reply is lost, and the next connection is handed on whole.
    """

    def __init__(self, daemon, cut, times=1, meanwhile=lambda: None):
        self.host = "127.0.0.1"
        self.requests = []
        self.connections = 0
        self.failure = None
        self._daemon_port = daemon.port
        self._cut = cut
        self._times = times
        self._is_over = False
        self._meanwhile = meanwhile
        self._listener = socket.create_server((self.host, 0))
        self._listener.settimeout(PATIENCE)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._is_over = True
        # Wakes it where it still accepts.
        try:
            socket.create_connection((self.host, self.port)).close()
        except OSError:
            pass
        self._thread.join(PATIENCE)
        self._listener.close()
        if self.failure:
            raise self.failure

    def _serve(self):
        try:
            while self._hand_on() and not self._is_over:
                pass
        except Exception as failure:  # pylint: disable=broad-except
            self.failure = failure

    def _hand_on(self):
        """One connection; False once a client has ended it."""
        client, _ = self._listener.accept()
        with client:
            client.settimeout(PATIENCE)
            self.connections += 1
            try:
                daemon = socket.create_connection((self.host, self._daemon_port), PATIENCE)
            except ConnectionRefusedError:
                return True
            with daemon:
                upwards = threading.Thread(target=self._hand_up, args=(client, daemon))
                upwards.start()
                try:
                    for line in daemon.makefile("rb"):
                        if self._times and self._cut(line):
                            self._times -= 1
                            self._meanwhile()
                            return True
                        client.sendall(line)
                    return False
                except OSError:
                    return False
                finally:
                    for connection in client, daemon:
                        try:
                            connection.shutdown(socket.SHUT_RDWR)
                        except OSError:
                            pass
                    upwards.join(PATIENCE)

    def _hand_up(self, client, daemon):
        try:
            for line in client.makefile("rb"):
                self.requests.append(line)
                daemon.sendall(line)
            daemon.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def count(self, kind):
        return sum(f'"type":"{kind}"'.encode() in request for request in self.requests)


def is_submission(line):
    return b'"task_id"' in line and b'"instance"' in line and b'"status"' in line


class LostReplies(CommandTest):
    def test_the_task_exists_once(self):
        with Proxy(self.daemon, is_submission) as proxy:
            self.expect("run revers x", "1\n", server=proxy)
        self.assertEqual((proxy.count("run"), proxy.connections), (2, 2))
        keys = {re.search(rb'"key":"(\w+)"', request)[1] for request in proxy.requests if b'"run"' in request}
        self.assertEqual([len(key) for key in keys], [32])
        self.assertEqual(self.daemon.ask("stats")["submitted"], 1)

    def test_with_the_reply(self):
        with Proxy(self.daemon, is_submission) as proxy:
            self.expect_json("run revers x --json", server=proxy, output=(
                '{"task_id":1,"instance":"I","status":"execute","position":0,"eta_ms":N,"existing":true}\n'))
        self.assertEqual(self.daemon.ask("stats")["submitted"], 1)

    def test_with_a_wait(self):
        with Proxy(self.daemon, is_submission) as proxy:
            self.expect("run echo hello --wait", "hello", server=proxy)
        self.assertEqual(self.daemon.ask("stats")["submitted"], 1)

    def test_with_a_key(self):
        with Proxy(self.daemon, is_submission) as proxy:
            self.expect("run revers x --key k", "1\n", server=proxy)
        self.expect("run revers x --key k", "1\n")
        self.assertEqual(self.daemon.ask("stats")["submitted"], 1)

    def test_many_lines(self):
        # The reply to the tenth of a hundred is lost with all those behind it.
        lines = b"x\n" * 100
        with Proxy(self.daemon, lambda line: b'"task_id":10,' in line) as proxy:
            ids = "".join(f"{number}\n" for number in range(1, 101))
            self.expect("run revers --each-line", ids, data=lines, server=proxy)
        self.assertEqual(proxy.connections, 2)
        self.assertEqual(self.daemon.ask("stats")["submitted"], 100)

    def test_again_and_again(self):
        with Proxy(self.daemon, is_submission, times=2) as proxy:
            self.expect("run revers x", "1\n", server=proxy)
        self.assertEqual((proxy.count("run"), proxy.connections), (3, 3))
        self.assertEqual(self.daemon.ask("stats")["submitted"], 1)

    def test_always(self):
        with Proxy(self.daemon, is_submission, times=100) as proxy:
            ran = self.call("run revers x", server=proxy)
        self.assertEqual((ran.output, ran.code), ("", 6))
        self.assertRegex(ran.errors, (
            r"\Auv-task: [^\n]*\. It is not known whether the task was queued; uv-task list shows the newest tasks\n\Z"))
        self.assertLessEqual(proxy.connections, 5)
        self.assertEqual(self.daemon.ask("stats")["submitted"], 1)

    def test_always_with_a_key(self):
        with Proxy(self.daemon, is_submission, times=100) as proxy:
            ran = self.call("run revers x --key k", server=proxy)
        self.assertEqual((ran.output, ran.code), ("", 6))
        self.assertRegex(ran.errors, (
            r"\Auv-task: [^\n]*\. It is not known whether the task was queued\. Repeating the call with the same --key "
            r"does not run the task twice, unless the daemon was restarted\n\Z"))

    def test_a_daemon_that_was_restarted_meanwhile(self):
        port = self.daemon.port

        def restart():
            self.daemon.close()
            self.daemon = self.start_daemon("--port", port, time_scale=1000)

        for arguments in "run revers x", "run revers x --wait", "run revers x --json":
            with self.subTest(arguments):
                with Proxy(self.daemon, is_submission, meanwhile=restart) as proxy:
                    ran = self.call(arguments, server=proxy)
                self.assertEqual(ran, ("", (
                    f"uv-task: the daemon on 127.0.0.1:{proxy.port} was restarted before it answered, and it is not known "
                    "whether the task ran. Submit it again if it may run twice\n"), 6))
                self.assertEqual(self.daemon.ask("stats")["submitted"], 0)

    def test_a_daemon_that_was_killed_meanwhile(self):
        with Proxy(self.daemon, is_submission, meanwhile=self.daemon.close) as proxy:
            ran = self.call("run revers x", server=proxy)
        self.assertEqual((ran.output, ran.code), ("", 6))
        self.assertRegex(ran.errors, (
            r"\Auv-task: [^\n]+It is not known whether the task was queued; uv-task list shows the newest tasks\n\Z"))

    def test_several_at_once(self):
        proxies = [Proxy(self.daemon, is_submission) for _ in range(8)]

        def submit(proxy):
            with proxy:
                return self.call("run revers x", server=proxy)

        ran = in_parallel(*(lambda proxy=proxy: submit(proxy) for proxy in proxies))
        self.assertEqual(sorted(int(one.output) for one in ran), list(range(1, 9)))
        self.assertEqual(self.daemon.ask("stats")["submitted"], 8)


if __name__ == "__main__":
    unittest.main()
