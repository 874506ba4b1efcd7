"""What every task must become, as far as it can be seen from outside."""

import array
import random
import threading

from harness import PATIENCE, failure_code

# The clients submit nothing while so many tasks are not audited yet. With the flood of a client or two on top, it is
# less than the daemon of a soak keeps, so that nothing is forgotten before it was looked at.
MOST_BEHIND = 1000


def _same(text):
    return text


def _reversed(text):
    return text[::-1]


def _exchanged(text):
    characters = list(text)
    even = len(characters) // 2 * 2
    characters[0:even:2], characters[1:even:2] = characters[1:even:2], characters[0:even:2]
    return "".join(characters)


# Each undoes itself, so that a result tells what was submitted.
FUNCTIONS = {
    "echo": _same,
    "revers": _reversed,
    "reverse": _reversed,
    "permutation": _exchanged,
    "too_long_echo": _same,
}

# Short ones mostly: with --time-scale 0.001 less than 1 ms a task.
_NAMES = ["echo"] * 40 + ["revers"] * 3 + ["reverse"] * 3 + ["permutation"] * 2 + ["too_long_echo"]

# Each is a character of its own, whatever stands beside it.
_LETTERS = 'ab z}{[]":,\\/\n\t\x00\x07\x1f\x7féпримеркот漢字😀'

# What may be submitted under a number, in `Oracle._sorts`.
_SMALL, _ANY, _LARGE, _NAMELESS, _FORBIDDEN = range(5)

# How a task ended, in `Oracle._ends`.
_UNKNOWN, _SUCCESS, _CANCELLED, _NO_SUCH_TYPE = range(4)
_FAILURES = {"cancelled": _CANCELLED, "unknown_task_name": _NO_SUCH_TYPE}


class Submission:
    """What one client submits once, or several times with one key. All of it follows from its number and the seed."""

    def __init__(self, seed, number, sort):
        dice = random.Random(f"{seed} {number}")
        self.number = number
        self.name = "no such type" if sort == _NAMELESS else dice.choice(_NAMES)
        text = "".join(dice.choices(_LETTERS, k=dice.randrange(30)))
        size = dice.random()
        if sort == _ANY and size < 0.02:
            text *= 1000 if size < 0.001 else 50
        if sort == _LARGE:
            text += "x" * 50_000
        self.data = f"{number}:{text}"
        self.key = f"key {number}"

    @property
    def result(self):
        return FUNCTIONS[self.name](self.data)


class Oracle:
    """Is told all that clients saw; raises AssertionError where that cannot be.

    A submission has a number that stands in its data, a task has an id. That every acknowledged submission ran once,
    means: each id belongs to one number, each number to one id, whether the acknowledgement tells so or the result, and
    each id has one end, however often and by whomever it was seen.
    """

    def __init__(self, seed):
        self.seed = seed
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        # By number; there is none 0.
        self._sorts = bytearray(1)
        self._ids = array.array("Q", [0])
        self._acknowledged = bytearray(1)
        # By id; there is none 0.
        self._numbers = array.array("Q", [0])
        self._ends = bytearray(1)
        self._cancels = bytearray(1)
        # The greatest id that a client was told.
        self.last_id = 0
        # Up to this one, each task was audited.
        self.audited = 0
        self._behind = 0
        self.is_over = False

    # What is submitted

    def new(self, small=False):
        """A submission that nobody has made before, once the daemon has room for it."""
        return self._new(_SMALL if small else _ANY)

    def new_large(self):
        """One of about 50 kB."""
        return self._new(_LARGE)

    def new_nameless(self):
        """One with a name that no task type has."""
        return self._new(_NAMELESS)

    def new_forbidden(self):
        """One that the daemon must not accept, such as one inside an HTTP request."""
        return self._new(_FORBIDDEN)

    def _new(self, sort):
        with self._changed:
            if not self._changed.wait_for(lambda: self._behind < MOST_BEHIND or self.is_over, PATIENCE):
                raise AssertionError(f"{self._behind} tasks wait, and none of them ends")
            number = len(self._sorts)
            self._sorts.append(sort)
            self._ids.append(0)
            self._acknowledged.append(0)
        return Submission(self.seed, number, sort)

    def submission(self, number):
        return Submission(self.seed, number, self._sorts[number])

    def acknowledge(self, submission, task_id):
        """A client was told the id."""
        with self._lock:
            self._bind(submission.number, task_id)
            self._acknowledged[submission.number] = 1

    def _bind(self, number, task_id):
        self._make_room(task_id)
        if self._sorts[number] == _FORBIDDEN:
            raise AssertionError(f"task {task_id} should not have been accepted: submission {number}")
        known = self._ids[number]
        if known not in (0, task_id):
            raise AssertionError(f"submission {number} became two tasks, {known} and {task_id}")
        known = self._numbers[task_id]
        if known not in (0, number):
            raise AssertionError(f"task {task_id} is said to be submission {known}, and to be {number} too")
        self._ids[number] = task_id
        self._numbers[task_id] = number
        self.last_id = max(self.last_id, task_id)

    def _make_room(self, task_id):
        more = task_id + 1 - len(self._ends)
        if more > 0:
            self._numbers.extend([0] * more)
            self._ends.extend(bytes(more))
            self._cancels.extend(bytes(more))

    def will_cancel(self, task_id):
        """To be called before the request is sent: from here on the task may end so."""
        with self._lock:
            self._make_room(task_id)
            self._cancels[task_id] = 1

    # What became of it

    def check_status(self, task_id, status, code=None):
        """A client saw the task in a state: with a failure code, or with None where it was not told one."""
        if status in ("waiting", "execute"):
            return
        if status == "success":
            end = _SUCCESS
        elif status == "error" and code is None:
            end = None
        elif status == "error" and code in _FAILURES:
            end = _FAILURES[code]
        else:
            raise AssertionError(f"task {task_id} ended in {status}, {code}")
        with self._lock:
            self._note_end(task_id, end)

    def _note_end(self, task_id, end):
        self._make_room(task_id)
        known = self._ends[task_id]
        if end is None:
            if known == _SUCCESS:
                raise AssertionError(f"task {task_id} ended in success, and now in error")
            return
        if known not in (_UNKNOWN, end):
            names = "nothing", "success", "cancelled", "unknown_task_name"
            raise AssertionError(f"task {task_id} ended as {names[known]}, and as {names[end]} too")
        if end == _CANCELLED and not self._cancels[task_id]:
            raise AssertionError(f"task {task_id} is cancelled, and nobody has cancelled it")
        number = self._numbers[task_id]
        if number and (self._sorts[number] == _NAMELESS) != (end == _NO_SUCH_TYPE):
            raise AssertionError(f"task {task_id}, submission {number}, ended in {end}: what of its name?")
        self._ends[task_id] = end

    def check_result(self, task_id, reply, name=None):
        """A client saw the reply to a get_result, classic or not; None as the name where it does not know it."""
        self.check_status(task_id, reply["status"], failure_code(reply))
        data = reply["data"]
        if (reply["status"] == "success") != (data is not None):
            raise AssertionError(f"task {task_id} in {reply['status']} with the result {data!r:.200}")
        if data is not None:
            self._check_data(task_id, data, name)

    def _check_data(self, task_id, data, name):
        with self._lock:
            number = self._numbers[task_id]
        if number:
            expected = self.submission(number)
        else:
            # Nobody was told its id yet, if ever: but it tells who it is.
            if name is None:
                return
            text = FUNCTIONS[name](data).partition(":")[0]
            if not text.isdecimal() or not 0 < int(text) < len(self._sorts):
                raise AssertionError(f"task {task_id} has a result that nobody has submitted: {data!r:.200}")
            expected = self.submission(int(text))
            with self._lock:
                self._bind(expected.number, task_id)
        if expected.result != data or name not in (None, expected.name):
            raise AssertionError(
                f"task {task_id} is {expected.name} of {expected.data!r:.200}, "
                f"and its result, as a {name or 'task'}, is {data!r:.200}")

    def has_ended(self, task_id):
        """Whether a client has seen its end."""
        with self._lock:
            return task_id < len(self._ends) and self._ends[task_id] != _UNKNOWN

    # The audit

    def note_audit(self, audited, submitted):
        """Each task up to one was looked at; so many are there."""
        with self._changed:
            self.audited = audited
            self._behind = submitted - audited
            self._changed.notify_all()

    def end(self):
        """Nobody has to wait for room any more."""
        with self._changed:
            self.is_over = True
            self._changed.notify_all()

    def check_all(self, stats):
        """At the end, when every task was audited: that nothing is missing, and that the daemon counts the same."""
        with self._lock:
            audited = self._ends[1:self.audited + 1]
            counted = {
                "submitted": self.audited,
                "succeeded": audited.count(_SUCCESS),
                "cancelled": audited.count(_CANCELLED),
                "failed": audited.count(_NO_SUCH_TYPE),
                "waiting": 0,
                "running": 0,
            }
            lost = [number for number, told in enumerate(self._acknowledged)
                    if told and not 0 < self._ids[number] <= self.audited]
            unseen = audited.find(_UNKNOWN)
        if lost:
            raise AssertionError(f"{len(lost)} acknowledged tasks were never seen, among them submission {lost[0]}")
        if unseen >= 0:
            raise AssertionError(f"the end of task {unseen + 1} was never seen")
        told = {name: stats[name] for name in counted}
        if told != counted:
            raise AssertionError(f"the daemon counts {told}, and the oracle {counted}")
        return counted
