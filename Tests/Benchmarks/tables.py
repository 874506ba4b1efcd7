"""The figures of all rounds as Markdown: medians, and the ratios of one contestant to each other, paired by round."""

import statistics


def grouped(rounds):
    """The rows of all rounds that are of one thing, in the order in which they were first seen."""
    things = {}
    for rows in rounds:
        for row in rows:
            things.setdefault((row.table, row.name), []).append(row)
    return things


def number(value):
    """Three digits that count."""
    if abs(value) >= 999.5:
        return f"{round(value, 3 - len(str(int(abs(value))))):,.0f}"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def median(rows, name):
    return statistics.median(row.figures[name] for row in rows)


def ratios(rows, first, other):
    return [row.figures[first] / row.figures[other] for row in rows if row.figures[other]]


def spread(values):
    """The median; if there are several values, also the lowest and the highest."""
    text = f"{statistics.median(values):.2f}"
    return text if len(values) == 1 else f"{text} ({min(values):.2f} to {max(values):.2f})"


def tables(rounds):
    """A table for each table name, and one of latencies if its rows have them."""
    things = grouped(rounds)
    for table in dict.fromkeys(table for table, _ in things):
        lines = [rows for (other, _), rows in things.items() if other == table]
        names = list(dict.fromkeys(name for rows in lines for name in rows[0].figures))
        yield from aligned([[heading(table, lines), *names], *([rows[0].name, *cells(rows, names)] for rows in lines)])
        lines = [rows for rows in lines if rows[0].details]
        if lines:
            yield from aligned([
                [f"{table}, µs to the reply: median / 99th percentile", *names],
                *([rows[0].name, *latencies(rows, names)] for rows in lines)])


def heading(table, lines):
    if lines[0][0].unit == "/s":
        return f"{table} a second (higher is better)"
    return f"{table} (lower is better)"


def cells(rows, names):
    """The first as it is; each other with what the first is of it."""
    for name in names:
        figures = rows[0].figures
        first = next(iter(figures))
        if name not in figures:
            yield ""
        elif name == first or not rows[0].compares or not (paired := ratios(rows, first, name)):
            yield number(median(rows, name))
        else:
            yield f"{number(median(rows, name))} × {spread(paired)}"


def latencies(rows, names):
    for name in names:
        seen = [row.details[name] for row in rows if name in row.details]
        yield " / ".join(
            number(statistics.median(one[percentile] for one in seen) / 1000) for percentile in ("p50", "p99") if seen)


def caption(count):
    """What the cells of the tables hold, of so many rounds."""
    names = "50 × 16: 50 connections, each with 16 requests in flight. The bare C server parses nothing: libuv and the system."
    if count == 1:
        return f"One round; × 1.10: the first column is 1.10 times as much. {names}"
    return (f"Medians of {count} rounds; × 1.10: the first column is 1.10 times as much, paired by round "
            f"(lowest to highest). {names}")


def aligned(lines):
    widths = [max(map(len, column)) for column in zip(*lines)]
    yield ""
    for index, line in enumerate(lines):
        yield "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |"
        if index == 0:
            yield "|" + "|".join("-" * (width + 2) for width in widths) + "|"
