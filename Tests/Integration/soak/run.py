"""All of it: the daemons, the crowds, and what must be true in the end."""

import threading
import time

from harness import Daemon
from soak import good, rude, tight
from soak.audit import Auditor, check_stats
from soak.crowd import Crowd
from soak.oracle import Oracle
from soak.watch import WatchedDaemon

# Of the main daemon. It keeps more results than the oracle may be behind, and is full before its memory is judged. The long
# timeouts keep good clients connected on a machine that stands still.
LIMITS = "--keep-results", 10_000, "--write-timeout", "1h", "--drain-timeout", "1h"

# In a shorter soak, memory still grows in the end. In seconds.
LONG_ENOUGH_FOR_MEMORY = 150


def soak(seconds, seed, clients=60):
    """Raises AssertionError, with a sentence, if anything is not as it should be."""
    print(f"soak: {seconds:g} s, {clients} clients at a time, --seed {seed}")
    with Daemon(*LIMITS, time_scale=0.001) as daemon, tight.start() as narrow:
        parts = [MainDaemon(daemon, seed, clients), tight.TightDaemon(narrow, seed, max(clients // 5, 4))]
        timer = threading.Timer(seconds, stop, [parts])
        timer.start()
        try:
            watch(parts)
        finally:
            timer.cancel()
            stop(parts)
        for part in parts:
            part.finish(seconds >= LONG_ENOUGH_FOR_MEMORY)


def stop(parts):
    for part in parts:
        part.stop()


def watch(parts):
    """Returns when all clients have gone, or raises the first failure."""
    next_report = time.monotonic() + 10
    while any(part.is_visited for part in parts):
        submitted = [part.look()["submitted"] for part in parts]
        if time.monotonic() >= next_report:
            print(f"{submitted[0]} tasks, and {submitted[1]} of the tight daemon")
            next_report += 10
        time.sleep(0.02)


class MainDaemon(WatchedDaemon):
    """The daemon with room for all. Every task is looked at."""

    def __init__(self, daemon, seed, clients):
        super().__init__(daemon)
        self._oracle = Oracle(seed)
        self._auditor = Auditor(self.connection, self._oracle)
        self.crowds = [
            Crowd(daemon, self._oracle, good.KINDS, clients - clients // 3, seed, rest=0.05),
            Crowd(daemon, self._oracle, rude.KINDS, clients // 3, seed, rest=0.2)]

    def look(self):
        stats = super().look()
        check_stats(stats)
        self._auditor.audit_up_to(stats["submitted"])
        return stats

    def finish(self, checks_memory):
        self._oracle.check_all(super().finish(checks_memory))
