"""The check of every change: processor time beside libuv alone, times with much to spare, and memory."""

import statistics

import crowds
import tables
import times
from measures import Row, in_turn
from servers import Floor, UVTask

# The most, by the beginning of a name. What a quiet machine shows is behind it.
MOST = {
    # Ratios to libuv alone.
    "a submit, 50 × 1": 2.5,  # 1.2
    "a submit, 50 × 16": 6,  # 3
    "a task without a delay": 4,  # 2
    # Milliseconds.
    "from a task's end to its waiter's line": 5,  # 0.2
    "from a submit to its result's line": 50,  # 1
    "with": 5,  # of processor time a second, for idle connections: 0
    # Bytes.
    "a waiting task": 200,  # 132
    "an idle connection": 1000,  # 696
}


def cells(bench):
    """What needs no other program, and little time."""
    for in_flight in (1, 16):
        yield Row("Processor time, µs", f"a submit, 50 × {in_flight}", "µs", in_turn(
            {kind.name: lambda kind=kind: bench.time_of_a_submit(kind, in_flight) for kind in (UVTask, Floor)}))
    yield times.runner_time(bench)
    yield from times.waits(bench)
    yield from times.delays(bench)
    yield crowds.waiting_memory(bench, UVTask)
    yield from crowds.idle_costs(bench, UVTask)


def is_passed(rounds):
    """Whether the median of every figure is within its limit. Prints a line for each."""
    return all([is_within(table, name, rows) for (table, name), rows in tables.grouped(rounds).items()])


def is_within(table, name, rows):
    first, *others = rows[0].figures
    if others and rows[0].compares:
        values, what = tables.ratios(rows, first, others[0]), f"{first} ÷ {others[0]}"
    else:
        values, what = [row.figures[first] for row in rows], first
    most = next(most for start, most in sorted(MOST.items(), reverse=True) if name.startswith(start))
    passed = statistics.median(values) <= most
    print(f"bench: {table}, {name}: {what} {tables.spread(values)}, at most {most}:", "passed" if passed else "FAILED")
    return passed
