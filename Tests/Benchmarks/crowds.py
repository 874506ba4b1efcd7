"""Many tasks that wait and many connections that are idle: what one takes, and what they cost those who work."""

import contextlib
import time

from measures import SUBMITS, Row, in_turn, rates
from servers import Beanstalkd, Floor, Redis, UVTask


def waiting(bench):
    """With many tasks waiting, against none; and what one that waits takes."""
    yield against_none(bench, f"50 × 16, {bench.many_tasks:,} tasks waiting", 16, waiting_tasks)
    yield waiting_memory(bench, UVTask, Redis, Beanstalkd)


def idle(bench):
    """With many idle connections, against none; and what one of them takes."""
    yield against_none(bench, f"50 × 1, {bench.many_connections:,} idle connections", 1, idle_connections)
    yield from idle_costs(bench, UVTask, Redis, Beanstalkd, Floor)


def waiting_memory(bench, *kinds):
    """What a waiting task takes."""
    def fill(kind):
        with waiting_tasks(bench, kind) as (_, memory):
            return memory

    return Row("Memory, bytes", f"a waiting task of 32 bytes, of {bench.many_tasks:,}", "bytes",
               in_turn({kind.name: lambda kind=kind: fill(kind) for kind in kinds}))


def idle_costs(bench, *kinds):
    """The memory and the processor time that idle connections take."""
    def rest(kind):
        with idle_connections(bench, kind) as (server, memory):
            return memory, processor_share(server, bench.rest)

    count = bench.many_connections
    seen = in_turn({kind.name: lambda kind=kind: rest(kind) for kind in kinds})
    yield Row("Memory, bytes", f"an idle connection, of {count:,}", "bytes",
              {name: memory for name, (memory, _) in seen.items()})
    yield Row("Processor time, ms a second", f"with {count:,} idle connections", "ms",
              {name: share for name, (_, share) in seen.items()})


@contextlib.contextmanager
def waiting_tasks(bench, kind):
    """The server, and what one task takes of its memory."""
    with bench.server(kind) as server:
        before = warm_resident_bytes(bench, server)
        bench.load(SUBMITS[kind], server, 1, 100, amount=f"={bench.many_tasks}")
        yield server, (server.resident_bytes() - before) / bench.many_tasks


@contextlib.contextmanager
def idle_connections(bench, kind):
    """The server, and what one connection takes of its memory."""
    with bench.server(kind) as server:
        before = warm_resident_bytes(bench, server)
        with bench.idle(server, bench.many_connections):
            yield server, (server.resident_bytes() - before) / bench.many_connections


def against_none(bench, name, in_flight, crowd):
    """What 50 connections get done in a crowd, and without one."""
    def with_crowd():
        with crowd(bench, UVTask) as (server, _):
            return bench.load(SUBMITS[UVTask], server, 50, in_flight)

    def without():
        with bench.server(UVTask) as server:
            return bench.load(SUBMITS[UVTask], server, 50, in_flight)

    seen = in_turn({"with them": with_crowd, "without": without})
    return Row("Crowds", name, "/s", rates(seen), details=seen)


def warm_resident_bytes(bench, server):
    """After some work, so that what a server allocates once does not count."""
    request = next(request for kind, request in SUBMITS.items() if isinstance(server, kind))
    bench.load(request, server, 1, 16, amount="=1000")
    return server.resident_bytes()


def processor_share(server, seconds):
    """Milliseconds on a processor in a second in which nothing is asked."""
    time.sleep(0.1)  # until it rests
    before, start = server.processor_seconds(), time.monotonic()
    time.sleep(seconds)
    return (server.processor_seconds() - before) / (time.monotonic() - start) * 1000
