"""System calls that fail under load: the daemon lives, serves whom it can, and runs what it took exactly once.

Failures of accept are tested in ListenerTests. Not tested are failures at which libuv ends the process:

- epoll_wait fails with any other error than EINTR,
- epoll_ctl fails for a descriptor that is read or written,
- reading or writing the wake-up descriptor fails with any other error than EINTR and EAGAIN.

Nor is EAGAIN injected into writes of the wake-up descriptor, which would lose the end of a task. The system returns it only
if an earlier wake-up is still unread.
"""

import contextlib
import os
import pathlib
import signal
import subprocess
import tempfile
import unittest

from harness import PATIENCE, Daemon, client, failure_code, get_result, in_parallel, numbered, result, wait_until
from processes import thread_count

WAIT_FOR_EVENTS = "epoll_wait,epoll_pwait"
WRITE = "write,writev,sendmsg"
# What wakes the loop when a task has ended on another thread.
WAKE_UP = "anon_inode:[eventfd]"


class Fault:
    """Makes system calls of a running daemon fail, in a with statement, by strace. In the end, `count` is their number.

    calls: their names, such as "read" or "epoll_wait,epoll_pwait".
    when: which of them, counted for each thread from the beginning of the fault: all of them, "1+"; every second, "1+2".
    on: only those on this descriptor, as its link in /proc names it.
    """

    def __init__(self, daemon, calls, error, when="1+2", on=None):
        self._folder = tempfile.TemporaryDirectory()
        self._record = pathlib.Path(self._folder.name) / "record"
        self._daemon = daemon
        self._process = subprocess.Popen(
            ["strace", "-f", "-p", str(daemon.pid), "-o", str(self._record), "-e", f"trace={calls}"]
            + ["-e", f"inject={calls}:error={error}:when={when}"] + (["-P", on] if on else []),
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        # The line is printed when strace has attached to every thread.
        said = self._process.stderr.readline()
        if "attached" not in said:
            self.__exit__()
            raise AssertionError(f"strace cannot attach: {said}")
        return self

    def __exit__(self, *_):
        """Lets system calls succeed again.

        A call in whose middle strace detaches fails with ENOSYS. So all threads are stopped first: they are in no call then.
        """
        try:
            if self._daemon.is_running:
                os.kill(self._daemon.pid, signal.SIGSTOP)
                threads = thread_count(self._daemon.pid)
                wait_until(lambda: self._recorded("stopped by SIGSTOP") >= threads, "all threads to stop")
        finally:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.communicate(timeout=PATIENCE)
            finally:
                self._process.kill()
                if self._daemon.is_running:
                    os.kill(self._daemon.pid, signal.SIGCONT)
                self.count = self._recorded("(INJECTED)")
                self._folder.cleanup()

    def _recorded(self, text):
        return self._record.read_text(errors="replace").count(text)


def sockets(daemon):
    """The daemon's sockets, each as its link in /proc names it."""
    links = set()
    for name in pathlib.Path(f"/proc/{daemon.pid}/fd").iterdir():
        # The daemon may close one meanwhile.
        with contextlib.suppress(FileNotFoundError):
            links.add(os.readlink(name))
    return {link for link in links if link.startswith("socket:")}


def connect_watched(daemon):
    """A new connection, and the daemon's end of it. Nobody else may connect meanwhile."""
    before = sockets(daemon)
    connection = daemon.connect()
    connection.ask("info")
    (server_end,) = sockets(daemon) - before
    return connection, server_end


class FaultTest(unittest.TestCase):
    # An echo ends at once, a too_long_echo never.
    time_scale = 1000
    command = ()

    def setUp(self):
        self.daemon = Daemon(time_scale=self.time_scale, command=self.command)
        self.addCleanup(self.daemon.close)

    def fault(self, *arguments, **options):
        return Fault(self.daemon, *arguments, **options)

    def load(self, clients=4, rounds=20):
        """Clients at the same time that submit tasks and wait for their results, one after the other."""
        def submit_and_wait(number):
            with self.daemon.connect() as connection:
                for index in range(rounds):
                    data = f"{number} {index} пример"
                    task = connection.ask("run", task_name="echo", data=data)
                    ended = connection.ask("get_result", task_id=task["task_id"], wait=True)
                    self.assertEqual(ended, {"status": "success", "data": data})

        in_parallel(*(lambda number=number: submit_and_wait(number) for number in range(clients)))

    def check_all_is_well(self):
        """Without faults everything works, and every task ran once."""
        self.load(clients=1, rounds=1)
        counts = self.daemon.ask("stats")
        self.assertEqual(counts["succeeded"], counts["submitted"])
        self.assertEqual((counts["waiting"], counts["running"], counts["failed"], counts["waits"]), (0, 0, 0, 0))
        self.daemon.check_health()


class Tolerated(FaultTest):
    """Failures that no client notices: of calls that are made again, and of options that a connection works without."""

    def test_interrupted_calls_are_made_again(self):
        for calls, error, on in (
            ("read", "EINTR", None), (WRITE, "EINTR", None), (WAIT_FOR_EVENTS, "EINTR", None),
            ("read", "EINTR", WAKE_UP), ("read", "EAGAIN", WAKE_UP), ("write", "EINTR", WAKE_UP),
        ):
            with self.subTest(calls=calls, error=error, on=on):
                with self.fault(calls, error, on=on) as fault:
                    self.load()
                self.assertGreaterEqual(fault.count, 20)
        self.check_all_is_well()

    def test_connections_work_without_their_options(self):
        with self.fault("setsockopt", "ENOBUFS", "1+") as fault:
            for _ in range(5):
                self.daemon.ask("info")
        self.assertGreaterEqual(fault.count, 5)
        self.check_all_is_well()


class Broken(FaultTest):
    """Failures that end the connection that they hit, and nothing else."""

    def test_only_the_connection_that_cannot_be_read_or_written_ends(self):
        for calls, error in ("read", "EIO"), ("read", "ENOMEM"), (WRITE, "ENOMEM"), (WRITE, "ETIMEDOUT"):
            with self.subTest(calls=calls, error=error):
                connection, socket = connect_watched(self.daemon)
                with connection, self.daemon.connect() as other:
                    task_id = connection.ask("run", task_name="echo", data="kept")["task_id"]
                    connection.ask("get_result", task_id=task_id, wait=True)
                    with self.fault(calls, error, "1+", on=socket) as fault:
                        connection.send(numbered(5, "run", task_name="echo", data="after"))
                        # It is reset if the daemon has not read all.
                        with contextlib.suppress(ConnectionResetError):
                            connection.expect_end()
                        self.load()
                    self.assertEqual(fault.count, 1, "nothing more is done with it")
                    other.send(get_result(task_id))
                    other.expect(result("success", "kept"))
        self.check_all_is_well()


class SmallPool(FaultTest):
    """libuv's thread pool has one thread: the one that a task runs on."""

    command = "env", "UV_THREADPOOL_SIZE=1"

    def test_one_pool_thread_suffices(self):
        with self.daemon.connect() as connection:
            connection.ask("run", task_name="too_long_echo", data="")
            connection.ask("run", task_name="echo", data="ab")
            connection.send(numbered(3, "get_result", task_id=2, wait=True))
            self.assertEqual(failure_code(self.daemon.ask("cancel", task_id=1)), "cancelled")
            self.assertEqual(connection.reply_to(3), {"status": "success", "data": "ab"})
        self.load()
        ran = client(self.daemon, "run", "echo", "abc", "--wait", command=self.command)
        self.assertEqual(ran, ("abc", "", 0))
        self.daemon.terminate()
        self.assertEqual(self.daemon.exit_code(), 0)
