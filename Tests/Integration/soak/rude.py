"""Clients as nobody wants them. Each may lose what is its own, and nobody else may notice."""

import socket
import time

from harness import error_code, get_result, numbered, run
from soak.guest import submit_line
from test_numbered_errors import BAD_REQUESTS, WITHOUT_SEQ


def read_to_the_end(connection):
    """All that still comes; a reset is an end as well."""
    received = bytearray()
    try:
        while piece := connection.socket.recv(1 << 16):
            received += piece
    except ConnectionError:
        pass
    return bytes(received)


def send_as_far_as_possible(connection, data):
    """The daemon may close meanwhile."""
    try:
        connection.send_bytes(data)
    except ConnectionError:
        pass


def expect_silence(connection, what):
    """The connection ends without a byte."""
    if received := read_to_the_end(connection):
        raise AssertionError(f"{what} was answered: {received[:300]!r}")


def vanishing(guest):
    """Submits, or half submits, and is gone."""
    connection = guest.connect()
    submissions = [guest.oracle.new() for _ in range(guest.dice.randint(1, 5))]
    text = "".join(submit_line(seq, submission) + "\n" for seq, submission in enumerate(submissions))
    connection.send_bytes(text[:guest.dice.randint(1, len(text))])
    guest.pause(0.01)
    guest.dice.choice([connection.close, connection.reset])()


def waiting_and_vanishing(guest):
    """Waits for what others submitted, and is gone."""
    connection = guest.connect()
    for seq in range(guest.dice.randint(1, 50)):
        if task_id := guest.some_task():
            connection.send(numbered(seq, "get_result", task_id=task_id, wait=True))
    guest.pause(0.02)
    guest.dice.choice([connection.close, connection.reset])()


def resetting(guest):
    """Asks for a lot, and resets the connection in mid-reply."""
    connection = guest.connect()
    task_id = guest.submit(connection, guest.oracle.new())
    send_as_far_as_possible(connection, (get_result(task_id) + "\n") * guest.dice.randint(1, 5000))
    connection.socket.recv(guest.dice.randint(1, 10_000))
    connection.reset()


def flooding(guest):
    """Sends and sends, and reads nothing."""
    connection = guest.connect()
    submissions = [guest.oracle.new(small=True) for _ in range(guest.dice.randint(0, 30))]
    text = "".join(run(submission.name, submission.data) + "\n" for submission in submissions)
    connection.socket.settimeout(0.3)
    try:
        connection.send_bytes(text)
        for _ in range(500):
            connection.send_bytes((get_result(guest.some_task() or 1) + "\n") * 1000)
    except (TimeoutError, ConnectionError):
        pass
    guest.pause(2)
    guest.dice.choice([connection.close, connection.reset])()


def endless(guest):
    """A line that does not end where the daemon takes no more of it."""
    connection = guest.connect()
    numbers = guest.dice.random() < 0.5
    if numbers:
        guest.ask(connection, "info")
    limit = guest.ask(guest.connect(), "info")["limits"]["max-message"]
    send_as_far_as_possible(connection, '{"seq":1,"type":"run","task_name":"echo","data":"' + "x" * limit)
    if numbers:
        if error_code(connection.receive()) != "too_large":
            raise AssertionError("a message that is too long was answered by something else")
        connection.send('"}')
        guest.ask(connection, "info")
    else:
        expect_silence(connection, "a message that is too long")


def random_bytes(guest):
    """Noise, of which the daemon makes what it likes."""
    connection = guest.connect()
    for _ in range(guest.dice.randint(1, 16)):
        send_as_far_as_possible(connection, guest.dice.choice([b"", b"{", b'{"']) + guest.dice.randbytes(4096))
    try:
        connection.end_input()
    except OSError:
        pass
    expect_silence(connection, "noise")


def posting(guest):
    """A web page that posts a request: closed at its first line, nothing submitted."""
    connection = guest.connect()
    body = run("echo", guest.oracle.new_forbidden().data) + "\n"
    head = f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    send_as_far_as_possible(connection, head + body)
    expect_silence(connection, "an HTTP request")


def storming(guest):
    """Comes and goes, and never says a word."""
    for _ in range(guest.dice.randint(10, 60)):
        with socket.create_connection((guest.daemon.host, guest.daemon.port), timeout=30):
            guest.storm_count += 1
            if guest.dice.random() < 0.02:
                guest.pause(0.01)


def breaking(guest):
    """Sends what is no request, each answered by an error once there was a seq."""
    connection = guest.connect()
    guest.ask(connection, "info")
    for _ in range(guest.dice.randint(1, 20)):
        text, code = guest.dice.choice([
            *((text + "\n", "bad_request") for text in BAD_REQUESTS.values()), *WITHOUT_SEQ.values()])
        connection.send_bytes(text)
        if error_code(reply := connection.receive()) != code:
            raise AssertionError(f"{text!r:.300} was answered by {str(reply)[:300]}")
    guest.ask(connection, "info")


def unfinished(guest):
    """Leaves a message unfinished for a while, and then for ever."""
    connection = guest.connect()
    connection.send_bytes('{"seq":1,"type":"run","data":"' + "x" * guest.dice.randrange(200_000))
    deadline = time.monotonic() + guest.dice.random()
    while time.monotonic() < deadline:
        guest.pause(0.2)
        connection.send_bytes("x")


# How often each comes, against each other.
KINDS = {
    vanishing: 8, waiting_and_vanishing: 8, resetting: 4, flooding: 3, endless: 1, random_bytes: 3, posting: 4,
    storming: 2, breaking: 4, unfinished: 3,
}
