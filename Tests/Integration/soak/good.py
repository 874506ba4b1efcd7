"""Clients as they should be: quick ones, slow ones, and some who have bad luck."""

import collections
import json
import subprocess

from harness import CLIENT_PROGRAM, PATIENT, Call, client, error_code, failure_code, get_result, message, result, state, status
from soak.crowd import submit_line


def legacy(guest):
    """Submits, waits and takes the result as a legacy client. Misspells a name now and then."""
    connection = guest.connect()
    for _ in range(guest.dice.randint(1, 5)):
        is_nameless = guest.dice.random() < 0.1
        submission = guest.oracle.new("nameless" if is_nameless else "any")
        task_id = connection.submit(submission.name, submission.data)
        guest.oracle.acknowledge(submission, task_id)
        connection.send(status(task_id), get_result(task_id))
        if is_nameless:
            connection.expect(state("error"), result("error", None))
            continue
        end, answer = connection.receive()["status"], connection.receive()
        if end not in ("success", "error") or answer["status"] != end:
            raise AssertionError(f"task {task_id} ended in {end}, and then {str(answer)[:300]}")
        guest.oracle.check_result(task_id, answer)


def pipelining(guest):
    """Submits many at once, then waits for all of them at once."""
    connection = guest.connect()
    ids, refusals = guest.submit_all(connection, [guest.oracle.new() for _ in range(guest.dice.randint(5, 60))])
    if refusals:
        raise AssertionError(f"a submit was refused: {refusals[0]}")
    guest.wait_for_all(connection, ids)


def waiting(guest):
    """Waits for tasks of others, with timeouts and without, or does not wait."""
    ways = [{}, {"wait": True}, {"wait": True, "timeout_ms": guest.dice.randrange(300)}]
    ids = [guest.some_task() for _ in range(guest.dice.randint(1, 30))]
    asked = [{"task_id": task_id, **guest.dice.choice(ways)} for task_id in ids if task_id]
    replies = guest.connect().ask_all(guest.dice.choice(["status", "get_result"]), asked)
    for members, reply in zip(asked, replies):
        has_ended = reply.get("status") in ("success", "error")
        if reply.pop("timed_out", False) and ("timeout_ms" not in members or has_ended):
            raise AssertionError(f"a wait timed out, {members}: {reply}")
        if has_ended or "wait" in members and "timeout_ms" not in members:
            guest.check_ended(members["task_id"], reply)


def losing(guest):
    """Loses its connections during a submit, and submits again with the same key: that is one task."""
    submission = guest.oracle.new()
    line = submit_line(1, submission, key=submission.key) + "\n"
    for _ in range(guest.dice.randint(1, 3)):
        connection = guest.connect()
        connection.send_bytes(line[:guest.dice.choice([len(line), guest.dice.randrange(len(line))])])
        guest.dice.choice([connection.close, connection.reset])()
    connection = guest.connect()
    task_id = guest.submit(connection, submission, key=submission.key)
    again = connection.ask("run", task_name=submission.name, data=submission.data, key=submission.key)
    if (again["task_id"], again.get("existing")) != (task_id, True):
        raise AssertionError(f"task {task_id} was submitted again with its key: {again}")
    other = connection.ask("run", task_name=submission.name, data="another", key=submission.key)
    if error_code(other) != "key_conflict":
        raise AssertionError(f"the key of task {task_id} with other data: {other}")
    guest.wait_for_all(connection, [task_id])


def cancelling(guest):
    """Cancels what it has submitted, or what another has."""
    connection = guest.connect()
    own = [guest.submit(connection, guest.oracle.new()) for _ in range(guest.dice.randint(1, 5))]
    for task_id in [*own, guest.some_task()]:
        if guest.dice.random() < 0.6:
            guest.oracle.will_cancel(task_id)
            guest.check_ended(task_id, connection.ask("cancel", task_id=task_id))
    guest.wait_for_all(connection, own)


def listing(guest):
    """Looks through some pages of the newest tasks."""
    connection = guest.connect()
    members = {"limit": guest.dice.randint(1, 200)}
    for _ in range(guest.dice.randint(1, 4)):
        page = connection.ask("list", **members)
        ids = [task["task_id"] for task in page["tasks"]]
        if ids != sorted(set(ids), reverse=True) or ids and ids[0] >= members.get("before", 1 << 53):
            raise AssertionError(f"a page with {members} has the tasks {ids}")
        for newer, older in zip(page["tasks"], page["tasks"][1:]):
            if "position" in newer and "position" in older and newer["position"] != older["position"] + 1:
                raise AssertionError(f"neighbours in the queue with the positions of others: {newer}, {older}")
        for task in page["tasks"]:
            guest.oracle.check_status(task["task_id"], task["status"], failure_code(task))
        if "next" not in page:
            break
        members["before"] = page["next"]


def slow_reading(guest):
    """Asks for far more than fits into the sockets' buffers, and reads it slowly."""
    connection = guest.connect()
    submission = guest.oracle.new()
    task_id = guest.submit(connection, submission)
    guest.wait_for_all(connection, [task_id])
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


def programs(guest):
    """Runs uv-task: submits twice with a key, then asks for the result."""
    submission = guest.oracle.new()
    where = "--host", guest.daemon.host, "--port", str(guest.daemon.port), *PATIENT
    submit = [CLIENT_PROGRAM, *where, "run", submission.name, "--exact", "--key", submission.key]
    for _ in range(2):
        with Call(submit, stdin=subprocess.PIPE) as process:
            ran = process.finish(submission.data.encode())
        if ran.code:
            raise AssertionError(f"uv-task run --key gave {ran}")
        guest.oracle.acknowledge(submission, int(ran.output))
    answer = client(guest.daemon, "result", int(ran.output), "--wait", "--json")
    guest.oracle.check_result(int(ran.output), json.loads(answer.output))


# How often each comes, in relation to the others.
KINDS = {
    legacy: 20, pipelining: 15, waiting: 20, losing: 10, cancelling: 8, listing: 4, slow_reading: 2, programs: 1,
}
