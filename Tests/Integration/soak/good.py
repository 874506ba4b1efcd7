"""Clients as they should be: quick ones, slow ones, and some who have bad luck."""

import collections
import json
import socket

from harness import error_code, failure_code, get_result, message, numbered, result, run, state, status
from soak.guest import submit_line


def classic(guest):
    """Submits, waits, takes the result: the dialogue of the older program."""
    connection = guest.connect()
    for _ in range(guest.dice.randint(1, 5)):
        submission = guest.oracle.new()
        task_id = guest.timed(connection, run(submission.name, submission.data))["task_id"]
        guest.oracle.acknowledge(submission, task_id)
        connection.send(status(task_id), get_result(task_id))
        end, answer = connection.receive()["status"], connection.receive()
        if end not in ("success", "error") or answer["status"] != end:
            raise AssertionError(f"task {task_id} ended in {end}, and then {str(answer)[:300]}")
        guest.oracle.check_result(task_id, answer)


def nameless(guest):
    """Misspells the name: such a task ends at once."""
    connection = guest.connect()
    submission = guest.oracle.new_nameless()
    task_id = guest.timed(connection, run(submission.name, submission.data))["task_id"]
    guest.oracle.acknowledge(submission, task_id)
    guest.oracle.check_status(task_id, "error", "unknown_task_name")
    connection.send(status(task_id), get_result(task_id))
    connection.expect(state("error"), result("error", None))
    reply = guest.ask(connection, "run", task_name=submission.name, data=submission.data)
    if error_code(reply) != "unknown_task_name":
        raise AssertionError(f"a submit of {submission.name!r}: {reply}")


def pipelining(guest):
    """Submits many at once, then waits for all of them at once."""
    connection = guest.connect()
    submissions = [guest.oracle.new() for _ in range(guest.dice.randint(5, 60))]
    connection.send(*(submit_line(seq, submission) for seq, submission in enumerate(submissions)))
    ids = []
    for submission, reply in zip(submissions, connection.replies_to(*range(len(submissions)))):
        ids.append(reply["task_id"])
        guest.oracle.acknowledge(submission, reply["task_id"])
    if ids != sorted(ids):
        raise AssertionError(f"one after the other was submitted, but the ids are {ids}")
    seqs = range(1000, 1000 + len(ids))
    connection.send(*(numbered(seq, "get_result", task_id=task_id, wait=True) for seq, task_id in zip(seqs, ids)))
    for task_id, reply in zip(ids, connection.replies_to(*seqs)):
        guest.check_ended(task_id, reply)


def waiting(guest):
    """Waits for tasks of others, with time-outs and without."""
    connection = guest.connect()
    asked = {}
    for seq in range(guest.dice.randint(1, 30)):
        if task_id := guest.some_task():
            members = {"timeout_ms": guest.dice.randrange(300)} if guest.dice.random() < 0.3 else {}
            kind = guest.dice.choice(["status", "get_result"])
            asked[seq] = task_id, members
            connection.send(numbered(seq, kind, task_id=task_id, wait=True, **members))
    for (task_id, members), reply in zip(asked.values(), connection.replies_to(*asked)):
        if reply.pop("timed_out", False):
            if not members or reply["status"] in ("success", "error"):
                raise AssertionError(f"a wait for task {task_id} that timed out: {reply}")
        else:
            guest.check_ended(task_id, reply)


def losing(guest):
    """Loses its connections in the midst of a submit, and asks again with the same key: that is one task."""
    submission = guest.oracle.new()
    line = submit_line(1, submission, key=submission.key) + "\n"
    for _ in range(guest.dice.randint(1, 3)):
        connection = guest.connect()
        cut = guest.dice.choice([len(line), len(line), guest.dice.randrange(len(line))])
        connection.send_bytes(line[:cut])
        if guest.dice.random() < 0.5:
            guest.pause(0.01)
        guest.dice.choice([connection.close, connection.reset])()
    connection = guest.connect()
    task_id = guest.submit(connection, submission, key=submission.key)
    again = guest.ask(connection, "run", task_name=submission.name, data=submission.data, key=submission.key)
    if (again["task_id"], again.get("existing")) != (task_id, True):
        raise AssertionError(f"task {task_id} was submitted again with its key: {again}")
    other = guest.ask(connection, "run", task_name=submission.name, data="another", key=submission.key)
    if error_code(other) != "key_conflict":
        raise AssertionError(f"the key of task {task_id} with other data: {other}")
    guest.check_ended(task_id, connection.ask("get_result", task_id=task_id, wait=True))


def cancelling(guest):
    """Cancels what it has submitted, or what another has."""
    connection = guest.connect()
    own = [guest.submit(connection, guest.oracle.new()) for _ in range(guest.dice.randint(1, 5))]
    for task_id in [*own, guest.some_task()]:
        if guest.dice.random() < 0.6:
            guest.oracle.will_cancel(task_id)
            guest.check_ended(task_id, connection.ask("cancel", task_id=task_id))
    for task_id in own:
        guest.check_ended(task_id, connection.ask("get_result", task_id=task_id, wait=True))


def listing(guest):
    """Looks through the newest tasks, some pages of them."""
    connection = guest.connect()
    before = None
    for _ in range(guest.dice.randint(1, 4)):
        members = {"limit": guest.dice.randint(1, 200)}
        if before:
            members["before"] = before
        page = guest.ask(connection, "list", **members)
        ids = [task["task_id"] for task in page["tasks"]]
        if ids != sorted(set(ids), reverse=True) or before and ids and ids[0] >= before:
            raise AssertionError(f"a page before {before} has the tasks {ids}")
        for newer, older in zip(page["tasks"], page["tasks"][1:]):
            if "position" in newer and "position" in older and newer["position"] != older["position"] + 1:
                raise AssertionError(f"neighbours in the queue with the positions of others: {newer}, {older}")
        for task in page["tasks"]:
            guest.oracle.check_status(task["task_id"], task["status"], failure_code(task))
        before = page.get("next")
        if not before:
            break


def asking(guest):
    """Asks how tasks stand, again and again: what has ended stays so."""
    connection = guest.connect()
    for _ in range(guest.dice.randint(5, 30)):
        if task_id := guest.some_task():
            had_ended = guest.oracle.has_ended(task_id)
            if guest.dice.random() < 0.5:
                reply = guest.timed(connection, get_result(task_id))
                guest.oracle.check_result(task_id, reply)
            else:
                reply = guest.ask(connection, "status", task_id=task_id)
                guest.oracle.check_status(task_id, reply["status"], failure_code(reply))
            if had_ended and reply["status"] in ("waiting", "execute"):
                raise AssertionError(f"task {task_id} had ended, and now: {str(reply)[:300]}")
        guest.pause(0.02)
    if guest.ask(connection, "info")["protocol"] != 1:
        raise AssertionError("another protocol")


def dribbling(guest):
    """Sends one byte at a time."""
    connection = guest.connect()
    submission = guest.oracle.new(small=True)
    for byte in run(submission.name, submission.data).encode() + b"\n":
        connection.send_bytes(bytes([byte]))
        if guest.dice.random() < 0.1:
            guest.pause(0.002)
    task_id = connection.receive()["task_id"]
    guest.oracle.acknowledge(submission, task_id)
    connection.send(status(task_id), get_result(task_id))
    connection.receive()
    guest.oracle.check_result(task_id, connection.receive())


def slow_reading(guest):
    """Asks for far more than fits into the sockets' buffers, and takes its time to read it."""
    connection = guest.connect()
    submission = guest.oracle.new()
    task_id = guest.submit(connection, submission)
    guest.check_ended(task_id, connection.ask("get_result", task_id=task_id, wait=True))
    line = len(message(status="success", data=submission.result).encode())
    count = min(3_000_000 // line, 2000)
    connection.send(*[get_result(task_id)] * count)
    replies = collections.Counter()
    for _ in range(count):
        replies[connection.receive_line()] += 1
        if guest.dice.random() < 100 / count:
            guest.pause(0.02)
    if len(replies) != 1:
        raise AssertionError(f"{len(replies)} different results of task {task_id}")
    guest.oracle.check_result(task_id, json.loads(replies.popitem()[0]))


def half_closing(guest):
    """Closes its sending side behind the requests, and gets every answer all the same."""
    connection = guest.connect()
    submissions = [guest.oracle.new(small=True) for _ in range(guest.dice.randint(1, 10))]
    connection.send(*(submit_line(seq, submission) for seq, submission in enumerate(submissions)))
    if other := guest.some_task():
        connection.send(numbered(100, "get_result", task_id=other, wait=True))
    connection.end_input()
    replies = connection.replies_to(*range(len(submissions)), *([100] if other else []))
    for submission, reply in zip(submissions, replies):
        guest.oracle.acknowledge(submission, reply["task_id"])
    if other:
        guest.check_ended(other, replies[-1])
    connection.expect_end()


def idling(guest):
    """Has nothing to say for a while."""
    connection = guest.connect()
    guest.pause(3)
    guest.ask(connection, "info")


def out_of_band(guest):
    """Sends urgent data, which are no part of the stream."""
    connection = guest.connect()
    connection.socket.send(b"!", socket.MSG_OOB)
    task_id = guest.submit(connection, guest.oracle.new())
    connection.socket.send(b"?", socket.MSG_OOB)
    guest.check_ended(task_id, connection.ask("get_result", task_id=task_id, wait=True))


# How often each comes, against each other.
KINDS = {
    classic: 20, nameless: 2, pipelining: 10, waiting: 12, losing: 10, cancelling: 8, listing: 4, asking: 10,
    dribbling: 4, slow_reading: 2, half_closing: 5, idling: 3, out_of_band: 3,
}
