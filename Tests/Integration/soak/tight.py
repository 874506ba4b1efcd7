"""A second daemon with so little room that its limits are always reached, and what must hold all the same."""

import errno
import threading
import time

from harness import TIMING, Connection, Daemon, error_code, get_result, numbered, wait_until
from soak.audit import check_stats
from soak.crowd import Crowd
from soak.guest import submit_line
from soak.oracle import Oracle
from soak.rude import read_to_the_end, send_as_far_as_possible
from soak.watch import ProcessWatch, percentiles

LIMITS = (
    "--max-message", 100_000, "--max-queued", 50, "--max-memory", 1_000_000, "--keep-results", 50,
    "--max-connections", 60, "--timeout", 5, "--write-timeout", 1,
)

# How long a client takes nothing of its replies, in seconds: longer than any --write-timeout above.
_DEAFNESS = 3


def start():
    return Daemon(*LIMITS, time_scale=0.001)


class TurnedAway(Exception):
    """There is no room for this client."""


def enter(guest):
    """A connection, and the limits in force."""
    connection = guest.connect()
    connection.send(numbered(0, "info"))
    try:
        reply = connection.receive()
    except ConnectionError:
        raise TurnedAway from None
    if error_code(reply) == "too_many_connections":
        raise TurnedAway
    return connection, reply["limits"]


def visitor(kind):
    """A visit that ends where there is no room."""
    def visit(guest):
        try:
            kind(guest, *enter(guest))
        except TurnedAway:
            pass
    visit.__name__ = kind.__name__
    return visit


def may_be_closed(kind):
    """A visit that may lose its connection, because it holds so much, or takes so little."""
    def visit(guest, connection, limits):
        try:
            kind(guest, connection, limits)
        except ConnectionError:
            pass
        except OSError as failure:
            # Half a close of a connection that was reset.
            if failure.errno != errno.ENOTCONN:
                raise
        except AssertionError as failure:
            if "the connection ended" not in str(failure):
                raise
    visit.__name__ = kind.__name__
    return visit


def check_refusal(reply, limits, *codes):
    """That it names a limit which is in force."""
    names = {"queue_full": "max-queued", "memory_full": "max-memory", "too_large": "max-message"}
    error = reply["error"]
    code = error["code"]
    if code not in codes:
        raise AssertionError(f"refused with {code}, and not with {' or '.join(codes)}: {reply}")
    if (error.get("limit"), error.get("value")) != (names[code], limits[names[code]]):
        raise AssertionError(f"{reply}, but the limits are {limits}")
    if code != "too_large" and not isinstance(error.get("retry_after_ms"), int):
        raise AssertionError(f"{reply} does not tell when to try again")


def submit_all(guest, connection, limits, submissions):
    """The ids of those that were taken in."""
    connection.send(*(submit_line(seq, submission) for seq, submission in enumerate(submissions)))
    ids = []
    for submission, reply in zip(submissions, connection.replies_to(*range(len(submissions)))):
        if error_code(reply):
            check_refusal(reply, limits, "queue_full", "memory_full")
        else:
            ids.append(reply["task_id"])
            guest.oracle.acknowledge(submission, reply["task_id"])
    return ids


def check_results(guest, connection, ids):
    """Waits for them: each has its result, unless it is forgotten already."""
    seqs = range(1000, 1000 + len(ids))
    connection.send(*(numbered(seq, "get_result", task_id=task_id, wait=True) for seq, task_id in zip(seqs, ids)))
    for task_id, reply in zip(ids, connection.replies_to(*seqs)):
        if error_code(reply) != "expired":
            guest.check_ended(task_id, reply)


@visitor
def filling(guest, connection, limits):
    """Submits more than the queue takes."""
    ids = submit_all(guest, connection, limits, [guest.oracle.new(small=True) for _ in range(100)])
    check_results(guest, connection, ids)


@visitor
@may_be_closed
def filling_memory(guest, connection, limits):
    """Submits more than the memory takes."""
    ids = submit_all(guest, connection, limits, [guest.oracle.new_large() for _ in range(20)])
    check_results(guest, connection, ids)


@visitor
@may_be_closed
def hoarding(guest, *_):
    """Messages on many connections that are never finished."""
    for _ in range(25):
        send_as_far_as_possible(guest.connect(), '{"data":"' + "x" * 80_000)
    guest.pause(1)


@visitor
@may_be_closed
def deaf(guest, connection, limits):
    """Asks and asks, and takes nothing for a while; then all, or what there is until the end."""
    task_ids = submit_all(guest, connection, limits, [guest.oracle.new_large()])
    for task_id in task_ids:
        send_as_far_as_possible(connection, (get_result(task_id) + "\n") * 300)
        time.sleep(_DEAFNESS)
        connection.end_input()
        read_to_the_end(connection)


@visitor
@may_be_closed
def waiting_often(guest, connection, limits):
    """Has more unanswered requests than a connection may have: all of them are answered."""
    for task_id in submit_all(guest, connection, limits, [guest.oracle.new(small=True)]):
        count = 1500
        connection.send(*(
            numbered(seq, "status", task_id=task_id, wait=True, timeout_ms=50) for seq in range(count)))
        for reply in connection.replies_to(*range(count)):
            if error_code(reply) not in (None, "expired"):
                raise AssertionError(f"one of {count} waits for task {task_id}: {reply}")


@visitor
@may_be_closed
def too_long(_, connection, limits):
    """A message that is longer than it may be, and another behind it."""
    connection.send('{"seq":1,"data":"' + "x" * limits["max-message"] + '"}', numbered(2, "info"))
    check_refusal(connection.receive(), limits, "too_large")
    connection.reply_to(2)


@visitor
def idling(_, connection, limits):
    """Says nothing until it is closed."""
    connection.socket.settimeout(limits["timeout"] / 1000 + 20)
    connection.expect_end()


def crowding(guest):
    """Comes with many, and listens: who has no room is told so, in one line."""
    connections = [guest.connect() for _ in range(80)]
    time.sleep(0.1)
    for connection in connections:
        connection.socket.settimeout(0.005)
        try:
            reply = connection.receive()
        except TimeoutError:
            continue
        error = reply["error"]
        if error["code"] != "too_many_connections" or error["limit"] != "max-connections":
            raise AssertionError(f"a client that has said nothing is told {reply}")
        connection.socket.settimeout(10)
        connection.expect_end()


# How often each comes, against each other.
KINDS = {
    filling: 6, filling_memory: 4, hoarding: 3, deaf: 1, waiting_often: 2, too_long: 3, idling: 1, crowding: 1,
}


class TightRun:
    """The crowd, and one good client, who was there first and is never disturbed."""

    def __init__(self, daemon, seed, clients):
        self._daemon = daemon
        self._watch = ProcessWatch(daemon)
        self._connection = Connection(daemon.port)
        self._limits = self._connection.ask("info")["limits"]
        self._stats = {}
        self._latencies = []
        self._failures = []
        self._over = threading.Event()
        self._good = threading.Thread(target=self._ask_on, daemon=True)
        self._good.start()
        self._crowd = Crowd(daemon, Oracle(f"{seed} tight"), KINDS, clients, seed, "tight", rest=0.3)
        self._began = time.monotonic()

    def _ask_on(self):
        try:
            while not self._over.wait(0.02):
                begin = time.monotonic()
                self._stats = self._connection.ask("stats")
                self._latencies.append(time.monotonic() - begin)
                check_stats(self._stats)
                self._check_limits(self._stats)
        except Exception as failure:  # pylint: disable=broad-except
            self._failures.append(f"tight: the good client: {failure or type(failure).__name__}")

    def _check_limits(self, stats):
        for count, limit in (
            ("waiting", "max-queued"), ("held_bytes", "max-memory"), ("kept", "keep-results"),
            ("connections", "max-connections"),
        ):
            if stats[count] > self._limits[limit]:
                raise AssertionError(f"{count} is {stats[count]}, and {limit} {self._limits[limit]}")
        # Room for 16 messages there always is; and one read, or one reply, comes before anything is done about it.
        allowed = max(self._limits["max-memory"], 16 * self._limits["max-message"]) + 200_000
        if stats["connection_bytes"] > allowed:
            raise AssertionError(f"connection_bytes is {stats['connection_bytes']}, more than {allowed}")

    @property
    def failures(self):
        return self._failures + self._crowd.failures

    def look(self):
        self._watch.sample()
        self._daemon.check_health()

    @property
    def progress(self):
        refused = self._stats.get("refused", {}).values()
        return (
            f"tight: {self._stats.get('submitted')} tasks, {sum(refused)} refusals, "
            f"{self._watch.memory[-1] / 1e6:.1f} MB")

    def stop(self):
        self._crowd.stop()

    def finish(self):
        self._crowd.join()
        if self.failures:
            raise AssertionError(self.failures[0])
        lasted = time.monotonic() - self._began
        wait_until(lambda: self._daemon.ask("stats")["connections"] <= 2, "no connections but those of the soak")
        self._over.set()
        self._good.join()
        if self.failures:
            raise AssertionError(self.failures[0])
        stats = self._daemon.ask("stats")
        self._connection.close()
        self._watch.check_descriptors()
        if lasted > 30:
            self._check_all_were_reached(stats)
        memory = self._watch.check_memory() if TIMING else "its memory is not judged"
        self._daemon.terminate()
        if self._daemon.exit_code() != 0:
            raise AssertionError(f"the tight daemon ended with {self._daemon.exit_code()}:\n{self._daemon.log}")
        refused = {code: count for code, count in stats["refused"].items() if count}
        return (
            f"tight: {stats['submitted']} tasks, {stats['accepted']} connections, refused: {refused}, "
            f"closed for limits: {stats['closed_for_limits']}, forgotten: {stats['forgotten']}\n"
            f"tight: {memory}\ntight: round trips of the good client: {percentiles(self._latencies)}")

    def _check_all_were_reached(self, stats):
        """A limit that nobody has met proves nothing."""
        for count in (
            *(stats["refused"][code] for code in ("queue_full", "memory_full", "too_large", "too_many_connections")),
            *stats["closed_for_limits"].values(), stats["forgotten"],
        ):
            if not count:
                raise AssertionError(f"one of the limits was never reached: {stats}")
