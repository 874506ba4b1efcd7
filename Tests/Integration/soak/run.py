"""The whole of it: the daemons, the crowds, and what must be true in the end."""

import threading
import time

from harness import TIMING, Daemon, failure_code, numbered, wait_until
from soak import good, programs, rude, tight
from soak.audit import Auditor
from soak.crowd import Crowd
from soak.guest import Guest, dice_of, submit_line
from soak.oracle import Oracle
from soak.watch import ProcessWatch, percentiles

# Of the main daemon. What is kept is more than the oracle may be behind, and is reached before memory is judged.
LIMITS = ("--keep-results", 10_000)


def soak(seconds, seed, clients=60, say=print):
    """Raises AssertionError, with a sentence, where anything is not as it should be."""
    say(f"soak: {seconds:g} s, {clients} clients at a time, --seed {seed}")
    with Daemon(*LIMITS, time_scale=0.001) as daemon, tight.start() as narrow:
        run = MainRun(daemon, seed, clients)
        narrow_run = tight.TightRun(narrow, seed, max(clients // 5, 4))
        try:
            wait_while_well(seconds, [run, narrow_run], say)
        finally:
            for part in (run, narrow_run):
                part.stop()
        for part in (run, narrow_run):
            say(part.finish())
        for ended in (daemon, narrow):
            ended.check_health()


def wait_while_well(seconds, parts, say):
    start = time.monotonic()
    next_line = 10
    while (passed := time.monotonic() - start) < seconds:
        for part in parts:
            part.look()
            if part.failures:
                raise AssertionError(part.failures[0])
        if passed >= next_line:
            say(f"{next_line:5} s: " + "; ".join(part.progress for part in parts))
            next_line += 10
        time.sleep(min(0.5, seconds / 20))


class MainRun:
    """The daemon with room for all, where every task is looked at."""

    def __init__(self, daemon, seed, clients):
        self._daemon = daemon
        self._seed = seed
        self._watch = ProcessWatch(daemon)
        self._oracle = Oracle(seed)
        self._auditor = Auditor(daemon, self._oracle)
        self._crowds_are_gone = threading.Event()
        self._audit_failures = []
        self._audit = threading.Thread(target=self._run_audit, daemon=True)
        self._audit.start()
        # How many at a time, and how long each of them rests between two visits, in seconds.
        sizes = {good: (clients - clients // 3 - 1, 0.05), rude: (clients // 3, 0.2), programs: (1, 0.2)}
        self._crowds = [
            Crowd(daemon, self._oracle, part.KINDS, size, seed, part.__name__, rest)
            for part, (size, rest) in sizes.items()]

    def _run_audit(self):
        try:
            self._auditor.run(self._crowds_are_gone)
        except Exception as failure:  # pylint: disable=broad-except
            self._audit_failures.append(f"audit: {failure or type(failure).__name__}")

    @property
    def failures(self):
        return self._audit_failures + [failure for crowd in self._crowds for failure in crowd.failures]

    def look(self):
        self._watch.sample()
        self._daemon.check_health()

    @property
    def progress(self):
        stats, totals = self._auditor.stats, [crowd.totals for crowd in self._crowds]
        return (
            f"{self._oracle.audited} tasks, {sum(total.connections for total in totals)} connections, "
            f"{stats.get('connections')} now, {self._watch.memory[-1] / 1e6:.1f} MB")

    def stop(self):
        for crowd in self._crowds:
            crowd.stop()
        self._oracle.end()

    def finish(self):
        """Waits until all clients have gone, and gives the table."""
        for crowd in self._crowds:
            crowd.join()
        if self.failures:
            raise AssertionError(self.failures[0])
        # What a client sent that has gone is read before anyone asks for the last counts.
        wait_until(lambda: self._daemon.ask("stats")["connections"] <= 2, "no connections but those of the soak")
        self._crowds_are_gone.set()
        self._audit.join()
        if self.failures:
            raise AssertionError(self.failures[0])
        stats = self._daemon.ask("stats")
        counted = self._oracle.check_all(stats)
        self._auditor.close()
        descriptors = self._watch.check_descriptors()
        memory = self._watch.check_memory() if TIMING else "its memory is not judged"
        farewell = part_in_good_order(self._daemon, self._seed)
        return "\n".join([
            *self._table(), f"tasks: {counted}", f"refused: {nonzero(stats['refused'])}",
            f"closed for errors: {stats['closed_for_errors']}", memory,
            f"descriptors: {descriptors}, as at the start",
            f"round trips of good clients: {percentiles(self._crowds[0].latencies)}", farewell])

    def _table(self):
        yield f"{'client':24}{'visits':>10}{'connections':>14}{'lines sent':>12}"
        for crowd in self._crowds:
            for name, tally in sorted(crowd.tallies.items()):
                yield f"{name:24}{tally.visits:10}{tally.connections:14}{tally.lines:12}"


def nonzero(counts):
    return {name: count for name, count in counts.items() if count}


def part_in_good_order(daemon, seed):
    """Tells the daemon to stop while tasks run and wait, and others wait for them: each of these is answered."""
    with Guest(daemon, Oracle(f"{seed} farewell"), dice_of(seed, "farewell")) as guest:
        connection, others = guest.connect(), [guest.connect() for _ in range(5)]
        submissions = [guest.oracle.new(small=True) for _ in range(500)]
        connection.send(*(submit_line(seq, submission) for seq, submission in enumerate(submissions)))
        ids = [reply["task_id"] for reply in connection.replies_to(*range(len(submissions)))]
        for index, task_id in enumerate(ids):
            others[index % 5].send(numbered(task_id, "status", task_id=task_id, wait=True))
        daemon.terminate()
        ends = {}
        for index, other in enumerate(others):
            try:
                replies = other.replies_to(*ids[index::5])
                other.expect_end()
            except AssertionError as failure:
                raise AssertionError(f"a client that waited when the daemon was told to stop: {failure}") from None
            for task_id, reply in zip(ids[index::5], replies):
                ends[task_id] = failure_code(reply) or reply["status"]
        sequence = [ends[task_id] for task_id in ids]
        done = sequence.count("success")
        if sequence != ["success"] * done + ["shut_down"] * (len(ids) - done):
            raise AssertionError(f"the daemon was told to stop, and the tasks ended as {sequence}")
    if daemon.exit_code() != 0:
        raise AssertionError(f"the daemon ended with {daemon.exit_code()}:\n{daemon.log}")
    return f"stopped in good order: of {len(ids)} last tasks {done} were done, the others told of the stop"
