"""Requests per second: uv-taskd beside its peers and beside the bare C server."""

from measures import RESULTS, STATUSES, STATUSES_WITH_SEQ, SUBMITS, SUBMITS_WITH_SEQ, Row, in_turn
from servers import Floor

CELLS = [(connections, in_flight) for connections in (1, 50, 1000) for in_flight in (1, 16)]
# Those that say most.
MAIN = [(50, 1), (50, 16)]


def submits(bench, cells=CELLS):
    for connections, in_flight in cells:
        yield bench.throughput("Submits", f"{connections:,} × {in_flight}", SUBMITS, connections, in_flight)


def statuses(bench, cells=CELLS):
    for connections, in_flight in cells:
        yield bench.throughput("Status reads", f"{connections:,} × {in_flight}", STATUSES, connections, in_flight)


def with_seq(bench):
    """Of uv-taskd alone: the others are asked for what they are asked for without."""
    for requests, what in (SUBMITS_WITH_SEQ, "submit"), (STATUSES_WITH_SEQ, "status"):
        for connections, in_flight in MAIN:
            yield bench.throughput("Requests with a seq", f"{what}, {connections} × {in_flight}", requests, connections, in_flight)


def sizes(bench):
    """50 connections × 1."""
    for size, name in (1 << 10, "1 KiB"), (64 << 10, "64 KiB"):
        for requests, what in (SUBMITS, "submit"), (RESULTS, "read"):
            # Of large ones so many, not for so long: they are kept.
            amount = "=5000" if size == 64 << 10 and requests is SUBMITS else None
            yield bench.throughput("Larger data", f"{name}, {what}", requests, 50, 1, size, amount)


def generator(bench):
    """The bare C server driven by the load generator, and by a plain epoll loop that measures nothing."""
    def drive(tool, *arguments):
        with bench.server(Floor) as server:
            return bench.tool(tool, *arguments[:-4], server.port, *arguments[-4:])

    for connections, in_flight in MAIN:
        cell = connections, in_flight, 32, bench.seconds
        yield Row("Load generator", f"{connections} × {in_flight}", "/s", in_turn({
            "load generator": lambda: drive("load", "uv-task-submit", *cell)["per_second"],
            "plain epoll loop": lambda: drive("plain", *cell)}))
