"""What a process uses, as the system tells in /proc."""

import statistics

from harness import wait_until
from processes import open_descriptors, resident_bytes, thread_count


class ProcessWatch:
    """Samples of one daemon, from its first moment on."""

    # libuv's pool is there from the first task on.
    POOL_SIZE = 4

    def __init__(self, daemon):
        self._pid = daemon.pid
        self._descriptors = open_descriptors(self._pid)
        self._threads = thread_count(self._pid)
        self.memory = []

    def sample(self):
        """Called twice a second or so."""
        self.memory.append(resident_bytes(self._pid))
        if thread_count(self._pid) > self._threads + self.POOL_SIZE:
            raise AssertionError(f"the daemon has {thread_count(self._pid)} threads")

    def check_memory(self):
        """After a third of the time: the median of the last fifth is at most 1.25 times that of the first, and 4 MB."""
        warm = self.memory[len(self.memory) // 3:]
        fifth = len(warm) // 5
        if not fifth:
            return "too few samples of its memory to judge it"
        first, last = statistics.median(warm[:fifth]), statistics.median(warm[-fifth:])
        sentence = f"resident memory: {first / 1e6:.1f} MB after the warm-up, {last / 1e6:.1f} MB at the end"
        allowed = first * 1.25 + 4_000_000
        if last > allowed:
            raise AssertionError(f"{sentence}; more than {allowed / 1e6:.1f} MB is a leak")
        return sentence

    def check_descriptors(self):
        """Once all clients have gone: those that it began with."""
        try:
            wait_until(lambda: open_descriptors(self._pid) == self._descriptors)
        except AssertionError:
            raise AssertionError(
                f"the daemon began with {self._descriptors} descriptors, and with all clients gone it has "
                f"{open_descriptors(self._pid)}") from None
        return self._descriptors


def percentiles(latencies):
    """Median, 99th percentile and longest, in ms."""
    ordered = sorted(latencies)
    if not ordered:
        return "none measured"
    middle, high = ordered[len(ordered) // 2], ordered[min(len(ordered) * 99 // 100, len(ordered) - 1)]
    return f"median {middle * 1e3:.2f} ms, 99th percentile {high * 1e3:.1f} ms, longest {ordered[-1] * 1e3:.0f} ms"
