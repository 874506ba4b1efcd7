"""The unix socket of a daemon: who gets it, how many may wait at it, and what its mode is at any time."""

import errno
import os
import pathlib
import re
import signal
import socket
import stat

from access import FULL, FolderTest, SocketDaemon
from harness import PATIENCE, allow_open_files, numbered, wait_until


def leave_stale_socket(path):
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(path)
        stale.listen()


def is_asleep(process):
    return "State:\tS" in pathlib.Path(f"/proc/{process}/status").read_text()


class OneServer(FolderTest):
    def test_of_daemons_that_find_a_stale_socket_exactly_one_serves(self):
        leave_stale_socket(self.path)
        start = self.folder / "start"
        os.mkfifo(start)
        for _ in range(200 if FULL else 20):
            # They wait for the other end of the pipe, so that they start at the same time.
            command = "sh", "-c", ': < "$0"; exec "$@"', str(start)
            daemons = [SocketDaemon(self.path, command=command) for _ in range(8)]
            try:
                wait_until(lambda: all(is_asleep(daemon.pid) for daemon in daemons), "all to wait")
                with open(start, "wb"):
                    wait_until(lambda: all(daemon.log for daemon in daemons), "all to start")
                wait_until(lambda: sum(daemon.is_running for daemon in daemons) == 1, "the end of all but one")
                (winner,) = [daemon for daemon in daemons if daemon.is_running]
                winner.wait_until_serving()
                for daemon in daemons:
                    if daemon is not winner:
                        self.assertEqual(daemon.exit_code(), 1)
                        self.assertRegex(daemon.log, rf"\Auv-taskd: {self.path} is served by another process[^\n]*\n\Z")
                with winner.connect() as connection:
                    self.assertEqual(connection.ask("run", task_name="echo", data="")["task_id"], 1)
            finally:
                # The winner is killed: the next ones find its socket.
                for daemon in daemons:
                    daemon.close()


class Crowd(FolderTest):
    def test_more_clients_than_may_wait_to_be_accepted_are_all_served(self):
        count = 1500
        allow_open_files(count + 100)
        with SocketDaemon(self.path) as daemon:
            os.kill(daemon.pid, signal.SIGSTOP)
            clients, refused = [], 0
            self.addCleanup(lambda: [client.close() for client in clients])
            while len(clients) < count:
                client = socket.socket(socket.AF_UNIX)
                client.setblocking(False)
                while (error := client.connect_ex(self.path)) == errno.EAGAIN:
                    if not refused:
                        # The backlog is full. From here on the daemon accepts.
                        self.assertGreaterEqual(len(clients), 1000)
                        os.kill(daemon.pid, signal.SIGCONT)
                    refused += 1
                self.assertEqual(error, 0)
                clients.append(client)
            self.assertGreater(refused, 0)
            for client in clients:
                client.settimeout(PATIENCE)
                client.sendall(numbered(1, "list").encode())
            for client in clients:
                self.assertEqual(client.recv(4096), b'{"seq":1,"tasks":[]}\n')


class Modes(FolderTest):
    """The calls that the daemon makes, in their order, so that there is no instant at which others could connect."""

    CALLS = "bind,listen,fchmod,chmod,fchmodat,?fchmodat2,chown,lchown,fchown,fchownat,umask"

    def calls(self, *options):
        """The status of the socket, and the calls."""
        record = self.folder / "record"
        # The daemon is this process's child, and strace is not.
        command = ["strace", "-D", "-f", "-o", record, "-e", f"trace={self.CALLS}", "-e", "signal=none"]
        # Without a umask, a new file has all bits.
        # The search for leaks does not work under strace.
        environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}
        daemon = SocketDaemon(self.path, *options, command=command, umask=0, env=environment)
        with daemon:
            socket_status = os.lstat(self.path)
            daemon.terminate()
            daemon.exit_code()
        wait_until(lambda: "+++ exited" in record.read_text(), "the end of the record")
        calls = [re.sub(r"^\d+ +", "", line) for line in record.read_text().splitlines()]
        return socket_status, [call for call in calls if "exited" not in call]

    def check(self, calls, *patterns):
        self.assertEqual(len(calls), len(patterns), calls)
        for call, pattern in zip(calls, patterns):
            self.assertRegex(call, rf"\A{pattern}")

    def test_the_socket_is_never_open_to_others(self):
        found, calls = self.calls()
        self.assertEqual(stat.S_IMODE(found.st_mode), 0o600)
        self.check(calls, r"fchmod\(\d+, 0600\)", r"bind\(\d+, ", r"listen\(\d+, ")

    def test_a_group_gets_it_before_the_mode_is_widened_and_nobody_connects_before(self):
        group = os.getegid() if os.geteuid() else 1
        found, calls = self.calls("--socket-group", group)
        self.assertEqual((stat.S_IMODE(found.st_mode), found.st_gid), (0o660, group))
        owner = rf'(lchown\("{re.escape(self.path)}", -1, {group}\)|fchownat\(.*, -1, {group}, AT_SYMLINK_NOFOLLOW\))'
        change = r"(chmod\(.*, 0660\)|fchmodat2?\(.*, 0660.*\))"
        self.check(
            calls, r"fchmod\(\d+, 0600\)", r"bind\(\d+, ", *([owner] if os.geteuid() == 0 else []), change,
            r"listen\(\d+, ")
