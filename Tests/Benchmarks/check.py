"""The check of every change: uv-taskd beside libuv alone, in ratios, so that a lost factor of two is noticed."""

import statistics

import tables
import throughput
import times
from measures import SUBMITS
from servers import Floor, UVTask

# Below what a busy machine shows, above half of what a quiet one does.
LEAST = {"50 × 1": 0.4, "50 × 16": 0.2, "all wait already": 0.5}


def cells(bench):
    """Of all that is measured what needs no other program, and little time."""
    requests = {kind: SUBMITS[kind] for kind in (UVTask, Floor)}
    for connections, in_flight in throughput.MAIN:
        yield bench.throughput("Submits", f"{connections:,} × {in_flight}", requests, connections, in_flight)
    yield from times.runner(bench)


def is_passed(rounds):
    """Whether the median of every ratio is what it should be; says so."""
    passed = True
    for (table, name), rows in tables.grouped(rounds).items():
        first, other = rows[0].figures
        ratios = tables.ratios(rows, first, other)
        is_enough = statistics.median(ratios) >= LEAST[name]
        passed = passed and is_enough
        print(f"bench: {table}, {name}: {first} ÷ {other} {tables.spread(ratios)}, at least {LEAST[name]}:",
              "passed" if is_enough else "FAILED")
    return passed
