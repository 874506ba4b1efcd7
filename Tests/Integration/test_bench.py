"""scripts/bench, as far as it needs no peers: its usage, its figures, and that nothing outlives it."""

import contextlib
import io
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import unittest
import uuid

from fake_server import FakeServer, read_lines, read_to_end
from harness import PATIENCE, PROGRAMS, REPOSITORY, Call, program, wait_until
from processes import name_of, processes_with

BENCH = str(REPOSITORY / "scripts" / "bench")
BENCHMARKS = REPOSITORY / "Tests" / "Benchmarks"
# Last in the search path: the benchmarks, too, have modules named commands and processes.
sys.path.append(str(BENCHMARKS))

import check  # pylint: disable=wrong-import-position
import tables  # pylint: disable=wrong-import-position
from measures import Row  # pylint: disable=wrong-import-position


class Check(Call):
    """scripts/bench --check. All that it starts, daemons included, has a mark in its environment."""

    def __init__(self, *options):
        self._mark = f"UV_TASK_TEST_MARK={uuid.uuid4()}"
        name, _, value = self._mark.partition("=")
        super().__init__([BENCH, "--check", *options], environment={**os.environ, name: value})

    def processes(self):
        """The names of the running ones."""
        return {name for name in map(name_of, processes_with(self._mark)) if name}


class Program(unittest.TestCase):
    def test_wrong_usage_is_reported_in_one_line(self):
        for arguments, sentence in (
            (("submit",), "no part is called submit "), (("--rounds", "0"), "--rounds must be at least 1"),
            (("--check", "submits"), "--check has parts of its own"), (("--no-such-option",), "--no-such-option"),
        ):
            ran = program(BENCH, *arguments)
            self.assertEqual((ran.output, ran.code), ("", 64))
            self.assertRegex(ran.errors, rf"\Abench: [^\n]*{sentence}[^\n]*\n\Z")

    def test_a_daemon_that_fails_is_reported_and_what_it_left_behind_ends(self):
        for daemon, errors in (
            ("sleep 1000 >/dev/null 2>&1 & exit 3", r"\nbench: uv-taskd ended at once, with 3\n\Z"),
            (f'exec "{PROGRAMS}/uv-taskd" "$@" --max-queued 1000',
             r"\nload: the server ended a connection\nbench: .*/load uv-task-submit .* ended with 1\n\Z"),
        ):
            with self.subTest(daemon), tempfile.TemporaryDirectory() as folder:
                script = pathlib.Path(folder) / "uv-taskd"
                script.write_text(f"#!/bin/sh\n{daemon}\n")
                script.chmod(0o755)
                with Check("--programs", folder) as bench:
                    ran = bench.finish()
                    self.assertEqual((ran.output, ran.code, bench.processes()), ("", 1, set()))
                    self.assertRegex("\n" + ran.errors, errors)

    def test_all_ends_at_a_signal(self):
        for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
            with self.subTest(number.name), Check("--rounds", "999", "--programs", str(PROGRAMS)) as bench:
                wait_until(lambda: {"uv-taskd", "load"} <= bench.processes(), "the daemon under load")
                bench.signal(number)
                self.assertEqual((bench.finish().code, bench.processes()), (128 + number, set()))
                self.assertEqual(bench.errors.splitlines()[-1], f"bench: ended by {number.name}")


class CPrograms(unittest.TestCase):
    # Prints the percentile of each argument, 0.5 for the median, of the numbers on its input.
    PERCENTILES = """
        #include "histogram.h"
        #include <stdio.h>
        #include <stdlib.h>
        int main(int count, char **arguments) {
            static struct histogram seen;
            unsigned long long value;
            while (scanf("%llu", &value) == 1) histogram_add(&seen, value, 1);
            for (int i = 1; i < count; i++)
                printf("%llu\\n", (unsigned long long)histogram_percentile(&seen, atof(arguments[i])));
        }"""

    def compiled(self, source):
        """The program of a C text that uses the headers of the benchmark."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = f"{folder.name}/program"
        command = ["cc", "-O1", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE", f"-I{BENCHMARKS}", "-o", path]
        subprocess.run([*command, "-x", "c", "-"], input=source, text=True, check=True)
        return path

    def test_percentiles_are_at_most_a_128th_above_the_exact_ones(self):
        parts = [0, 0.01, 0.5, 0.9, 0.99, 0.999, 1]
        dice = random.Random(1)
        percentiles = self.compiled(self.PERCENTILES)
        for values in (
            list(range(300)), [int(2 ** dice.uniform(0, 63)) for _ in range(5000)],
            [2 ** power + step for power in range(8, 63) for step in (-1, 0, 1)], [2 ** 64 - 1] * 3,
        ):
            ran = subprocess.run(
                [percentiles, *map(str, parts)], input="\n".join(map(str, values)), stdout=subprocess.PIPE,
                text=True, timeout=PATIENCE, check=True)
            values.sort()
            for part, line in zip(parts, ran.stdout.splitlines(), strict=True):
                exact = values[min(int(part * len(values)), len(values) - 1)]
                self.assertIn(int(line), range(exact, exact + exact // 128 + 1))

    def load(self, serve, in_flight):
        """The load generator, which submits 20 tasks of 7 bytes on one connection."""
        load = self.compiled((BENCHMARKS / "load.c").read_text())
        with FakeServer(serve) as server:
            return program(load, "uv-task-submit", str(server.port), "1", in_flight, "7", "=20")

    def test_the_load_generator_counts_what_it_sends(self):
        requests = []

        def answer(connection):
            for _ in range(5):
                requests.append(read_lines(connection, 4))
                connection.sendall(b'{"task_id":1}\n' * 3 + b'{"ta')
                connection.sendall(b'sk_id":1}\n')
            read_to_end(connection)

        ran = self.load(answer, "4")
        self.assertEqual((ran.errors, ran.code), ("", 0))
        self.assertEqual(
            b"".join(requests), b'{"type":"run","task_name":"too_long_echo","data":"xxxxxxx"}\n' * 20)
        seen = json.loads(ran.output)
        self.assertEqual(seen["count"], 20)
        self.assertAlmostEqual(seen["per_second"] * seen["seconds"], 20, delta=0.1 + 0.06 * seen["seconds"])
        self.assertTrue(seen["p50"] <= seen["max"] <= seen["seconds"] * 1e9, seen)

    def test_the_load_generator_ends_at_a_wrong_answer(self):
        for answers, error in (
            ((b'{"task_id":1}\n', b'{"error":{}}\n'), '{"task_id": was expected, and came: {"error":{}}'),
            ((b'{"task_id":1}\n{"task_id":2}\n',), "more replies than requests"),
            ((b"",), "the server ended a connection"),
        ):
            def answer(connection):
                for one in answers:
                    read_lines(connection, 1)
                    connection.sendall(one)
                # After an empty answer the server closes the connection.
                if answers[-1]:
                    read_to_end(connection)

            self.assertEqual(self.load(answer, "1"), ("", f"load: {error}\n", 1))


class Figures(unittest.TestCase):
    def test_tables_show_medians_and_the_range_of_ratios(self):
        def row(name, *figures, **more):
            return Row("Things", name, "/s", dict(zip(("ours", "theirs"), figures)), **more)

        # The median of the ratios 2, 0.5 and 4 is not the ratio of the medians, 2.5.
        rounds = [
            [row("three rounds", 20, 10), row("one round", 123_456, 246_912), row("nothing", 3, 0),
             row("not compared", 3, 2, compares=False), row("alone", 3),
             row("latencies", 2, 1, details={"ours": {"p50": 1_500, "p99": 1_234_567}})],
            [row("three rounds", 500, 1000)], [row("three rounds", 4, 1)],
        ]
        self.assertEqual("\n".join(tables.tables(rounds)), """
| Things a second (higher is better) | ours    | theirs                   |
|------------------------------------|---------|--------------------------|
| three rounds                       | 20      | 10 × 2.00 (0.50 to 4.00) |
| one round                          | 123,000 | 247,000 × 0.50           |
| nothing                            | 3       | 0                        |
| not compared                       | 3       | 2                        |
| alone                              | 3       |                          |
| latencies                          | 2       | 1 × 2.00                 |

| Things, µs to the reply: median / 99th percentile | ours        | theirs |
|---------------------------------------------------|-------------|--------|
| latencies                                         | 1.5 / 1,230 |        |""")

    def test_numbers_have_three_digits(self):
        for value, text in {
            0: "0", 0.01234: "0.0123", 9.876: "9.88", 123.4: "123", 999.9: "1,000", 54_321: "54,300",
        }.items():
            self.assertEqual(tables.number(value), text)

    def test_the_median_decides_whether_the_check_passes(self):
        name = "a submit, 50 × 1"
        for ratios, is_good in ((0.9, 10, 0.8), True), ((1.1, 1.2, 0.3), False):
            rounds = [
                [Row("Things", name, "µs", {"ours": ratio * check.MOST[name], "theirs": 1})] for ratio in ratios]
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                self.assertEqual(check.is_passed(rounds), is_good)
            self.assertTrue(printed.getvalue().endswith(": passed\n" if is_good else ": FAILED\n"), printed.getvalue())
