"""What scripts/bench makes of what it sees: percentiles, times of replies, ratios and tables."""

import contextlib
import io
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import unittest

from fake_server import FakeServer, read_lines, read_to_end
from harness import PATIENCE, REPOSITORY, program

BENCHMARKS = REPOSITORY / "Tests" / "Benchmarks"
# Behind all others: its commands and processes are not those of this folder.
sys.path.append(str(BENCHMARKS))

import check  # pylint: disable=wrong-import-position
import tables  # pylint: disable=wrong-import-position
from measures import Row  # pylint: disable=wrong-import-position


class Compiled:
    """A C program that uses the headers of the benchmark, in a with statement."""

    def __init__(self, source):
        self._source = source

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory()
        path = str(pathlib.Path(self._folder.name) / "program")
        subprocess.run(
            ["cc", "-O1", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE", f"-I{BENCHMARKS}", "-o", path, self._source],
            check=True)
        return path

    def __exit__(self, *_):
        self._folder.cleanup()


class Percentiles(unittest.TestCase):
    def test_they_are_at_most_a_128th_above_the_exact_ones(self):
        parts = [0, 0.01, 0.5, 0.9, 0.99, 0.999, 1]
        dice = random.Random(1)
        samples = {
            "one": [123_456_789],
            "small ones": list(range(300)),
            "of every magnitude": [int(2 ** dice.uniform(0, 63)) for _ in range(5000)],
            "around powers of two": [2 ** power + step for power in range(8, 63) for step in (-1, 0, 1)],
            "the largest": [2 ** 64 - 1] * 3,
        }
        with Compiled(pathlib.Path(__file__).with_name("histogram_percentiles.c")) as percentiles:
            for name, values in samples.items():
                with self.subTest(name):
                    ran = subprocess.run(
                        [percentiles, *map(str, parts)], input="\n".join(map(str, values)), stdout=subprocess.PIPE,
                        text=True, timeout=PATIENCE, check=True)
                    values.sort()
                    for part, line in zip(parts, ran.stdout.splitlines(), strict=True):
                        exact = values[min(int(part * len(values)), len(values) - 1)]
                        self.assertGreaterEqual(int(line), exact)
                        self.assertLessEqual(int(line), exact + exact // 128)


class LoadGenerator(unittest.TestCase):
    """Against servers whose every answer is known."""

    DELAY = 0.02

    def load(self, serve, *arguments):
        with Compiled(BENCHMARKS / "load.c") as load, FakeServer(serve) as server:
            return program(load, "uv-task-submit", str(server.port), *arguments)

    def answer(self, connection):
        """Five times four at once, each four later; a reply in two pieces among them."""
        for _ in range(5):
            self.requests += read_lines(connection, 4)
            time.sleep(self.DELAY)
            connection.sendall(b'{"task_id":1}\n' * 3 + b'{"ta')
            connection.sendall(b'sk_id":1}\n')
        read_to_end(connection)

    def test_what_it_sends_and_counts(self):
        self.requests = b""
        ran = self.load(self.answer, "1", "4", "7", "=20")
        self.assertEqual((ran.errors, ran.code), ("", 0))
        self.assertEqual(
            self.requests, b'{"type":"run","task_name":"too_long_echo","data":"xxxxxxx"}\n' * 20)
        seen = json.loads(ran.output)
        self.assertEqual(seen["count"], 20)
        self.assertGreaterEqual(seen["seconds"], 5 * self.DELAY)
        self.assertAlmostEqual(seen["per_second"], 20 / seen["seconds"], delta=1)
        self.assertGreaterEqual(seen["p50"], self.DELAY * 1e9)
        self.assertLessEqual(seen["p50"], seen["max"])
        self.assertLessEqual(seen["max"], seen["seconds"] * 1e9)

    def assert_fails(self, serve, error):
        ran = self.load(serve, "1", "1", "7", "=20")
        self.assertEqual((ran.output, ran.errors, ran.code), ("", error, 1))

    def test_another_answer_than_expected_ends_it(self):
        def refuse(connection):
            for answer in b'{"task_id":1}\n', b'{"error":{}}\n':
                read_lines(connection, 1)
                connection.sendall(answer)
            read_to_end(connection)

        self.assert_fails(refuse, 'load: {"task_id": was expected, and came: {"error":{}}\n')

    def test_an_answer_too_many_ends_it(self):
        def answer_twice(connection):
            read_lines(connection, 1)
            connection.sendall(b'{"task_id":1}\n{"task_id":2}\n')
            read_to_end(connection)

        self.assert_fails(answer_twice, "load: more replies than requests\n")

    def test_the_end_of_the_connection_ends_it(self):
        self.assert_fails(lambda connection: read_lines(connection, 1), "load: the server ended a connection\n")


def rounds(name, *figures, unit="/s", **more):
    return [[Row("Things", name, unit, dict(zip(("ours", "theirs"), pair)), **more)] for pair in figures]


class Tables(unittest.TestCase):
    def assert_cells(self, table, *expected):
        lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in tables.tables(table) if line]
        self.assertEqual(lines[0], ["Things a second (higher is better)", "ours", "theirs"])
        self.assertEqual(lines[2], list(expected))
        return lines

    def test_ratios_are_paired_by_round(self):
        # Ratios 2, 0.5 and 4: their median is not the ratio of the medians, 2.5.
        table = rounds("one", (20, 10), (500, 1000), (4, 1))
        self.assert_cells(table, "one", "20", "10 × 2.00 (0.50 to 4.00)")

    def test_one_round_has_no_spread(self):
        self.assert_cells(rounds("one", (123_456, 246_912)), "one", "123,000", "247,000 × 0.50")

    def test_what_is_nothing_has_no_ratio(self):
        self.assert_cells(rounds("one", (3, 0)), "one", "3", "0")

    def test_what_does_not_compare_has_no_ratio(self):
        self.assert_cells(rounds("one", (3, 2), compares=False), "one", "3", "2")

    def test_a_contestant_that_a_row_does_not_have(self):
        table = [[*rounds("one", (3,))[0], *rounds("two", (1, 2))[0]]]
        self.assertEqual(self.assert_cells(table, "one", "3", "")[3], ["two", "1", "2 × 0.50"])

    def test_times_to_the_reply_have_a_table_of_their_own(self):
        table = rounds("one", (2, 1), details={"ours": {"p50": 1_500, "p99": 1_234_567}})
        lines = self.assert_cells(table, "one", "2", "1 × 2.00")
        self.assertEqual(lines[3][0], "Things, µs to the reply: median / 99th percentile")
        self.assertEqual(lines[5], ["one", "1.5 / 1,230", ""])

    def test_numbers_have_three_digits(self):
        for value, text in {
            0: "0", 0.01234: "0.0123", 9.876: "9.88", 123.4: "123", 999.9: "1,000", 54_321: "54,300",
        }.items():
            self.assertEqual(tables.number(value), text)


class Checks(unittest.TestCase):
    def check(self, *ratios):
        """Whether so many rounds pass, and what was said."""
        name = "50 × 1"
        with contextlib.redirect_stdout(io.StringIO()) as said:
            passed = check.is_passed(rounds(name, *((ratio * check.LEAST[name], 1) for ratio in ratios)))
        return passed, said.getvalue()

    def test_a_bad_round_does_not_fail(self):
        passed, said = self.check(1.1, 0.1, 1.2)
        self.assertTrue(passed)
        self.assertTrue(said.endswith(": passed\n"), said)

    def test_more_bad_rounds_than_good_ones_do(self):
        passed, said = self.check(0.9, 0.8, 3)
        self.assertFalse(passed)
        self.assertTrue(said.endswith(": FAILED\n"), said)


if __name__ == "__main__":
    unittest.main()
