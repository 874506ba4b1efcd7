"""Faults of the machine: system calls of a daemon that fail, and the load that goes on meanwhile."""

import contextlib
import os
import pathlib
import signal
import subprocess
import tempfile
import threading

from harness import PATIENCE, wait_until

# What wakes the loop when a task has ended on another thread.
WAKE_UP = "anon_inode:[eventfd]"


class Fault:
    """Makes system calls of a running daemon fail, in a with statement, by strace.

    calls: their names, such as "read" or "epoll_wait,epoll_pwait".
    when: which of them, counted for each thread from the beginning of the fault: all of them, "1+"; every second, "1+2".
    on: only those on this descriptor, as its link in /proc names it.
    """

    def __init__(self, daemon, calls, error, when="1+2", on=None):
        self._folder = tempfile.TemporaryDirectory()
        self._record = pathlib.Path(self._folder.name) / "record"
        self._process = subprocess.Popen(
            ["strace", "-f", "-p", str(daemon.pid), "-o", str(self._record), "-e", f"trace={calls}"]
            + ["-e", f"inject={calls}:error={error}:when={when}"] + (["-P", on] if on else []),
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self._daemon = daemon
        # A load that goes on after the fault: it is paused at the fault's end.
        self.load = None

    def __enter__(self):
        # It says so once it holds every thread.
        said = self._process.stderr.readline()
        if "attached" not in said:
            self.__exit__()
            raise AssertionError(f"strace cannot attach: {said}")
        return self

    def __exit__(self, *_):
        """From here on system calls succeed again."""
        try:
            if self.load:
                self.load.pause()
            self._wait_for_rest()
        finally:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.communicate(timeout=PATIENCE)
            finally:
                self._process.kill()
                self._count = self._recorded()
                self._folder.cleanup()
                if self.load:
                    self.load.go_on()

    def _wait_for_rest(self):
        """A call that strace has begun to make fail when it leaves fails as one that the system does not have.

        So no load may be there any more that makes such calls. What it has caused last is waited for.
        """
        def is_at_rest():
            threads = pathlib.Path(f"/proc/{self._daemon.pid}/task").iterdir()
            return all("State:\tS" in (thread / "status").read_text() for thread in threads)

        wait_until(lambda: not self._daemon.is_running or is_at_rest(), "rest")

    def _recorded(self):
        return self._record.read_text(errors="replace").count("(INJECTED)") if self._record.exists() else 0

    @property
    def count(self):
        """How many calls it made fail, so far or altogether."""
        return self._recorded() if self._process.poll() is None else self._count


def sockets(daemon):
    """The daemon's sockets, each as its link in /proc names it."""
    folder = pathlib.Path(f"/proc/{daemon.pid}/fd")
    links = set()
    for name in folder.iterdir():
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


class Load:
    """Clients that submit tasks and wait for their results, one after the other, in a with statement.

    At its end it fails where one of them was not served right.
    """

    def __init__(self, daemon, clients=4):
        self._daemon = daemon
        self._is_over = threading.Event()
        self._may_run = threading.Event()
        self._may_run.set()
        self._connections = [daemon.connect() for _ in range(clients)]
        self._threads = [threading.Thread(target=self._run, args=one) for one in enumerate(self._connections)]
        self._served = [0] * clients
        self._failures = []

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        for thread in self._threads:
            thread.join(PATIENCE)
        for connection in self._connections:
            connection.close()
        if self._failures:
            raise self._failures[0]

    def pause(self):
        """No client begins anything from here on."""
        self._may_run.clear()

    def go_on(self):
        self._may_run.set()

    def _run(self, client, connection):
        try:
            while self._may_run.wait() and not self._is_over.is_set():
                data = f"{client} {self._served[client]} пример"
                task = connection.ask("run", task_name="echo", data=data)
                result = connection.ask("get_result", task_id=task["task_id"], wait=True)
                if result != {"status": "success", "data": data}:
                    raise AssertionError(f"client {client} received {result} for {data!r}")
                self._served[client] += 1
        except Exception as failure:  # pylint: disable=broad-except
            self._failures.append(failure)

    @property
    def served(self):
        """How many tasks were run."""
        return sum(self._served)

    def wait_for_more(self, count):
        """Until every client was served so many times from now on."""
        goals = [served + count for served in self._served]
        wait_until(
            lambda: self._failures or all(served >= goal for served, goal in zip(self._served, goals)),
            f"{count} more tasks of each client")
