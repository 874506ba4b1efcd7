"""Measures uv-taskd beside Redis, beanstalkd, task-spooler and libuv alone, on this machine's loopback.

All take their turns in each round, in an order that changes, each on a server of its own. What is compared is compared
within a round: machines have better and worse minutes. Prints tables in Markdown. Every process that it starts it ends.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import platform
import subprocess
import sys
import time

import check
import commands
import crowds
import processes
import tables
import throughput
import times
import transports
from measures import Bench

PARTS = {
    "submits": throughput.submits, "status": throughput.statuses, "seq": throughput.with_seq,
    "sizes": throughput.sizes, "waiting": crowds.waiting,
    "idle": crowds.idle, "runner": times.runner, "cycles": times.cycles, "waits": times.waits, "delays": times.delays,
    "starts": times.starts, "commands": commands.commands, "generator": throughput.generator,
    "transports": transports.transports,
}
# What says most.
QUICK = {
    **{name: PARTS[name] for name in ("waiting", "idle", "runner", "cycles", "waits", "delays")},
    "submits": lambda bench: throughput.submits(bench, throughput.MAIN),
    "status": lambda bench: throughput.statuses(bench, throughput.MAIN),
}
# Where it has to be soon done.
SHORT = {"seconds": 0.25, "many_tasks": 200_000, "many_connections": 1_000, "rest": 0.5, "cycles": 1_000, "waits": 50}

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
TOOLS = REPOSITORY / ".build" / "benchmarks"


class Parser(argparse.ArgumentParser):
    """Wrong usage is told in one line, with the exit code of the other programs."""

    def error(self, message):
        self.exit(64, f"bench: {message} (--help tells more)\n")


def arguments():
    parser = Parser(
        prog="scripts/bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="exit codes: 0 measured, or the check passed; 1 it failed, or something can't be measured; 64 wrong usage")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"only these of {', '.join(PARTS)}")
    parser.add_argument("--rounds", type=int, help="how many: 5, or 3 with --quick or --check")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--quick", action="store_true", help="the main figures only, each measured for a short time")
    mode.add_argument(
        "--check", action="store_true", help="compare with libuv alone and with limits; fail if one is missed")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write all that was measured to FILE")
    parser.add_argument(
        "--programs", type=pathlib.Path, metavar="FOLDER",
        help="where uv-taskd and uv-task are; else they are built, as scripts/build does it")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no part is called {', '.join(sorted(unknown))}")
    if options.parts and options.check:
        parser.error("--check has parts of its own")
    if options.rounds is not None and options.rounds < 1:
        parser.error("--rounds must be at least 1")
    return options


def build(options):
    """Whatever is missing is installed and built; says so on stderr."""
    def run(*command):
        subprocess.run(command, stdout=sys.stderr, check=True)

    if not options.check:
        run(REPOSITORY / "scripts" / "setup", "--bench")
    if options.programs is None:
        run(REPOSITORY / "scripts" / "build")
        options.programs = REPOSITORY / ".build" / "release"
    TOOLS.mkdir(parents=True, exist_ok=True)
    libuv = subprocess.run(["pkg-config", "--cflags", "--libs", "libuv"], stdout=subprocess.PIPE, text=True, check=True)
    folder = pathlib.Path(__file__).parent
    newest_header = max(header.stat().st_mtime for header in folder.glob("*.h"))
    for source in folder.glob("*.c"):
        program = TOOLS / source.stem
        if not program.exists() or program.stat().st_mtime < max(source.stat().st_mtime, newest_header):
            run("cc", "-O2", "-Wall", "-Wextra", "-D_GNU_SOURCE", "-o", program, source, *libuv.stdout.split())


def measure(bench, parts, count):
    """The rows of each round."""
    start = time.monotonic()
    rounds = []
    for index in range(count):
        rounds.append([])
        for part in parts:
            for row in part(bench):
                rounds[-1].append(row)
                elapsed = time.monotonic() - start
                print(f"bench: round {index + 1}, {elapsed:.0f} s: {row.table}, {row.name}", file=sys.stderr)
    return rounds


def machine(programs, has_peers):
    """What it was measured on, and what was measured: a line for each."""
    def first_line(*command):
        return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.partition("\n")[0].strip()

    about_cpus = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    cpu = next((line.split(":")[1].strip() for line in about_cpus if line.startswith("model name")), "processors")
    yield f"{os.cpu_count()} × {cpu}, {platform.system()} {platform.release()}, {platform.machine()}"
    versions = [f"uv-taskd {first_line(programs / 'uv-taskd', '--version')}",
                f"libuv {first_line('pkg-config', '--modversion', 'libuv')}"]
    if has_peers:
        redis = first_line("redis-server", "--version").split("v=")[1].split()[0]
        versions += [f"Redis {redis}", first_line("beanstalkd", "-v"), first_line("tsp", "-V").partition(" - ")[0]]
    yield ", ".join(versions)


def chosen(options):
    """The parts, each a function that gives its rows."""
    if options.check:
        return [check.cells]
    parts = {**PARTS, **QUICK} if options.quick else PARTS
    return [parts[name] for name in options.parts or (name for name in PARTS if not options.quick or name in QUICK)]


def main():
    options = arguments()
    if platform.system() != "Linux":
        sys.exit("bench: its programs need Linux: epoll, and /proc")
    processes.adopt_all()
    processes.end_at_signals()
    build(options)
    is_short = options.quick or options.check
    processes.allow_open_files(3_000 if is_short else 12_000)
    bench = Bench(options.programs.resolve(), TOOLS, **(SHORT if is_short else {}))
    rounds = measure(bench, chosen(options), options.rounds or (3 if is_short else 5))
    about = list(machine(bench.programs, not options.check))
    if options.json:
        result = {"about": about, "rounds": [[dataclasses.asdict(row) for row in rows] for rows in rounds]}
        options.json.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    if options.check:
        return 0 if check.is_passed(rounds) else 1
    print(*about, tables.caption(len(rounds)), *tables.tables(rounds), sep="\n")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as failure:
        sys.exit(f"bench: {' '.join(map(str, failure.cmd))} ended with {failure.returncode}")
    finally:
        processes.end_all()
