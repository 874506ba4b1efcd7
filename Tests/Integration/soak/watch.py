"""What a process uses, as the system tells in /proc."""

import pathlib
import statistics

from harness import wait_until

# What a kept task may take beside its data and result.
TASK_BYTES = 200


def resident_bytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


def descriptor_count(pid):
    return len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir()))


def thread_count(pid):
    return len(list(pathlib.Path(f"/proc/{pid}/task").iterdir()))


class ProcessWatch:
    """Samples of one daemon, from its first moment on."""

    # libuv's pool is there from the first task on.
    POOL_SIZE = 4

    def __init__(self, daemon):
        self._pid = daemon.pid
        self._descriptors = descriptor_count(self._pid)
        self._threads = thread_count(self._pid)
        self.memory = []
        self._kept = []

    def sample(self, stats):
        """Called once a second or so, with what the daemon counts then."""
        self.memory.append(resident_bytes(self._pid))
        ended = stats["succeeded"] + stats["failed"] + stats["cancelled"]
        self._kept.append(stats["held_bytes"] + TASK_BYTES * (stats.get("kept", ended) + stats["waiting"]))
        if thread_count(self._pid) > self._threads + self.POOL_SIZE:
            raise AssertionError(f"the daemon has {thread_count(self._pid)} threads")

    def check_memory(self):
        """After a third of the time: the median of the last fifth is at most 1.25 times that of the first, and 4 MB.

        Not counted is by how much more it keeps, which nothing limits where it was not told a limit.
        """
        warm = [(sample, kept) for sample, kept in zip(self.memory, self._kept)][len(self.memory) // 3:]
        fifth = len(warm) // 5
        if not fifth:
            return "too few samples of its memory to judge it"
        first, last = ([statistics.median(column) for column in zip(*part)] for part in (warm[:fifth], warm[-fifth:]))
        allowed = first[0] * 1.25 + 4_000_000 + max(last[1] - first[1], 0)
        sentence = (
            f"resident memory: {first[0] / 1e6:.1f} MB after the warm-up, {last[0] / 1e6:.1f} MB at the end, "
            f"of which kept: {first[1] / 1e6:.1f} and {last[1] / 1e6:.1f} MB")
        if last[0] > allowed:
            raise AssertionError(f"{sentence}; more than {allowed / 1e6:.1f} MB is a leak")
        return sentence

    def check_descriptors(self):
        """Once all clients have gone: those that it began with."""
        try:
            wait_until(lambda: descriptor_count(self._pid) == self._descriptors)
        except AssertionError:
            raise AssertionError(
                f"the daemon began with {self._descriptors} descriptors, and with all clients gone it has "
                f"{descriptor_count(self._pid)}") from None
        return self._descriptors


def percentiles(latencies):
    """Median, 99th percentile and longest, in ms."""
    ordered = sorted(latencies)
    if not ordered:
        return "none measured"
    middle, high = ordered[len(ordered) // 2], ordered[min(len(ordered) * 99 // 100, len(ordered) - 1)]
    return f"median {middle * 1e3:.2f} ms, 99th percentile {high * 1e3:.1f} ms, longest {ordered[-1] * 1e3:.0f} ms"
