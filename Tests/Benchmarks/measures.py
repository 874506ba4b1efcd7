"""What the parts of the benchmark share: the programs, the load, turns, and rows of figures."""

import contextlib
import dataclasses
import json
import pathlib
import random
import subprocess

from servers import Beanstalkd, Floor, Redis, UVTask, wait_until

SUBMITS = {UVTask: "uv-task-submit", Redis: "redis-lpush", Beanstalkd: "beanstalkd-put", Floor: "uv-task-submit"}
STATUSES = {UVTask: "uv-task-status", Redis: "redis-get", Beanstalkd: "beanstalkd-peek", Floor: "floor-status"}
# With a `seq`: the answer tells all that is known of the task.
SUBMITS_WITH_SEQ = {**SUBMITS, UVTask: "uv-task-submit-seq", Floor: "floor-submit-seq"}
STATUSES_WITH_SEQ = {**STATUSES, UVTask: "uv-task-status-seq", Floor: "floor-status-seq"}
RESULTS = {UVTask: "uv-task-result", Redis: "redis-get", Beanstalkd: "beanstalkd-peek"}
# What has to be there for those to be asked for: all but the floor answer with what they found, and load looks at that.
PREPARATION = {UVTask: "uv-task-echo", Redis: "redis-set", Beanstalkd: "beanstalkd-put"}


@dataclasses.dataclass
class Row:
    """What one round saw of one thing: a number of each contestant, and what else was seen with it."""

    table: str
    name: str
    unit: str  # "/s": more is better; any other: less is better
    figures: dict
    # Whether the first of the figures is to be compared with each of the others.
    compares: bool = True
    details: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Bench:
    """The programs, and how much is measured of each thing."""

    programs: pathlib.Path
    tools: pathlib.Path
    seconds: float = 1
    many_tasks: int = 1_000_000
    many_connections: int = 5_000
    rest: float = 2  # seconds in which nothing is asked
    hops: int = 20_000
    cycles: int = 3_000
    waits: int = 200

    def server(self, kind, **options):
        return kind(self.programs, self.tools, **options)

    def tool(self, name, *arguments):
        """What one of the C programs printed."""
        output = subprocess.run([self.tools / name, *map(str, arguments)], stdout=subprocess.PIPE, check=True)
        return json.loads(output.stdout)

    def load(self, request, server, connections, in_flight, size=32, amount=None):
        """Requests per second, and percentiles of the latency; the amount is seconds, or "=" and a count."""
        return self.tool("load", request, server.address, connections, in_flight, size, amount or self.seconds)

    @contextlib.contextmanager
    def idle(self, server, count):
        """So many connections more that do nothing.

        Not all at once: what does not fit into the queue of those to be accepted is tried again after a minute at worst.
        """
        at_once = 250
        with contextlib.ExitStack() as programs:
            for start in range(0, count, at_once):
                command = [self.tools / "load", "idle", server.address, str(min(at_once, count - start))]
                process = programs.enter_context(
                    subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
                programs.callback(process.stdin.close)
                if process.stdout.readline() != b"ready\n":
                    raise SystemExit(f"bench: no {count} connections to {server.name}")
                wait_until(lambda: server.connections_to_accept() == 0, f"{server.name} to take {count} connections")
            yield

    def time_of_a_submit(self, kind, in_flight):
        """The server's processor time for a submit of 50 connections, in microseconds."""
        count = 100_000
        request = next(request for known, request in SUBMITS.items() if issubclass(kind, known))
        with self.server(kind) as server:
            self.load(request, server, 1, 16, amount="=1000")
            before = server.processor_seconds()
            self.load(request, server, 50, in_flight, amount=f"={count}")
            return (server.processor_seconds() - before) / count * 1e6

    def throughput(self, table, name, requests, connections, in_flight, size=32, amount=None):
        """Of every contestant, each on a server of its own."""
        def measure(kind):
            with self.server(kind) as server:
                if requests not in (SUBMITS, SUBMITS_WITH_SEQ) and kind in PREPARATION:
                    self.load(PREPARATION[kind], server, 1, 1, size, "=2")
                return self.load(requests[kind], server, connections, in_flight, size, amount)

        seen = in_turn({kind.name: lambda kind=kind: measure(kind) for kind in requests})
        return Row(table, name, "/s", rates(seen), details=seen)


def rates(seen):
    return {name: one["per_second"] for name, one in seen.items()}


def in_turn(contestants):
    """What each gave, in an order that changes: what one leaves behind for the next is not always left for the same."""
    seen = {name: contestants[name]() for name in random.sample(list(contestants), len(contestants))}
    return {name: seen[name] for name in contestants}
