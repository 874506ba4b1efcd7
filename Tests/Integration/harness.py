"""What every integration test uses: a daemon, connections to it, and the client program.

Environment:
  UV_TASK_BIN  the folder of uv-taskd and uv-task (default: .build/release of this repository)
"""

import collections
import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import resource
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(os.environ.get("UV_TASK_BIN") or REPOSITORY / ".build" / "release").resolve()
DAEMON_PROGRAM = str(PROGRAMS / "uv-taskd")
CLIENT_PROGRAM = str(PROGRAMS / "uv-task")

# The submitter of the tests' own tasks.
OWN_USER = {"uid": os.getuid()}

# Programs inherit ignored signals. nohup ignores SIGHUP, and a shell's `&` SIGINT.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)

# Whether a sanitizer is built into the programs, which then take several times as much memory.
SANITIZED = re.search(rb"__(asan|tsan)_init", pathlib.Path(DAEMON_PROGRAM).read_bytes()) is not None

# How long a test waits for anything before it fails, in seconds. Only a test that fails waits so long.
PATIENCE = 300
# The options of a uv-task that waits as long for an answer.
PATIENT = "--connect-timeout", f"{PATIENCE}s"


def wait_until(condition, what="the condition"):
    """Polls until condition() is true, and returns its value."""
    # Counted in polls: a machine that stands still, or has no processor for this process, spends no patience.
    for _ in range(PATIENCE * 200):
        if value := condition():
            return value
        time.sleep(0.005)
    raise AssertionError(f"{what}: not within {PATIENCE} s")


def in_parallel(*functions):
    """Calls them all at once. Returns their results in order, or raises what the first of them raised."""
    with concurrent.futures.ThreadPoolExecutor(len(functions)) as pool:
        return [future.result() for future in [pool.submit(function) for function in functions]]


def allow_open_files(count):
    """Raises the limit of open files of this process and of the daemons that it starts from here on."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))


class Daemon:
    """A uv-taskd on a free port, in a with statement. It is ended whatever happens.

    errors: a descriptor for its stderr, by default that of a file whose text is `log`.
    """

    def __init__(self, *options, host="127.0.0.1", time_scale=0, command=(), errors=None):
        self._folder = tempfile.TemporaryDirectory()
        folder = pathlib.Path(self._folder.name)
        self.host = host
        self.port_file = folder / "port"
        self._log_file = folder / "log"
        with open(self._log_file, "wb") as log:
            self._process = subprocess.Popen(
                [*command, DAEMON_PROGRAM, "--host", host, "--port", "0", "--port-file", str(self.port_file)]
                + ["--time-scale", str(time_scale)]
                + [str(option) for option in options],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log if errors is None else errors,
            )
        try:
            wait_until(lambda: self.port_file.exists() or not self.is_running, "the daemon's port file")
            if not self.is_running:
                raise AssertionError(f"the daemon ended with {self._process.returncode}:\n{self.log}")
            self.port = int(self.port_file.read_text())
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, failure, *_):
        try:
            if failure is None:
                self.check_health()
        finally:
            self.close()

    def check_health(self):
        """Fails if it has crashed, or if a sanitizer has reported something; not if a test has killed it."""
        code = self._process.poll() or 0
        if code != -signal.SIGKILL and (code < 0 or "Sanitizer" in self.log or "Fatal error" in self.log):
            raise AssertionError(f"the daemon is not well (exit code {code}):\n{self.log}")

    def close(self):
        if self.is_running:
            self._process.kill()
        self._process.wait()
        self._folder.cleanup()

    @property
    def is_running(self):
        return self._process.poll() is None

    @property
    def log(self):
        """What it has written to stderr so far."""
        return self._log_file.read_text(encoding="utf-8")

    @property
    def pid(self):
        return self._process.pid

    def interrupt(self):
        """^C."""
        self._process.send_signal(signal.SIGINT)

    def terminate(self):
        self._process.send_signal(signal.SIGTERM)

    def hang_up(self):
        """The end of its terminal."""
        self._process.send_signal(signal.SIGHUP)

    def exit_code(self):
        """Waits for the end of the process."""
        wait_until(lambda: not self.is_running, "the end of the daemon")
        return self._process.returncode

    def wait_for_log(self, text):
        try:
            wait_until(lambda: text in self.log, f"{text!r} in the log")
        except AssertionError as failure:
            raise AssertionError(f"{failure}; it is:\n{self.log}") from None

    def connect(self, host=None):
        return Connection(self.port, host or self.host)

    def state_of(self, task_id):
        """The task's state. It is asked on a new connection: a connection that has submitted a task waits for its end."""
        with self.connect() as connection:
            connection.send(status(task_id))
            return connection.receive()["status"]

    def ask(self, kind, **members):
        """Asks with a seq, on a new connection."""
        with self.connect() as connection:
            return connection.ask(kind, **members)

    def wait_for_waits(self, count):
        wait_until(lambda: self.ask("stats")["waits"] == count, f"{count} waits")

    def wait_for_state(self, task_id, *states):
        wait_until(lambda: self.state_of(task_id) in states, f"task {task_id} in {' or '.join(states)}")


class Connection:
    """A plain socket, so that a test reads as a dialogue."""

    def __init__(self, port, host="127.0.0.1"):
        """port: or the path of a unix socket."""
        is_unix = isinstance(port, str)
        family = socket.AF_UNIX if is_unix else socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family)
        self.socket.settimeout(PATIENCE)
        try:
            self.socket.connect(port if is_unix else (host, port))
        except BaseException:
            self.socket.close()
            raise
        if not is_unix:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._lines = collections.deque()
        # What was received after the last whole line.
        self._rest = b""
        self._seq = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, *lines):
        """Sends the lines, each with its newline, in one call."""
        self.send_bytes("".join(line + "\n" for line in lines))

    def send_bytes(self, data):
        self.socket.sendall(data.encode() if isinstance(data, str) else data)

    def end_input(self):
        """Nothing more will be sent, but answers are still read."""
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self):
        """Closes with a reset, which discards what is in transit."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def receive_line(self):
        while not self._lines:
            piece = self.socket.recv(1 << 20)
            if not piece:
                raise AssertionError(f"the connection ended where a line was expected, after {self._rest!r}")
            *lines, self._rest = (self._rest + piece).split(b"\n")
            self._lines.extend(lines)
        return self._lines.popleft().decode()

    def receive(self):
        """The next reply, without the submitter of tasks: whether the daemon knows it depends on the system."""
        reply = json.loads(self.receive_line())
        for task in [reply, *reply.get("tasks", [])]:
            if task.pop("submitted_by", OWN_USER) != OWN_USER:
                raise AssertionError(f"received another user's {task}")
        return reply

    def expect(self, *lines):
        for line in lines:
            received = self.receive_line()
            if received != line:
                raise AssertionError(f"received {received[:300]!r}, expected {line[:300]!r}")

    def expect_end(self):
        """The daemon closes the connection without a reset and without another byte."""
        rest = b"\n".join([*self._lines, self._rest]) + self.socket.recv(4096)
        if rest:
            raise AssertionError(f"received {rest[:300]!r} where the connection should end")

    def submit(self, task_name, data):
        self.send(run(task_name, data))
        return self.receive()["task_id"]

    def ask(self, kind, **members):
        """Sends a request with a seq, and gives its reply without the seq. No other reply may be due."""
        self._seq += 1
        self.send(numbered(self._seq, kind, **members))
        return self.reply_to(self._seq)

    def ask_all(self, kind, members_of_each):
        """Asks all at once, and gives the replies in the order of the requests. No other reply may be due."""
        requests = [(seq, members) for seq, members in enumerate(members_of_each, self._seq + 1)]
        self._seq += len(requests)
        self.send(*(numbered(seq, kind, **members) for seq, members in requests))
        return self.replies_to(*(seq for seq, _ in requests))

    def reply_to(self, seq):
        """The next reply, which must be that to one request; without its seq."""
        reply = self.receive()
        if reply.pop("seq", None) != seq:
            raise AssertionError(f"received {reply} where the reply to {seq} was expected")
        return reply

    def replies_to(self, *seqs):
        """The replies to these requests, in whatever order they come; without their seqs."""
        replies = {}
        for _ in seqs:
            reply = self.receive()
            seq = reply.pop("seq", None)
            if seq not in seqs or seq in replies:
                raise AssertionError(f"received {reply} with the seq {seq}")
            replies[seq] = reply
        return [replies[seq] for seq in seqs]

    def pipeline(self, requests):
        """Sends a text of requests, and skips a reply to each. Both at once: else either side could wait for the other."""
        in_parallel(
            lambda: self.send_bytes(requests), lambda: [self.receive_line() for _ in range(requests.count("\n"))])


def numbered(seq, kind, **members):
    """A request with a seq."""
    return message(seq=seq, type=kind, **members)


def error_code(reply):
    """The code of a refused request; None if it was not refused."""
    return reply.get("error", {}).get("code")


def failure_code(reply):
    """The code of a failed task; None if it has not failed."""
    return reply.get("failure", {}).get("code")


def message(**members):
    return json.dumps(members, ensure_ascii=False, separators=(",", ":"))


def run(task_name, data=""):
    return message(type="run", task_name=task_name, data=data)


def status(task_id):
    return message(type="status", task_id=task_id)


def get_result(task_id):
    return message(type="get_result", task_id=task_id)


def submitted(task_id):
    return message(task_id=task_id)


def state(name):
    return message(status=name)


def result(name, data):
    return message(status=name, data=data)


# What a run of a program printed, and its exit code.
Outcome = collections.namedtuple("Outcome", "output errors code")


class Call:
    """A running program, in a with statement that ends it whatever happens. Its output is read all the time."""

    def __init__(self, arguments, environment=None, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE):
        self._process = subprocess.Popen(
            # As bytes: how Python would encode them depends on the locale.
            [argument.encode() for argument in arguments], env=environment, stdin=stdin, stdout=stdout,
            stderr=subprocess.PIPE)
        self.pid = self._process.pid
        self._streams = [stream for stream in (self._process.stdout, self._process.stderr) if stream]
        self._read = {stream: bytearray() for stream in self._streams}
        self._readers = [threading.Thread(target=self._collect, args=(stream,)) for stream in self._streams]
        for reader in self._readers:
            reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self.end_input()
        for reader in self._readers:
            reader.join(PATIENCE)
        for stream in self._streams:
            stream.close()

    def _collect(self, stream):
        while piece := os.read(stream.fileno(), 1 << 16):
            self._read[stream] += piece

    def _text(self, stream):
        return bytes(self._read[stream]).decode() if stream else ""

    @property
    def output(self):
        return self._text(self._process.stdout)

    @property
    def errors(self):
        return self._text(self._process.stderr)

    @property
    def is_running(self):
        return self._process.poll() is None

    def send(self, data):
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def end_input(self):
        if self._process.stdin:
            # Closing sends what a failed write has left.
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()

    def interrupt(self):
        """^C."""
        self._process.send_signal(signal.SIGINT)

    def signal(self, number):
        self._process.send_signal(number)

    def wait_for_lines(self, count):
        """Waits until stdout has this many lines."""
        wait_until(lambda: self.output.count("\n") >= count, f"{count} lines of {self._process.args}")

    def finish(self, data=None):
        """Sends data, as far as the program reads it, and waits for the end."""
        if data is not None:
            with contextlib.suppress(BrokenPipeError):
                self.send(data)
            self.end_input()
        try:
            code = self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self._process.args} still runs after {PATIENCE} s:\n{self.errors}") from None
        for reader in self._readers:
            reader.join(PATIENCE)
        return Outcome(self.output, self.errors, code)


class ClientProcess(Call):
    """A uv-task with the address of its daemon as options."""

    def __init__(self, daemon, *arguments, command=()):
        where = "--host", daemon.host, "--port", str(daemon.port), *PATIENT
        super().__init__([*command, CLIENT_PROGRAM, *where, *map(str, arguments)])


def client(daemon, *arguments, **options):
    """Runs uv-task to its end."""
    with ClientProcess(daemon, *arguments, **options) as process:
        return process.finish()


def closing(streams):
    """A command that runs what follows it with some standard streams closed, such as "<&- >&-"."""
    return "sh", "-c", f'exec "$@" {streams}', "sh"


def program(*arguments):
    """Runs one of the two programs that is expected to end by itself."""
    ran = subprocess.run(
        arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE)
    return Outcome(ran.stdout.decode(), ran.stderr.decode(), ran.returncode)
