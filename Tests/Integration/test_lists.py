"""list and stats: what is kept, newest first, and what was done so far."""

import time
import unittest

from harness import Daemon, bound, numbered, run, status, submitted

FOR_EVER = 1000  # a --time-scale


def ids(reply):
    return [task["task_id"] for task in reply["tasks"]]


def all_pages(connection, **members):
    """The ids of each page, to the last one."""
    pages = []
    while True:
        reply = connection.ask("list", **members)
        pages.append(ids(reply))
        if "next" not in reply:
            return pages
        assert reply["next"] < members.get("before", 1 << 53), "the next page is no further"
        members["before"] = reply["next"]


class Lists(unittest.TestCase):
    def test_nothing_yet(self):
        with Daemon() as daemon:
            for members in {}, {"before": 1}, {"before": 99}, {"status": "error"}, {"limit": 1}:
                self.assertEqual(daemon.ask("list", **members), {"tasks": []})

    def test_tasks_are_told_as_by_status_and_never_their_data(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            connection.send(run("echo", "secret"), run("no such task", "secret"))
            connection.expect(submitted(1), submitted(2))
            connection.ask("get_result", task_id=1, wait=True)
            for name in "revers", "permutation", "reverse":
                connection.ask("run", task_name=name, data="secret", key=f"secret {name}")
            connection.ask("cancel", task_id=4)
            connection.send(numbered(1, "list"), *(numbered(task_id, "status", task_id=task_id) for task_id in range(5, 0, -1)))
            line = connection.receive_line()
            self.assertNotIn("secret", line)
            self.assertTrue(line.startswith('{"seq":1,"tasks":[{"task_id":5,"status":"waiting",'), line)
            statuses = [connection.reply_to(task_id) for task_id in range(5, 0, -1)]
            listed = connection.ask("list")
            self.assertEqual(list(listed), ["tasks"])
            self.assertEqual(ids(listed), [5, 4, 3, 2, 1])
            for task, told in zip(listed["tasks"], statuses):
                del task["task_id"]
                if "eta_ms" in told:
                    # It goes down from one answer to the next.
                    self.assertLess(told.pop("eta_ms") - task.pop("eta_ms"), 20_000)
                self.assertEqual(task, told)

    def test_by_state(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            connection.send(run("echo"), run("no such task"))
            connection.expect(submitted(1), submitted(2))
            connection.ask("status", task_id=1, wait=True)
            for _ in range(4):
                connection.ask("run", task_name="revers", data="")
            connection.ask("cancel", task_id=5)
            for state, expected in ("success", [1]), ("error", [5, 2]), ("execute", [3]), ("waiting", [6, 4]):
                reply = connection.ask("list", status=state)
                self.assertEqual(ids(reply), expected)
                self.assertEqual({task["status"] for task in reply["tasks"]}, {state})
                self.assertNotIn("next", reply)
            self.assertEqual(ids(connection.ask("list", status="error", before=5)), [2])
            self.assertEqual(ids(connection.ask("list", status="waiting", limit=1)), [6])

    def test_pages(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            connection.pipeline((run("revers") + "\n") * 250)
            everything = list(range(250, 0, -1))
            self.assertEqual(all_pages(connection), [everything[:100], everything[100:200], everything[200:]])
            self.assertEqual(all_pages(connection, limit=250), [everything])
            self.assertEqual(all_pages(connection, limit=125), [everything[:125], everything[125:]])
            self.assertEqual(all_pages(connection, limit=249), [everything[:249], [1]])
            self.assertEqual(all_pages(connection, limit=1), [[task_id] for task_id in everything])
            self.assertEqual(all_pages(connection, before=3), [[2, 1]])
            self.assertEqual(all_pages(connection, before=1), [[]])
            self.assertEqual(ids(connection.ask("list", before=1 << 52, limit=2)), [250, 249])
            # Tasks that come in meanwhile move no page.
            first = connection.ask("list", limit=10)
            connection.submit("revers", "")
            self.assertEqual(ids(connection.ask("list", limit=10, before=first["next"])), everything[10:20])

    def test_a_page_is_short_where_few_of_many_are_meant(self):
        cancelled = [2, 12_000, 24_999, 25_000]
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            connection.pipeline((run("revers", "data") + "\n") * 25_000)
            for task_id in cancelled:
                connection.ask("cancel", task_id=task_id)
            # Ten thousand are looked at for each.
            self.assertEqual(all_pages(connection, status="error"), [[25_000, 24_999], [12_000], [2]])
            self.assertEqual(connection.ask("list", status="error")["next"], 15_001)
            self.assertEqual(all_pages(connection, status="success"), [[], [], []])
            self.assertEqual(all_pages(connection, status="execute"), [[], [], [1]])
            self.assertEqual(
                all_pages(connection, status="error", limit=1), [[25_000], [24_999], [], [12_000], [], [2], []])
            pages = all_pages(connection, limit=1000)
            self.assertEqual(len(pages), 25)
            self.assertEqual([task_id for page in pages for task_id in page], list(range(25_000, 0, -1)))
            waiting = [task_id for page in all_pages(connection, status="waiting", limit=1000) for task_id in page]
            self.assertEqual(waiting, [task_id for task_id in range(25_000, 1, -1) if task_id not in cancelled])
            start = time.monotonic()
            connection.ask("list", status="success")
            self.assertLess(time.monotonic() - start, bound(0.02))

    def test_pages_over_what_was_forgotten(self):
        waiting, failed, kept = 4000, 20_000, 5000
        with Daemon("--keep-results", kept, time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            # One runs, the others wait; of those that ended at once most are forgotten.
            connection.pipeline((run("revers") + "\n") * waiting + (run("no such task") + "\n") * failed)
            last = connection.submit("echo", "")
            # Every other one that waits: holes where the last ones are kept.
            cancelled = range(2, waiting, 2)
            connection.pipeline("".join(numbered(1, "cancel", task_id=task_id) + "\n" for task_id in cancelled))
            oldest_failed = last - kept + len(cancelled)
            expected = [last, *range(last - 1, oldest_failed - 1, -1), *range(waiting, 0, -1)]
            for limit in 1000, 333:
                pages = all_pages(connection, limit=limit)
                self.assertEqual([task_id for page in pages for task_id in page], expected)
            for state, count in ("waiting", waiting - len(cancelled)), ("execute", 1), ("error", kept), ("success", 0):
                listed = sum(map(len, all_pages(connection, status=state, limit=1000)))
                self.assertEqual(listed, count, state)
            # Before an id that is forgotten.
            reply = connection.ask("list", before=waiting + 100, limit=3)
            self.assertEqual(ids(reply), [waiting, waiting - 1, waiting - 2])


class Statistics(unittest.TestCase):
    NAMES = [
        "uptime_ms", "submitted", "succeeded", "failed", "cancelled", "waiting", "running", "kept", "forgotten",
        "held_bytes", "connection_bytes", "connections", "accepted", "waits", "closed_for_errors"]

    def test_a_new_daemon(self):
        start = time.monotonic()
        with Daemon() as daemon:
            stats = daemon.ask("stats")
            self.assertEqual(list(stats), [*self.NAMES, "closed_for_limits", "refused"])
            self.assertLessEqual(stats.pop("uptime_ms"), (time.monotonic() - start) * 1000 + 2)
            for name in "closed_for_limits", "refused":
                self.assertEqual(set(stats.pop(name).values()), {0})
            expected = dict.fromkeys(self.NAMES[1:], 0)
            self.assertEqual(stats, {**expected, "connections": 1, "accepted": 1})

    def test_they_tell_what_was_done(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection, daemon.connect() as other:
            connection.send(run("echo", "я" * 10), run("echo"), run("no such task", "x" * 100))
            connection.expect(submitted(1), submitted(2), submitted(3))
            connection.ask("status", task_id=2, wait=True)
            oldest = time.monotonic()
            for _ in range(5):
                connection.ask("run", task_name="revers", data="12345")
            connection.ask("cancel", task_id=6)
            connection.ask("cancel", task_id=4)
            # 5 runs; 7 and 8 wait.
            other.send(numbered(1, "status", task_id=8, wait=True), numbered(2, "get_result", task_id=5, wait=True))
            daemon.wait_for_waits(2)
            with daemon.connect() as closed:
                closed.send(status(99))
                closed.expect_end()
            stats = connection.ask("stats")
            waited = stats.pop("oldest_waiting_ms")
            self.assertTrue(0 <= waited <= (time.monotonic() - oldest) * 1000 + 2, waited)
            self.assertEqual(stats.pop("connections"), 2)
            self.assertGreaterEqual(stats.pop("accepted"), 4)
            self.assertGreaterEqual(stats.pop("uptime_ms"), waited)
            self.assertGreater(stats.pop("connection_bytes"), 0)
            del stats["refused"], stats["closed_for_limits"]
            self.assertEqual(stats, {
                "submitted": 8, "succeeded": 2, "failed": 1, "cancelled": 2, "waiting": 2, "running": 1, "kept": 5,
                "forgotten": 0, "held_bytes": 20 + 3 * 5, "waits": 2, "closed_for_errors": 1})

    def test_the_oldest_one_grows_older(self):
        with Daemon(time_scale=FOR_EVER) as daemon, daemon.connect() as connection:
            connection.send(run("revers"), run("revers"), run("revers"))
            connection.expect(submitted(1), submitted(2), submitted(3))
            connection.ask("status", task_id=1, wait=True, timeout_ms=50)
            self.assertGreaterEqual(connection.ask("stats")["oldest_waiting_ms"], 49)
            for task_id in 2, 3:
                connection.ask("cancel", task_id=task_id)
            self.assertNotIn("oldest_waiting_ms", connection.ask("stats"))

    def test_submitted_is_always_the_sum(self):
        with Daemon(time_scale=0.0002) as daemon, daemon.connect() as submitter, daemon.connect() as watcher:
            submitter.send_bytes("".join(run(name) + "\n" for name in ("echo", "revers", "none")) * 300)
            while True:
                stats = watcher.ask("stats")
                parts = [stats[name] for name in ("succeeded", "failed", "cancelled", "waiting", "running")]
                self.assertEqual(stats["submitted"], sum(parts), stats)
                if stats["succeeded"] == 600:
                    break
            self.assertEqual(stats["failed"], 300)


if __name__ == "__main__":
    unittest.main()
