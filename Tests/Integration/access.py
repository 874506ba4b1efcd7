"""Daemons on unix sockets, and clients that are another user."""

import collections
import concurrent.futures
import contextlib
import json
import multiprocessing
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from harness import DAEMON_PROGRAM, Connection, Daemon, numbered, run, wait_until

# The user and the group of a client that is somebody else.
NOBODY = 65534
AS_NOBODY = {"user": NOBODY, "group": NOBODY, "extra_groups": [], "cwd": "/"}

# Whether there are as many strangers and races as the daemon must stand, instead of a few.
FULL = os.environ.get("UV_TASK_FULL") == "1"

as_root = unittest.skipUnless(os.geteuid() == 0, "only root can be another user")


def has_user_namespaces():
    """Whether the system gives user namespaces to users that are not root. Only root can find out."""
    if os.geteuid() != 0:
        return False
    try:
        return subprocess.run(["unshare", "--user", "true"], capture_output=True, **AS_NOBODY).returncode == 0
    except OSError:
        return False


class SocketDaemon(Daemon):
    """A uv-taskd on a unix socket. It is killed at the end, so that its socket stays."""

    def __init__(self, path, *options, tcp=False, command=(), program=DAEMON_PROGRAM, **process):
        """process: more arguments of Popen."""
        self.path = str(path)
        self._folder = tempfile.TemporaryDirectory()
        self._log_file = pathlib.Path(self._folder.name) / "log"
        with open(self._log_file, "wb") as log:
            self._process = subprocess.Popen(
                [*command, program, "--socket", self.path, *([] if tcp else ["--no-tcp"]), "--time-scale", "0"]
                + [str(option) for option in options],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log, **process)

    def __enter__(self):
        self.wait_until_serving()
        return self

    def wait_until_serving(self):
        wait_until(lambda: f"listening on {self.path} " in self.log or not self.is_running, "the daemon's socket")
        if not self.is_running:
            raise AssertionError(f"the daemon ended with {self.exit_code()}:\n{self.log}")

    @property
    def port(self):
        return int(re.search(r"listening on 127\.0\.0\.1:(\d+)", self.log)[1])

    def connect(self, host=None):
        return Connection(self.path)


def strangers(where, count, user=NOBODY):
    """Connects as another user, sends requests each time, and counts the outcomes.

    where: a port of 127.0.0.1, or a path.
    """
    # A fork: the other user may not be allowed to run this Python.
    fork = multiprocessing.get_context("fork")
    with concurrent.futures.ProcessPoolExecutor(1, fork, become, [user]) as pool:
        return collections.Counter(pool.map(visit, [where] * count))


def become(user):
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)


def visit(where):
    try:
        connection = Connection(where)
    except PermissionError:
        return "no way in"
    with connection:
        # A daemon that refuses it may have closed it by now.
        with contextlib.suppress(OSError):
            connection.send(numbered(1, "run", task_name="echo", data="x"), run("echo", "y"), numbered(2, "list"))
            connection.end_input()
        received = connection.socket.makefile("rb").read()
    is_served = b"task_id" in received or b'"tasks"' in received
    return "served" if is_served else json.loads(received)["error"]["code"]


class FolderTest(unittest.TestCase):
    """A folder that everyone may enter, and a file of task types in it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.folder.chmod(0o755)
        self.path = str(self.folder / "socket")
        # A task type that runs a command.
        self.types = self.folder / "tasks.toml"
        self.types.write_text('[tasks.count]\ncommand = ["wc", "-c"]\n')

    def copy(self, program):
        """A copy that every user may run."""
        return shutil.copy(program, self.folder)

    def folder_of(self, user):
        folder = self.folder / str(user)
        folder.mkdir()
        os.chown(folder, user, user)
        return folder
