"""What one task takes: the runner, waiters, delays; and what a start takes, of the daemon and of the client."""

import contextlib
import ctypes
import json
import resource
import socket
import statistics
import subprocess
import time

from measures import Row, in_turn, rates
from servers import Beanstalkd, Floor, Redis, UVTask

STARTS = 15
# How many daemons have a task of 2 s at the same time: they only sleep.
DELAYS = 5


def runner(bench):
    """Tasks without a delay, of which all wait already, against the way to libuv's thread pool and back."""
    def ours():
        with bench.server(UVTask) as server:
            return bench.hops / drain(bench, server)[0]

    yield Row("Tasks without a delay", "all wait already", "/s", in_turn({
        UVTask.name: ours, "uv_queue_work in C": lambda: bench.tool("hops", bench.hops)}))


def runner_time(bench):
    """The processor time of the same, in microseconds a task."""
    def ours():
        with bench.server(UVTask) as server:
            return drain(bench, server)[1] / bench.hops * 1e6

    def in_c():
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        bench.tool("hops", bench.hops)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / bench.hops * 1e6

    return Row("Processor time, µs", "a task without a delay", "µs", in_turn({UVTask.name: ours, "libuv in C": in_c}))


def drain(bench, server):
    """The time and the processor time of so many tasks behind one that is cancelled, in seconds."""
    with socket.create_connection(("127.0.0.1", server.port)) as connection, connection.makefile("rw") as stream:
        def ask(**request):
            stream.write(json.dumps({"seq": 1, **request}) + "\n")
            stream.flush()
            reply = json.loads(stream.readline())
            if "error" in reply:
                raise SystemExit(f"bench: {request} was refused: {reply}")
            return reply

        ask(type="run", task_name="too_long_echo", data="")
        bench.load("uv-task-echo", server, 1, 100, amount=f"={bench.hops}")
        start, used = time.monotonic(), server.processor_seconds()
        ask(type="cancel", task_id=1)
        reply = ask(type="status", task_id=bench.hops + 1, wait=True)
        elapsed, used = time.monotonic() - start, server.processor_seconds() - used
        if reply["status"] != "success":
            raise SystemExit(f"bench: the last task ended so: {reply}")
        return elapsed, used


def cycles(bench):
    """A task submitted and awaited, by one client, against beanstalkd's put, reserve and delete."""
    def cycle(kind):
        with bench.server(kind) as server:
            return bench.tool("cycle", kind.protocol, server.port, bench.cycles)

    seen = in_turn({kind.name: lambda kind=kind: cycle(kind) for kind in (UVTask, Beanstalkd)})
    yield Row("Tasks without a delay", "each awaited before the next", "/s", rates(seen))
    yield late("from an echo's submit to its result's line", seen[UVTask.name])


def waits(bench):
    """From a task's end to its waiter's line: tasks of 5 ms, whose submit's reply is taken for their start."""
    names = {"same": "its submitter's own connection", "other": "another one"}
    for waiter, whose in names.items():
        # While the timer is late the task has not ended: Linux adds 50 µs and more to a delay, to join its wake-ups.
        with exact_timers(), bench.server(UVTask, options=("--time-scale", "0.0025")) as server:
            seen = bench.tool("waits", waiter, "revers", 5, server.port, bench.waits)
        yield late(f"from a task's end to its waiter's line on {whose}", seen["late"])


def delays(bench):
    """How much later than 2 s after its submit a task of 2 s has its result with its client."""
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(bench.server(UVTask)) for _ in range(DELAYS)]
        clients = [stack.enter_context(subprocess.Popen(
            [bench.tools / "waits", "same", "revers", "2000", str(server.port), "1"], stdout=subprocess.PIPE))
            for server in servers]
        seen = statistics.median(json.loads(client.stdout.read())["bound"]["p50"] for client in clients)
    yield late("from a submit to its result's line, a delay of 2 s taken off", {"p50": seen})


def late(name, seen):
    columns = {"median": "p50", "99th percentile": "p99"}
    figures = {column: seen[key] / 1e6 for column, key in columns.items() if key in seen}
    return Row("Times, ms", name, "ms", figures, compares=False)


@contextlib.contextmanager
def exact_timers():
    """For the programs that are started meanwhile."""
    set_timer_slack, default = 29, 0
    prctl = ctypes.CDLL(None).prctl
    prctl(set_timer_slack, ctypes.c_ulong(1))
    try:
        yield
    finally:
        prctl(set_timer_slack, ctypes.c_ulong(default))


def starts(bench):
    """From the start of the process to the first connection that it takes; from the start of a client to its end."""
    def start(kind):
        server = bench.server(kind)
        begin = time.monotonic()
        with server:
            return (server.accepted - begin) * 1000

    yield Row("Starts, ms", "server: to its first accept", "ms", medians({
        kind.name: lambda kind=kind: start(kind) for kind in (UVTask, Redis, Beanstalkd, Floor)}))
    with bench.server(UVTask) as ours, bench.server(Redis) as redis:
        yield Row("Starts, ms", "client: one submit", "ms", medians({
            UVTask.name: lambda: call(
                bench.programs / "uv-task", "run", "echo", "x", "--host", "127.0.0.1", "--port", str(ours.port)),
            Redis.name: lambda: call("redis-cli", "-p", str(redis.port), "lpush", "queue", "x"),
            "`true`": lambda: call("true")}))


def call(*command):
    begin = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return (time.monotonic() - begin) * 1000


def medians(contestants):
    """Of so many turns."""
    turns = [in_turn(contestants) for _ in range(STARTS)]
    return {name: statistics.median(turn[name] for turn in turns) for name in contestants}
