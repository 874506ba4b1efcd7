"""Looks at every task, in the order of the ids: that they ran in that order, one at a time, and what came out."""

import time

from harness import Connection, error_code, failure_code, numbered

# How many tasks are asked for at once.
BATCH = 100


class Auditor:
    """One good client with a single connection, for as long as the soak lasts."""

    def __init__(self, daemon, oracle):
        self._oracle = oracle
        self._connection = Connection(daemon.port)
        self._delays = {kind["name"]: kind["delay_ms"] for kind in self._connection.ask("info")["task_types"]}
        self._seq = 1 << 40
        self.stats = {}

    def close(self):
        self._connection.close()

    def run(self, until):
        """Goes on until the event is set and nothing is left."""
        while True:
            is_last = until.is_set()
            self.stats = self._connection.ask("stats")
            check_stats(self.stats)
            submitted = self.stats["submitted"]
            while self._oracle.audited < submitted:
                first = self._oracle.audited + 1
                last = min(first + BATCH - 1, submitted)
                self._audit(first, last)
                self._oracle.note_audit(last, submitted)
            self._oracle.note_audit(submitted, submitted)
            if is_last:
                return
            time.sleep(0.02)

    def _audit(self, first, last):
        ids = range(first, last + 1)
        results = self._ask("get_result", ids, wait=True)
        # Once all have ended, in one go, and with the last one of the batch before: should the wall clock jump, then
        # hardly between two of them.
        reports = self._ask("status", range(max(first - 1, 1), last + 1))
        ended_at = submitted_at = 0
        for task_id, report in reports.items():
            self._check_order(task_id, report, ended_at, submitted_at)
            submitted_at = report["submitted_at"]
            if "started_at" in report:
                ended_at = report["finished_at"]
            if task_id in results:
                code = failure_code(report)
                if (report["status"], code) != (results[task_id]["status"], failure_code(results[task_id])):
                    raise AssertionError(f"task {task_id}: {report}, but its result {str(results[task_id])[:300]}")
                self._oracle.check_result(task_id, results[task_id], report.get("task_name"))

    def _ask(self, kind, ids, **members):
        """By id, the replies."""
        asked = {}
        for task_id in ids:
            self._seq += 1
            asked[self._seq] = task_id
        self._connection.send(*(numbered(seq, kind, task_id=task_id, **members) for seq, task_id in asked.items()))
        replies = {}
        for _ in asked:
            reply = self._connection.receive()
            task_id = asked.get(reply.pop("seq", None))
            if task_id is None or task_id in replies:
                raise AssertionError(f"nobody has asked for {str(reply)[:300]}")
            if error_code(reply):
                raise AssertionError(f"{kind} of task {task_id}, which nobody has looked at yet: {reply}")
            replies[task_id] = reply
        return {task_id: replies[task_id] for task_id in ids}

    def _check_order(self, task_id, report, ended_at, submitted_at):
        """What was told of when it ran, against the task before it; in ms, so that equal moments prove nothing."""
        if report["submitted_at"] < submitted_at:
            raise AssertionError(f"task {task_id} was submitted before the one before it: {report}")
        started_at, finished_at = report.get("started_at"), report["finished_at"]
        if started_at is None:
            if report["status"] == "success":
                raise AssertionError(f"task {task_id} never started, and has a result: {report}")
            return
        if started_at < ended_at:
            early = ended_at - started_at
            raise AssertionError(f"task {task_id} started {early} ms before the one before it had ended")
        if not report["submitted_at"] <= started_at <= finished_at:
            raise AssertionError(f"task {task_id} has times that cannot be: {report}")
        # One less, since each moment is rounded.
        if report["status"] == "success" and finished_at - started_at < self._delays[report["task_name"]] - 1:
            raise AssertionError(f"task {task_id} was done too soon: {report}")


def check_stats(stats):
    """That the counts of a daemon agree with each other."""
    parts = [stats[name] for name in ("succeeded", "failed", "cancelled", "waiting", "running")]
    if stats["submitted"] != sum(parts) or min(parts) < 0 or stats["running"] > 1:
        raise AssertionError(f"counts that do not add up: {stats}")
    if stats["waiting"] and not stats["running"]:
        raise AssertionError(f"tasks wait, and none runs: {stats}")
