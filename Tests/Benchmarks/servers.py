"""The servers that are measured: each is started on a free port of this machine, and ended by its id."""

import pathlib
import random
import socket
import subprocess
import tempfile
import time

PATIENCE = 60  # seconds; if a queue of connections to accept was full, the system tries again after 1, 3, 7, 15 and 31


def free_port():
    """None of those that the system gives to clients: who asks whether somebody listens could reach itself there."""
    while True:
        port = random.randrange(10_000, 30_000)
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass  # taken


def wait_until(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"bench: waited in vain for {what}")
        time.sleep(0.0001)


def accepts(address):
    """Whether somebody listens on a port, or on the path of a unix socket."""
    if address.startswith("/"):
        with socket.socket(socket.AF_UNIX) as one:
            return one.connect_ex(address) == 0
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", int(address))) == 0


class Server:
    """One that runs, in a with statement. `name` is that of the tables, `protocol` that of the C programs."""

    protocol = None

    def __init__(self, programs, tools):
        self.programs, self.tools = programs, tools
        self.port = free_port()

    def command(self):
        raise NotImplementedError

    def __enter__(self):
        self.process = subprocess.Popen(self.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: accepts(self.address) or self.process.poll() is not None, self.name)
            if self.process.poll() is not None:
                raise SystemExit(f"bench: {self.name} ended at once, with {self.process.returncode}")
        except BaseException:
            self.__exit__()
            raise
        # When it was seen to take connections.
        self.accepted = time.monotonic()
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    @property
    def pid(self):
        return self.process.pid

    @property
    def address(self):
        """What the C programs connect to."""
        return str(self.port)

    def resident_bytes(self):
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise SystemExit(f"bench: {self.name} has ended")

    def processor_seconds(self):
        """The time that all its threads have been on a processor."""
        tasks = pathlib.Path(f"/proc/{self.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def connections_to_accept(self):
        """How many connections its socket has that it has not accepted yet."""
        for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _, local, _, state, queues = line.split()[:5]
            # What listens has them in the place of bytes to be read.
            if state == "0A" and int(local.rpartition(":")[2], 16) == self.port:
                return int(queues.rpartition(":")[2], 16)
        raise SystemExit(f"bench: {self.name} does not listen")


class UVTask(Server):
    name = "uv-taskd"
    protocol = "uv-task"

    def __init__(self, programs, tools, options=()):
        super().__init__(programs, tools)
        self.options = options

    def command(self):
        # More tasks wait than it takes unless told otherwise. All else is as it is for everybody, its log too.
        return [self.programs / "uv-taskd", "--host", "127.0.0.1", "--port", str(self.port), *self.options,
                "--max-queued", "100000000", "--max-memory", "16GiB", "--max-connections", "10000"]


class UVTaskOverUnixSocket(UVTask):
    name = "uv-taskd, unix socket"

    def __init__(self, programs, tools):
        self.folder = tempfile.TemporaryDirectory()
        super().__init__(programs, tools, options=("--socket", self.address))

    @property
    def address(self):
        return f"{self.folder.name}/socket"

    def __exit__(self, *_):
        super().__exit__()
        self.folder.cleanup()

    def connections_to_accept(self):
        """None: the server accepts in order, and has answered one that came last."""
        with socket.socket(socket.AF_UNIX) as one:
            one.connect(self.address)
            one.sendall(b'{"seq":1,"type":"info"}\n')
            one.recv(1)
        return 0


class Redis(Server):
    name = "Redis"
    protocol = "redis"

    def command(self):
        return ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                "--maxclients", "10000"]


class Beanstalkd(Server):
    name = "beanstalkd"
    protocol = "beanstalkd"

    def command(self):
        return ["beanstalkd", "-l", "127.0.0.1", "-p", str(self.port), "-z", "1000000"]


class Floor(Server):
    name = "bare C server"
    protocol = "uv-task"

    def command(self):
        return [self.tools / "floor", str(self.port)]
