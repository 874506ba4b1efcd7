"""The client program, uv-task, as people and scripts run it."""

import json
import subprocess

from harness import CLIENT_PROGRAM, Call, client


def run_and_wait(guest):
    """Data through stdin, the result as its very bytes."""
    submission = guest.oracle.new()
    ran = _with_input(guest, submission, "--wait")
    # Others cancel what they like.
    if ran.code == 0 and ran.output != submission.result or ran.code not in (0, 1):
        raise AssertionError(f"uv-task run {submission.name} of {submission.data!r:.200} gave {str(ran)[:500]}")


def run_then_ask(guest):
    """With a key, twice; then the result."""
    submission = guest.oracle.new()
    for _ in range(2):
        ran = _with_input(guest, submission, "--key", submission.key)
        if ran.code:
            raise AssertionError(f"uv-task run --key gave {ran}")
        guest.oracle.acknowledge(submission, int(ran.output))
    task_id = int(ran.output)
    answer = client(guest.daemon, "result", task_id, "--wait", "--json")
    guest.oracle.check_result(task_id, json.loads(answer.output))


def cancel(guest):
    """Cancels any task."""
    if task_id := guest.some_task():
        guest.oracle.will_cancel(task_id)
        told = client(guest.daemon, "cancel", task_id)
        if told.code not in (0, 1):
            raise AssertionError(f"uv-task cancel {task_id} gave {told}")
        guest.oracle.check_status(*_id_and_status(told.output))


def wait(guest):
    """Waits for tasks of others."""
    ids = {task_id for _ in range(5) if (task_id := guest.some_task())}
    if not ids:
        return
    told = client(guest.daemon, "wait", *ids)
    seen = dict(_id_and_status(line) for line in told.lines)
    if set(seen) != ids or told.code not in (0, 1):
        raise AssertionError(f"uv-task wait {ids} gave {told}")
    for task_id, state in seen.items():
        guest.oracle.check_status(task_id, state)


def look(guest):
    """What a person looks at."""
    for command in ("list", "stats", "info"):
        told = client(guest.daemon, command)
        if told.code or not told.output:
            raise AssertionError(f"uv-task {command} gave {told}")


def _with_input(guest, submission, *options):
    """Runs uv-task run with the data on stdin."""
    where = ["--host", guest.daemon.host, "--port", str(guest.daemon.port)]
    with Call([CLIENT_PROGRAM, *where, "run", submission.name, "--exact", *options], stdin=subprocess.PIPE) as process:
        return process.finish(submission.data.encode())


def _id_and_status(line):
    task_id, state = line.split()
    return int(task_id), state


# How often each comes, against each other.
KINDS = {run_and_wait: 3, run_then_ask: 3, cancel: 1, wait: 2, look: 1}
