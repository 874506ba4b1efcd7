"""A second daemon with so little room that its limits are always reached, and what must hold all the same."""

import contextlib
import functools

from harness import Daemon, get_result, numbered
from soak.audit import check_stats
from soak.crowd import Crowd
from soak.oracle import Oracle
from soak.rude import read_to_the_end, send_as_far_as_possible
from soak.watch import WatchedDaemon

LIMITS = (
    "--max-message", 100_000, "--max-queued", 50, "--max-memory", 1_000_000, "--keep-results", 50,
    "--max-connections", 60, "--write-timeout", 1,
)

# What `stats` counts, and the limit that it never exceeds.
LIMITED = {
    "waiting": "max-queued", "held_bytes": "max-memory", "kept": "keep-results", "connections": "max-connections",
}

REFUSALS = {"queue_full": "max-queued", "memory_full": "max-memory", "too_large": "max-message"}


def start():
    return Daemon(*LIMITS, time_scale=0.001)


def visitor(kind):
    """A visit of a client that may be refused, or closed because it holds much or takes little."""
    @functools.wraps(kind)
    def visit(guest):
        try:
            connection = guest.connect()
            kind(guest, connection, connection.ask("info")["limits"])
        except ConnectionError:
            pass
        except AssertionError as failure:
            if not any(words in str(failure) for words in ("the connection ended", "too_many_connections")):
                raise
    return visit


def check_refusal(reply, limits, *codes):
    """The reply names a limit which is in force."""
    error = reply["error"]
    limit = REFUSALS.get(error["code"])
    if error["code"] not in codes or (error.get("limit"), error.get("value")) != (limit, limits.get(limit)):
        raise AssertionError(f"{reply} instead of {' or '.join(codes)}; the limits are {limits}")


@visitor
def filling(guest, connection, limits):
    """Submits more than the queue or the memory takes. Each accepted task has its result, unless it is evicted."""
    kind, count = guest.dice.choice([("small", 100), ("large", 20)])
    ids, refusals = guest.submit_all(connection, [guest.oracle.new(kind) for _ in range(count)])
    for refusal in refusals:
        check_refusal(refusal, limits, "queue_full", "memory_full")
    guest.wait_for_all(connection, ids, may_be_evicted=True)


@visitor
def hoarding(guest, *_):
    """Sends the beginnings of messages on many connections."""
    for _ in range(25):
        send_as_far_as_possible(guest.connect(), '{"data":"' + "x" * 80_000)
    guest.pause(1)


@visitor
def deaf(guest, connection, _):
    """Asks for much, and takes nothing for a while; then all, or what there is until the end."""
    ids, _ = guest.submit_all(connection, [guest.oracle.new("large")])
    for task_id in ids:  # none if the submit was refused
        send_as_far_as_possible(connection, (get_result(task_id) + "\n") * 300)
        guest.pause(5)
        with contextlib.suppress(OSError):
            connection.end_input()
        read_to_the_end(connection)


@visitor
def too_long(_, connection, limits):
    """A message that is too long, and another behind it."""
    connection.send('{"seq":1,"data":"' + "x" * limits["max-message"] + '"}', numbered(2, "info"))
    check_refusal(connection.receive(), limits, "too_large")
    connection.reply_to(2)


# How often each comes, in relation to the others.
KINDS = {filling: 10, hoarding: 3, deaf: 1, too_long: 3}


class TightDaemon(WatchedDaemon):
    def __init__(self, daemon, seed, clients):
        super().__init__(daemon)
        self._limits = self.connection.ask("info")["limits"]
        self.crowds = [Crowd(daemon, Oracle(f"{seed} tight"), KINDS, clients, seed, rest=0.3)]

    def look(self):
        stats = super().look()
        check_stats(stats)
        for count, limit in LIMITED.items():
            if stats[count] > self._limits[limit]:
                raise AssertionError(f"{count} is {stats[count]}, and {limit} {self._limits[limit]}")
        # There is always room for 16 messages. One read, or one reply, comes before anything is closed.
        allowed = max(self._limits["max-memory"], 16 * self._limits["max-message"]) + 200_000
        if stats["connection_bytes"] > allowed:
            raise AssertionError(f"connection_bytes is {stats['connection_bytes']}, more than {allowed}")
        return stats
