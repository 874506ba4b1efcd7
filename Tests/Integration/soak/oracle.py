"""What every task must become, as seen from outside."""

import random
import threading

from harness import failure_code, wait_until

# The clients submit nothing while this many tasks are not audited. The daemon keeps more, so that no task is evicted
# before it was audited.
MOST_BEHIND = 1000


def _exchanged(text):
    characters = list(text)
    even = len(characters) // 2 * 2
    characters[0:even:2], characters[1:even:2] = characters[1:even:2], characters[0:even:2]
    return "".join(characters)


# Each undoes itself, so that a result shows what was submitted.
FUNCTIONS = {
    "echo": lambda text: text,
    "revers": lambda text: text[::-1],
    "reverse": lambda text: text[::-1],
    "permutation": _exchanged,
    "too_long_echo": lambda text: text,
}

# Mostly short ones: with --time-scale 0.001, a task takes less than 1 ms.
_NAMES = ["echo"] * 40 + ["revers"] * 3 + ["reverse"] * 3 + ["permutation"] * 2 + ["too_long_echo"]

# No two of them combine to one character when they become neighbours.
_LETTERS = 'ab z}{[]":,\\/\n\t\x00\x07\x1f\x7féпримеркот漢字😀'


class Submission:
    """What one client submits once, or several times with one key. All of it follows from its number and the seed."""

    def __init__(self, seed, number, kind):
        dice = random.Random(f"{seed} {number}")
        self.number = number
        self.name = "no such type" if kind == "nameless" else dice.choice(_NAMES)
        text = "".join(dice.choices(_LETTERS, k=dice.randrange(30)))
        size = dice.random()
        if kind == "any" and size < 0.02:
            text *= 1000 if size < 0.001 else 50
        if kind == "large":
            text += "x" * 50_000
        self.data = f"{number}:{text}"
        self.key = f"key {number}"

    @property
    def result(self):
        return FUNCTIONS[self.name](self.data)


class Oracle:
    """Takes in what clients saw, and raises AssertionError if that cannot be.

    A submission has a number, which is in its data; a task has an id. Every acknowledged submission ran once if each id
    belongs to one number and each number to one id, whether a client learned it from the acknowledgement or from the
    result, and if each id has one end, however often it was seen.
    """

    def __init__(self, seed):
        self._seed = seed
        self._lock = threading.Lock()
        # By number: what is needed to make the submission again, and the id of its task. There is no number 0.
        self._kinds = [None]
        self._ids = [0]
        self._acknowledged = set()
        # By id.
        self._numbers = {}
        self._ends = {}
        self._cancels = set()
        # The greatest id that a client was told.
        self.last_id = 0
        # The id of the last audited task, and the number of tasks after it.
        self.audited = 0
        self.behind = 0

    # What is submitted

    def new(self, kind="any"):
        """A submission that nobody has made before, once the daemon has room for it.

        kind: "small"; "large", about 50 kB; "nameless", of no task type.
        """
        wait_until(lambda: self.behind < MOST_BEHIND, "the end of one of the tasks that wait")
        with self._lock:
            number = len(self._kinds)
            self._kinds.append(kind)
            self._ids.append(0)
        return self._submission(number)

    def _submission(self, number):
        return Submission(self._seed, number, self._kinds[number])

    def acknowledge(self, submission, task_id):
        """A client was told the id."""
        with self._lock:
            self._bind(submission.number, task_id)
            self._acknowledged.add(submission.number)

    def _bind(self, number, task_id):
        if self._ids[number] not in (0, task_id):
            raise AssertionError(f"submission {number} became two tasks, {self._ids[number]} and {task_id}")
        if self._numbers.setdefault(task_id, number) != number:
            raise AssertionError(f"task {task_id} is submission {self._numbers[task_id]} and submission {number}")
        self._ids[number] = task_id
        self.last_id = max(self.last_id, task_id)

    def will_cancel(self, task_id):
        """Must be called before the request is sent."""
        with self._lock:
            self._cancels.add(task_id)

    # What became of it

    def check_status(self, task_id, status, code=None):
        """A client saw the task in a state. A client that was told no failure code passes None."""
        if status in ("waiting", "execute"):
            return
        if status not in ("success", "error") or code not in (None, "cancelled", "unknown_task_name"):
            raise AssertionError(f"task {task_id} ended in {status}, {code}")
        end = code or status
        with self._lock:
            known = self._ends.get(task_id, end)
            # "error" is any failure.
            if known != end and not (end == "error" and known != "success"):
                raise AssertionError(f"task {task_id} ended in {known}, and then in {end}")
            if end == "error":
                return
            if end == "cancelled" and task_id not in self._cancels:
                raise AssertionError(f"task {task_id} is cancelled, and nobody has cancelled it")
            number = self._numbers.get(task_id)
            if number and (self._kinds[number] == "nameless") != (end == "unknown_task_name"):
                raise AssertionError(f"task {task_id}, a {self._kinds[number]} submission, ended in {end}")
            self._ends[task_id] = end

    def check_result(self, task_id, reply, name=None):
        """A client saw the reply to a get_result. A client that does not know the task's type passes None."""
        self.check_status(task_id, reply["status"], failure_code(reply))
        data = reply["data"]
        if (reply["status"] == "success") != (data is not None):
            raise AssertionError(f"task {task_id} in {reply['status']} with the result {data!r:.200}")
        if data is not None:
            self._check_data(task_id, data, name)

    def _check_data(self, task_id, data, name):
        with self._lock:
            number = self._numbers.get(task_id)
            if not number:
                # No client was told the id yet, but the result shows the number.
                if name is None:
                    return
                text = FUNCTIONS[name](data).partition(":")[0]
                number = int(text) if text.isdecimal() else 0
                if not 0 < number < len(self._kinds):
                    raise AssertionError(f"task {task_id} has a result that nobody has submitted: {data!r:.200}")
                self._bind(number, task_id)
        expected = self._submission(number)
        if expected.result != data or name not in (None, expected.name):
            raise AssertionError(
                f"task {task_id}, {expected.name} of {expected.data!r:.200}, has as {name} the result {data!r:.200}")

    def check_all(self, stats):
        """When every task was audited: nothing is missing, and the daemon counts the same."""
        with self._lock:
            lost = [number for number in self._acknowledged if not 0 < self._ids[number] <= self.audited]
            unseen = [task_id for task_id in range(1, self.audited + 1) if task_id not in self._ends]
            ends = list(self._ends.values())
        if lost:
            raise AssertionError(f"{len(lost)} acknowledged tasks were never seen, among them submission {lost[0]}")
        if unseen:
            raise AssertionError(f"the end of task {unseen[0]} was never seen")
        counted = {
            "submitted": self.audited, "succeeded": ends.count("success"), "cancelled": ends.count("cancelled"),
            "failed": ends.count("unknown_task_name"), "waiting": 0, "running": 0,
        }
        told = {name: stats[name] for name in counted}
        if told != counted:
            raise AssertionError(f"the daemon counts {told}, and the oracle {counted}")
