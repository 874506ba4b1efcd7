"""Many clients at a time, who come and go."""

import collections
import random
import threading
import time
import traceback

from harness import Connection, error_code, failure_code, numbered


class Guest:
    """One visit of one client, in a with statement that closes its connections."""

    def __init__(self, daemon, oracle, dice):
        self.daemon = daemon
        self.oracle = oracle
        self.dice = dice
        self.connections = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in self.connections:
            connection.close()

    def connect(self):
        self.connections.append(Connection(self.daemon.port))
        return self.connections[-1]

    def pause(self, longest):
        """Does nothing for a time of at most so many seconds."""
        time.sleep(self.dice.random() * longest)

    def some_task(self):
        """The id of a rather new task of anyone; 0 if there is none yet."""
        last = self.oracle.last_id
        return self.dice.randint(max(last - 500, 1), last) if last else 0

    def submit(self, connection, submission, **members):
        """Submits one, and returns the id."""
        reply = connection.ask("run", task_name=submission.name, data=submission.data, **members)
        if error_code(reply):
            raise AssertionError(f"a submit was refused: {reply}")
        self.oracle.acknowledge(submission, reply["task_id"])
        return reply["task_id"]

    def submit_all(self, connection, submissions):
        """Submits all at once; returns the ids of the accepted ones, and the refusals of the others."""
        replies = connection.ask_all("run", ({"task_name": one.name, "data": one.data} for one in submissions))
        ids, refusals = [], []
        for submission, reply in zip(submissions, replies):
            if error_code(reply):
                refusals.append(reply)
            else:
                ids.append(reply["task_id"])
                self.oracle.acknowledge(submission, reply["task_id"])
        if ids != sorted(ids):
            raise AssertionError(f"tasks that were submitted in order have the ids {ids}")
        return ids, refusals

    def wait_for_all(self, connection, ids, *, may_be_evicted=False):
        """Waits for tasks at once, and checks their results."""
        replies = connection.ask_all("get_result", ({"task_id": task_id, "wait": True} for task_id in ids))
        for task_id, reply in zip(ids, replies):
            if not (may_be_evicted and error_code(reply) == "expired"):
                self.check_ended(task_id, reply)

    def check_ended(self, task_id, reply):
        """The reply to a request that waited for the end of a task without a timeout."""
        if error_code(reply) or reply["status"] not in ("success", "error"):
            raise AssertionError(f"the end of task {task_id} is reported as {str(reply)[:300]}")
        if "data" in reply:
            self.oracle.check_result(task_id, reply)
        else:
            self.oracle.check_status(task_id, reply["status"], failure_code(reply))


class Crowd:
    """Threads that each make one visit after the other, of kinds that the dice choose. The first failure stops all.

    kinds: functions of a guest, and how often each is chosen in relation to the others.
    rest: the mean time between two visits, in seconds.
    """

    def __init__(self, daemon, oracle, kinds, size, seed, rest):
        self._daemon = daemon
        self._oracle = oracle
        self._kinds = kinds
        self._rest = rest
        self._over = threading.Event()
        # How many visits of each kind are over.
        self.visits = collections.Counter()
        # The traceback of each visit that went wrong.
        self.failures = []
        self._threads = [
            threading.Thread(target=self._come_and_go, args=(random.Random(f"{seed} {index}"),), daemon=True)
            for index in range(size)]
        for thread in self._threads:
            thread.start()

    def _come_and_go(self, dice):
        functions, weights = list(self._kinds), list(self._kinds.values())
        while not self._over.is_set():
            [kind] = dice.choices(functions, weights)
            with Guest(self._daemon, self._oracle, dice) as guest:
                try:
                    kind(guest)
                except Exception:  # pylint: disable=broad-except
                    self.failures.append(traceback.format_exc())
                    self.stop()
            self.visits[kind.__name__] += 1
            self._over.wait(dice.random() * 2 * self._rest)

    def stop(self):
        """Lets each finish its visit."""
        self._over.set()

    @property
    def is_there(self):
        return any(thread.is_alive() for thread in self._threads)


def submit_line(seq, submission, **members):
    """A run with a seq."""
    return numbered(seq, "run", task_name=submission.name, data=submission.data, **members)
