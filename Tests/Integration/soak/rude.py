"""Clients as nobody wants them. Each may lose what is its own, and nobody else may notice."""

import contextlib

from harness import get_result, numbered, run
from soak.crowd import submit_line


def read_to_the_end(connection):
    """All that still comes; a reset is an end as well."""
    received = bytearray()
    with contextlib.suppress(ConnectionError):
        while piece := connection.socket.recv(1 << 16):
            received += piece
    return bytes(received)


def send_as_far_as_possible(connection, data):
    """The daemon may close meanwhile."""
    with contextlib.suppress(ConnectionError):
        connection.send_bytes(data)


def vanishing(guest):
    """Submits or half submits, waits for tasks of others, and is gone."""
    connection = guest.connect()
    lines = [submit_line(seq, guest.oracle.new()) for seq in range(guest.dice.randint(0, 5))]
    lines += [
        numbered(seq, "get_result", task_id=guest.some_task() or 1, wait=True)
        for seq in range(guest.dice.randint(1, 50))]
    text = "".join(line + "\n" for line in lines)
    connection.send_bytes(text[:guest.dice.randint(1, len(text))])
    guest.pause(0.02)
    guest.dice.choice([connection.close, connection.reset])()


def flooding(guest):
    """Sends until its socket is full, and reads nothing."""
    connection = guest.connect()
    submissions = [guest.oracle.new("small") for _ in range(guest.dice.randint(0, 30))]
    connection.send_bytes("".join(run(submission.name, submission.data) + "\n" for submission in submissions))
    connection.socket.settimeout(0.3)
    with contextlib.suppress(TimeoutError, ConnectionError):
        for _ in range(500):
            connection.send_bytes((get_result(guest.some_task() or 1) + "\n") * 1000)
    guest.pause(2)
    guest.dice.choice([connection.close, connection.reset])()


def random_bytes(guest):
    """Noise, which ends the connection without a byte."""
    connection = guest.connect()
    for _ in range(guest.dice.randint(1, 16)):
        send_as_far_as_possible(connection, guest.dice.choice([b"", b"{", b'{"']) + guest.dice.randbytes(4096))
    with contextlib.suppress(OSError):
        connection.end_input()
    if received := read_to_the_end(connection):
        raise AssertionError(f"noise was answered: {received[:300]!r}")


# How often each comes, in relation to the others.
KINDS = {vanishing: 12, flooding: 4, random_bytes: 3}
