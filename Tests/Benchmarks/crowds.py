"""Many tasks that wait and many connections that are idle: what one takes, and what they cost those who work."""

import time

from measures import SUBMITS, Row, in_turn, rates
from servers import Beanstalkd, Floor, Redis, UVTask


def waiting(bench):
    """With many tasks waiting, against none; and what one that waits takes."""
    count = bench.many_tasks
    memory = {}

    def fill(server):
        before = warm_resident_bytes(bench, server)
        bench.load(SUBMITS[type(server)], server, 1, 100, amount=f"={count}")
        memory[server.name] = (server.resident_bytes() - before) / count

    def throughput(is_full):
        with bench.server(UVTask) as server:
            if is_full:
                fill(server)
            return bench.load(SUBMITS[UVTask], server, 50, 16)

    seen = in_turn({"with them": lambda: throughput(True), "without": lambda: throughput(False)})
    for kind in Redis, Beanstalkd:
        with bench.server(kind) as server:
            fill(server)
    yield Row("Crowds", f"50 × 16, {count:,} tasks waiting", "/s", rates(seen), details=seen)
    yield Row("Memory, bytes", f"a waiting task of 32 bytes, of {count:,}", "bytes", memory)


def idle(bench):
    """With many idle connections, against none; and what one of them takes."""
    count = bench.many_connections
    memory, processor = {}, {}

    def crowd(kind, then=lambda server: None):
        with bench.server(kind) as server:
            before = warm_resident_bytes(bench, server)
            with bench.idle(server, count):
                memory[kind.name] = (server.resident_bytes() - before) / count
                processor[kind.name] = processor_share(server)
                return then(server)

    def load(server):
        return bench.load(SUBMITS[UVTask], server, 50, 1)

    def without():
        with bench.server(UVTask) as server:
            return load(server)

    seen = in_turn({"with them": lambda: crowd(UVTask, load), "without": without})
    in_turn({kind.name: lambda kind=kind: crowd(kind) for kind in (Redis, Beanstalkd, Floor)})
    yield Row("Crowds", f"50 × 1, {count:,} idle connections", "/s", rates(seen), details=seen)
    yield Row("Memory, bytes", f"an idle connection, of {count:,}", "bytes", memory)
    yield Row("Processor time, ms a second", f"with {count:,} idle connections", "ms", processor)


def warm_resident_bytes(bench, server):
    """After some work, so that what a server allocates once does not count."""
    bench.load(SUBMITS[type(server)], server, 1, 16, amount="=1000")
    return server.resident_bytes()


def processor_share(server, seconds=2):
    """Milliseconds on a processor in a second in which nothing is asked."""
    time.sleep(0.1)  # until it rests
    before, start = server.processor_seconds(), time.monotonic()
    time.sleep(seconds)
    return (server.processor_seconds() - before) / (time.monotonic() - start) * 1000
