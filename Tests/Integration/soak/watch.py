"""Watches a daemon while crowds use it: its memory, threads and descriptors, and the failures of clients."""

import statistics

from harness import SANITIZED, Connection, wait_until
from processes import open_descriptors, resident_bytes, thread_count

# libuv's pool exists from the first task on.
POOL_SIZE = 4


class WatchedDaemon:
    def __init__(self, daemon):
        self.daemon = daemon
        self.crowds = []
        self._threads = thread_count(daemon.pid)
        self._descriptors = open_descriptors(daemon.pid)
        self._memory = []
        # It is connected before all clients, and none of them may disturb it.
        self.connection = Connection(daemon.port)

    def look(self):
        """Raises the first failure of a client. Returns the daemon's statistics."""
        for crowd in self.crowds:
            if crowd.failures:
                raise AssertionError(crowd.failures[0])
        pid = self.daemon.pid
        self._memory.append(resident_bytes(pid))
        if thread_count(pid) > self._threads + POOL_SIZE:
            raise AssertionError(f"the daemon has {thread_count(pid)} threads")
        self.daemon.check_health()
        return self.connection.ask("stats")

    def stop(self):
        """Lets each client finish its visit."""
        for crowd in self.crowds:
            crowd.stop()

    @property
    def is_visited(self):
        return any(crowd.is_there for crowd in self.crowds)

    def finish(self, checks_memory):
        """When all clients have gone, nothing of theirs is left. Stops the daemon, and returns its last statistics."""
        def is_at_rest():
            now = self.connection.ask("stats")
            return now["connections"] == 1 and now["running"] == 0

        wait_until(is_at_rest, "the end of all tasks and of all other connections")
        stats = self.look()
        if stats["waits"] or stats["connection_bytes"]:
            raise AssertionError(f"all clients have gone: {stats}")
        if checks_memory and not SANITIZED:
            self._check_memory()
        self.connection.close()
        wait_until(
            lambda: open_descriptors(self.daemon.pid) == self._descriptors,
            f"{self._descriptors} descriptors when all clients have gone")
        self.daemon.terminate()
        if self.daemon.exit_code() != 0:
            raise AssertionError(f"the daemon ended with {self.daemon.exit_code()}:\n{self.daemon.log}")
        self.daemon.check_health()
        print(f"submitted: {stats['submitted']}, accepted: {stats['accepted']}, refused: {nonzero(stats['refused'])}, "
              f"closed for limits: {nonzero(stats['closed_for_limits'])}, evicted: {stats['forgotten']}")
        for crowd in self.crowds:
            print(f"visits: {dict(crowd.visits)}")
        return stats

    def _check_memory(self):
        """After a third of the samples: the median of the last fifth is at most 1.25 times that of the first, and 4 MB.

        A sanitizer keeps memory that was freed.
        """
        warm = self._memory[len(self._memory) // 3:]
        fifth = len(warm) // 5
        first, last = statistics.median(warm[:fifth]), statistics.median(warm[-fifth:])
        sentence = f"resident memory: {first / 1e6:.1f} MB after the warm-up, {last / 1e6:.1f} MB at the end"
        if last > first * 1.25 + 4_000_000:
            raise AssertionError(f"{sentence}: this is a leak")
        print(sentence)


def nonzero(counts):
    return {name: count for name, count in counts.items() if count}
