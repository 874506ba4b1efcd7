"""Looks at every task, in the order of the ids: they ran in that order, one at a time, with the right results."""

from harness import error_code, failure_code

# How many tasks are asked for at once.
BATCH = 100


class Auditor:
    def __init__(self, connection, oracle):
        self._connection = connection
        self._oracle = oracle

    def audit_up_to(self, submitted):
        """Waits for the ends of the tasks with these ids that were not audited."""
        while behind := submitted - self._oracle.audited:
            self._oracle.behind = behind
            first = self._oracle.audited + 1
            last = min(first + BATCH - 1, submitted)
            self._audit(first, last)
            self._oracle.audited = last
        self._oracle.behind = 0

    def _audit(self, first, last):
        results = self._ask("get_result", range(first, last + 1), wait=True)
        # The first one is compared with the last task of the batch before.
        reports = self._ask("status", range(max(first - 1, 1), last + 1))
        ended_at = submitted_at = 0
        for task_id, report in reports.items():
            check_order(task_id, report, ended_at, submitted_at)
            submitted_at = report["submitted_at"]
            if "started_at" in report:
                ended_at = report["finished_at"]
            if result := results.get(task_id):
                if (report["status"], failure_code(report)) != (result["status"], failure_code(result)):
                    raise AssertionError(f"task {task_id}: {report}, but its result is {str(result)[:300]}")
                self._oracle.check_result(task_id, result, report.get("task_name"))

    def _ask(self, kind, ids, **members):
        """The replies, by id."""
        replies = dict(zip(ids, self._connection.ask_all(kind, ({"task_id": task_id, **members} for task_id in ids))))
        for task_id, reply in replies.items():
            if error_code(reply):
                raise AssertionError(f"{kind} of task {task_id}, which was not audited yet: {reply}")
        return replies


def check_order(task_id, report, ended_at, submitted_at):
    """Compares the times of a task, in milliseconds, with those of the task before it."""
    started_at = report.get("started_at")
    if report["submitted_at"] < submitted_at:
        raise AssertionError(f"task {task_id} was submitted before the one before it: {report}")
    if started_at is None:
        if report["status"] == "success":
            raise AssertionError(f"task {task_id} never started, and succeeded: {report}")
    elif started_at < ended_at:
        raise AssertionError(f"task {task_id} started before the one before it had ended: {report}")
    elif not report["submitted_at"] <= started_at <= report["finished_at"]:
        raise AssertionError(f"task {task_id} has impossible times: {report}")


def check_stats(stats):
    """The counts of a daemon agree with each other."""
    parts = [stats[name] for name in ("succeeded", "failed", "cancelled", "waiting", "running")]
    if stats["submitted"] != sum(parts) or min(parts) < 0 or stats["running"] > 1:
        raise AssertionError(f"counts that do not add up: {stats}")
    if stats["waiting"] and not stats["running"]:
        raise AssertionError(f"tasks wait, and none runs: {stats}")
