"""Many clients at a time, who come and go."""

import collections
import threading
import traceback

from harness import PATIENCE
from soak.guest import Guest, dice_of


class Tally:
    """What all visits of one kind came to."""

    def __init__(self):
        self.visits = self.connections = self.lines = 0


class Crowd:
    """Threads that each make one visit after the other, of kinds that the dice choose. The first failure stops all.

    kinds: functions of a guest, and how often each comes against the others.
    rest: the mean time between two visits, in seconds.
    """

    def __init__(self, daemon, oracle, kinds, size, seed, name, rest):
        self._daemon = daemon
        self._oracle = oracle
        self._kinds = kinds
        self._seed = seed
        self._name = name
        self._rest = rest
        self._lock = threading.Lock()
        self._over = threading.Event()
        # Those of the visits that are over.
        self.tallies = collections.defaultdict(Tally)
        self.latencies = []
        # A sentence for each visit that went wrong.
        self.failures = []
        self._threads = [
            threading.Thread(target=self._come_and_go, args=(index,), daemon=True) for index in range(size)]
        for thread in self._threads:
            thread.start()

    def _come_and_go(self, index):
        dice = dice_of(self._seed, self._name, index)
        functions, weights = list(self._kinds), list(self._kinds.values())
        while not self._over.is_set():
            [kind] = dice.choices(functions, weights)
            self._visit(kind, dice)
            self._over.wait(dice.random() * 2 * self._rest)

    def _visit(self, kind, dice):
        with Guest(self._daemon, self._oracle, dice) as guest:
            try:
                kind(guest)
            except Exception as failure:  # pylint: disable=broad-except
                self._fail(kind, failure)
        with self._lock:
            tally = self.tallies[kind.__name__]
            tally.visits += 1
            tally.connections += guest.connection_count
            tally.lines += guest.lines_sent
            self.latencies += guest.latencies

    def _fail(self, kind, failure):
        place = traceback.extract_tb(failure.__traceback__)[-1]
        sentence = f"{kind.__name__}: {failure or type(failure).__name__}"
        if not isinstance(failure, AssertionError):
            sentence += f" ({type(failure).__name__} at {place.filename.rpartition('/')[2]}:{place.lineno})"
        with self._lock:
            self.failures.append(sentence)
        self._over.set()

    def stop(self):
        """Lets each finish its visit."""
        self._over.set()

    def join(self):
        for thread in self._threads:
            thread.join(PATIENCE)
            if thread.is_alive():
                self.failures.append(f"{self._name}: a client does not come to its end")
                return

    @property
    def totals(self):
        with self._lock:
            tallies = list(self.tallies.values())
        total = Tally()
        for tally in tallies:
            total.visits += tally.visits
            total.connections += tally.connections
            total.lines += tally.lines
        return total
