"""A unix socket beside TCP: what a reply and an idle connection take."""

from crowds import warm_resident_bytes
from measures import Row, in_turn
from servers import UVTask, UVTaskOverUnixSocket

TRANSPORTS = {"unix socket": UVTaskOverUnixSocket, "TCP": UVTask}


def transports(bench):
    """The server's processor time for a submit, and its memory for an idle connection."""
    for in_flight in (1, 16):
        yield Row("Processor time, µs", f"a submit over it, 50 × {in_flight}", "µs", in_turn(
            {name: lambda kind=kind: bench.time_of_a_submit(kind, in_flight) for name, kind in TRANSPORTS.items()}))
    count = bench.many_connections
    yield Row("Memory, bytes, by transport", f"an idle connection over it, of {count:,}", "bytes", in_turn(
        {name: lambda kind=kind: idle_memory(bench, kind, count) for name, kind in TRANSPORTS.items()}))


def idle_memory(bench, kind, count):
    with bench.server(kind) as server:
        before = warm_resident_bytes(bench, server)
        with bench.idle(server, count):
            return (server.resident_bytes() - before) / count
