"""How fast uv-taskd runs commands, for scripts/measure: beside libuv's own loop in C, and beside task-spooler.

usage: commands.py PROGRAMS FOLDER ROUNDS   with uv-taskd and uv-task in PROGRAMS, spawn and stamp in FOLDER

Each figure is of pairs, in turn: machines have better and worse minutes.
"""

import contextlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

PROGRAMS, FOLDER = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
ROUNDS = int(sys.argv[3])
STAMPS = FOLDER / "stamps"

TASKS = f"""
[tasks.true]
command = ["true"]
[tasks.stamp]
command = ["{FOLDER / 'stamp'}", "{STAMPS}"]
"""


def output(*arguments, **options):
    return subprocess.run(list(map(str, arguments)), stdout=subprocess.PIPE, check=True, **options).stdout.decode()


def elapsed(function):
    """How long it takes, in milliseconds."""
    start = time.monotonic()
    function()
    return (time.monotonic() - start) * 1000


@contextlib.contextmanager
def daemon():
    """A uv-taskd with the tasks, which uv-task finds through the environment."""
    port_file = FOLDER / "commands-port"
    file = FOLDER / "tasks.toml"
    file.write_text(TASKS)
    process = subprocess.Popen(
        [PROGRAMS / "uv-taskd", "--tasks", file, "--port", "0", "--port-file", port_file, "--log-level", "error"])
    try:
        deadline = time.monotonic() + 10
        while not port_file.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit("commands.py: the daemon does not start")
            time.sleep(0.01)
        os.environ.update(UV_TASK_HOST="127.0.0.1", UV_TASK_PORT=port_file.read_text().strip())
        yield
    finally:
        process.kill()
        process.wait()


def uv_task(*arguments, **options):
    return output(PROGRAMS / "uv-task", *arguments, **options)


def in_queue(name, count):
    """Submits tasks, waits for the last, and gives how long they took to run: each, in microseconds."""
    ids = uv_task("run", "--each-line", name, input=b"\n" * count).split()
    uv_task("wait", ids[-1])
    first, last = (json.loads(uv_task("status", "--json", task)) for task in (ids[0], ids[-1]))
    return (last["finished_at"] - first["started_at"]) * 1000 / count


def in_c(count, *command):
    """The same by libuv's loop: the mean, in microseconds."""
    return float(output(FOLDER / "spawn", count, *command).split()[0])


def gap(function):
    """Between the end of one stamp and the start of the next: the median, in microseconds."""
    STAMPS.unlink(missing_ok=True)
    function()
    with open(STAMPS, "rb") as stamps:
        return float(output(FOLDER / "stamp", stdin=stamps))


def each_line(count):
    return elapsed(lambda: uv_task("run", "--each-line", "--wait", "true", input=b"\n" * count))


def task_spooler(program, count):
    """The same by task-spooler: one call for each task, as it is used, and one that waits for the last."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "TS_SOCKET": f"{folder}/socket", "TMPDIR": folder}

        def run():
            for _ in range(count):
                output(program, "true", env=environment)
            output(program, "-w", env=environment)

        try:
            return elapsed(run)
        finally:
            output(program, "-K", env=environment)


def show(text, pairs, unit):
    """Medians of pairs (ours, theirs), and of their quotients with the lowest and the highest."""
    ours, theirs = (statistics.median(column) for column in zip(*pairs))
    quotients = sorted(first / second for first, second in pairs)
    print(f"{text}: {ours:.0f} and {theirs:.0f} {unit}, {statistics.median(quotients):.2f} × "
          f"({len(pairs)} pairs: {quotients[0]:.2f} to {quotients[-1]:.2f})", flush=True)


def main():
    pairs = range(2 * ROUNDS + 1)
    with daemon():
        show("a `true` of 2,000 that wait, and of libuv's own loop",
             [(in_queue("true", 2000), in_c(2000, "true")) for _ in pairs], "µs")
        show("from the end of one program to the start of the next, and in libuv's own loop",
             [(gap(lambda: in_queue("stamp", 1000)), gap(lambda: in_c(1000, FOLDER / "stamp", STAMPS))) for _ in pairs],
             "µs")
        show("300 × `true`, each a line, awaited, and in libuv's own loop",
             [(each_line(300), in_c(300, "true") * 300 / 1000) for _ in pairs], "ms")
        spooler = shutil.which("tsp")
        if spooler is None:
            print("300 × `true` by task-spooler: not measured, tsp is missing (apt-get install task-spooler)")
        else:
            show("300 × `true` by task-spooler, and by uv-task as above",
                 [(task_spooler(spooler, 300), each_line(300)) for _ in pairs], "ms")


main()
