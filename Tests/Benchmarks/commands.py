"""Tasks that are commands: uv-taskd beside libuv's own loop in C, and beside task-spooler."""

import json
import os
import pathlib
import subprocess
import tempfile
import time

from measures import Row, in_turn
from servers import UVTask

COUNT, LINES = 1000, 300


def commands(bench):
    with tempfile.TemporaryDirectory(prefix="uv-task-bench.") as folder:
        yield from Commands(bench, pathlib.Path(folder)).rows()


class Commands:
    def __init__(self, bench, folder):
        self.bench, self.folder = bench, folder
        self.stamps = folder / "stamps"
        self.tasks = folder / "tasks.toml"
        stamp = json.dumps([str(bench.tools / "stamp"), str(self.stamps)])
        self.tasks.write_text(f'[tasks.true]\ncommand = ["true"]\n[tasks.stamp]\ncommand = {stamp}\n')

    def rows(self):
        with self.bench.server(UVTask, options=("--tasks", self.tasks)) as server:
            self.server = server
            yield self.row("end of a program to the start of the next, median µs", "µs", {
                UVTask.name: lambda: self.gap(lambda: self.in_queue("stamp")),
                "uv_spawn in C": lambda: self.gap(lambda: self.in_c(self.bench.tools / "stamp", self.stamps))})
            yield self.row("`true`, one of many that wait, µs", "µs", {
                UVTask.name: lambda: self.in_queue("true"), "uv_spawn in C": lambda: self.in_c("true")})
            yield self.row(f"{LINES} × `true`, submitted and awaited, ms", "ms", {
                UVTask.name: self.each_line,
                "uv_spawn in C": lambda: self.in_c("true") * LINES / 1000,
                "task-spooler": self.task_spooler})

    @staticmethod
    def row(name, unit, contestants):
        return Row("Commands", name, unit, in_turn(contestants))

    def uv_task(self, *arguments, lines=0):
        command = [self.bench.programs / "uv-task", *arguments, "--host", "127.0.0.1", "--port", str(self.server.port)]
        return subprocess.run(command, input=b"\n" * lines, stdout=subprocess.PIPE, check=True).stdout.split()

    def in_queue(self, name):
        """Microseconds from the start of the first to the end of the last, each."""
        ids = [task.decode() for task in self.uv_task("run", "--each-line", name, lines=COUNT)]
        self.uv_task("wait", ids[-1])
        first, last = (json.loads(b" ".join(self.uv_task("status", "--json", task))) for task in (ids[0], ids[-1]))
        return (last["finished_at"] - first["started_at"]) * 1000 / COUNT

    def in_c(self, *command):
        """The mean, in microseconds."""
        return self.bench.tool("spawn", COUNT, *command)

    def gap(self, run):
        self.stamps.unlink(missing_ok=True)
        run()
        with open(self.stamps, "rb") as stamps:
            output = subprocess.run([self.bench.tools / "stamp"], stdin=stamps, stdout=subprocess.PIPE, check=True)
        return float(output.stdout)

    def each_line(self):
        start = time.monotonic()
        self.uv_task("run", "--each-line", "--wait", "true", lines=LINES)
        return (time.monotonic() - start) * 1000

    def task_spooler(self):
        """One call for each task, as it is used, and one that waits for the last."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            environment = {**os.environ, "TS_SOCKET": f"{folder}/socket", "TMPDIR": folder}

            def tsp(argument):
                subprocess.run(["tsp", argument], env=environment, stdout=subprocess.DEVNULL, check=True)

            try:
                start = time.monotonic()
                for _ in range(LINES):
                    tsp("true")
                tsp("-w")
                return (time.monotonic() - start) * 1000
            finally:
                tsp("-K")
