"""How commands end before their time, with all that they have started: cancelled, cut off, and with their daemon."""

import os
import signal
import time
import unittest

from harness import bound, failure_code, wait_until
from processes import children, members_of_group, name_of
from task_types import TaskTypeTest, shell

# A family of three that ignores SIGTERM, and one that does not.
STUBBORN = shell("trap '' TERM; sleep 1000 & sh -c 'sleep 1000; true' & sleep 0.01; echo $$ >&2; wait")
FAMILY = shell("sleep 1000 & sh -c 'sleep 1000; true' & sleep 0.01; echo $$ >&2; wait")


class Ends(TaskTypeTest):
    def check_end(self, types, code, end, *options, least=0.0, most=2.0):
        """Whatever ends it, the whole group goes before the next task starts."""
        daemon = self.serve({**types, "next": ["true"]}, *options)
        task_id, group = self.start_group(daemon, "family")
        next_id = self.submit(daemon, "next")
        start = time.monotonic()
        end(daemon, task_id)
        self.assertEqual(self.outcome(daemon, task_id)["code"], code)
        elapsed = time.monotonic() - start
        self.assertEqual(members_of_group(group), [])
        self.assertEqual(self.outcome(daemon, next_id), "")
        self.assertGreaterEqual(elapsed, least)
        self.assertLess(elapsed, bound(most))

    @staticmethod
    def cancel(daemon, task_id):
        daemon.ask("cancel", task_id=task_id)

    @staticmethod
    def nothing(daemon, task_id):
        pass

    def test_a_cancel(self):
        self.check_end({"family": FAMILY}, "cancelled", self.cancel, "--kill-after", "1h")
        self.check_end({"family": STUBBORN}, "cancelled", self.cancel, "--kill-after", "300ms", least=0.3)

    def test_a_timeout(self):
        self.check_end(
            {"family": {"command": FAMILY, "timeout": "300ms"}}, "timeout", self.nothing, "--kill-after", "1h")
        self.check_end(
            {"family": {"command": STUBBORN, "timeout": "300ms"}}, "timeout", self.nothing, "--kill-after", "200ms")

    def test_too_much_output(self):
        script = "trap '' TERM; sleep 1000 & echo $$ >&2; while :; do echo too much; done"
        self.check_end(
            {"family": {"command": shell(script), "max_output": 100}}, "output_too_large", self.nothing,
            "--kill-after", "200ms")

    def test_a_crash_and_a_good_end(self):
        for script, code in ("kill -SEGV $$", "signal"), ("exit 3", "exit"):
            family = shell(f"trap '' TERM; sleep 1000 & sh -c 'sleep 1000; true' & echo $$ >&2; {script}")
            daemon = self.serve({"family": family})
            task_id, group = self.start_group(daemon, "family")
            self.assertEqual(self.outcome(daemon, task_id)["code"], code)
            self.assertEqual(members_of_group(group), [])

    def test_a_second_cancel_and_a_timeout_while_it_is_ended_change_nothing(self):
        daemon = self.serve({"family": {"command": STUBBORN, "timeout": "300ms"}}, "--kill-after", "600ms")
        task_id, group = self.start_group(daemon, "family")
        with daemon.connect() as first, daemon.connect() as second:
            start = time.monotonic()
            for connection in first, second:
                connection.send(f'{{"seq":1,"type":"cancel","task_id":{task_id}}}')
            for connection in first, second:
                self.assertEqual(failure_code(connection.reply_to(1)), "cancelled")
        self.assertGreaterEqual(time.monotonic() - start, 0.5)
        self.assertEqual(members_of_group(group), [])


class Stops(TaskTypeTest):
    """^C of the daemon: the first lets a command end, the second asks it to, the third kills it."""

    def check_stopped(self, daemon, waiting, group, code, deadline):
        self.assertEqual(failure_code(waiting.reply_to(1)), "shut_down")
        self.assertEqual(daemon.exit_code(), code)
        self.assertEqual(members_of_group(group), [])
        self.assertLess(time.monotonic() - self.began, bound(deadline))

    def stop(self, command, signals, *options):
        """A daemon that runs it and got its signals; and a connection that waits for the result."""
        daemon = self.serve({"family": command}, *options)
        task_id, group = self.start_group(daemon, "family")
        waiting = daemon.connect()
        self.addCleanup(waiting.close)
        waiting.send(f'{{"seq":1,"type":"get_result","task_id":{task_id},"wait":true}}')
        daemon.wait_for_waits(1)
        self.began = time.monotonic()
        for said in ("finishing task", "is interrupted")[:signals]:
            daemon.interrupt()
            daemon.wait_for_log(said)
        return daemon, waiting, group

    def test_the_first_lets_it_finish(self):
        go = self.folder / "go"
        command = shell('echo $$ >&2; until [ -e "$1" ]; do sleep 0.01; done; echo done', str(go))
        daemon, waiting, group = self.stop(command, 1)
        self.assertNotEqual(members_of_group(group), [])
        go.touch()
        self.assertEqual(waiting.reply_to(1)["data"], "done\n")
        self.assertEqual(daemon.exit_code(), 0)

    def test_the_second_asks_it_to_end(self):
        said = self.folder / "said"
        command = shell(
            'trap "echo bye >\\"$1\\"; exit 0" TERM; sleep 1000 & echo $$ >&2; wait', str(said))
        daemon, waiting, group = self.stop(command, 2, "--kill-after", "1h")
        self.check_stopped(daemon, waiting, group, 130, 2)
        self.assertEqual(said.read_text(), "bye\n")

    def test_then_it_is_killed(self):
        daemon, waiting, group = self.stop(STUBBORN, 2, "--kill-after", "300ms")
        self.check_stopped(daemon, waiting, group, 130, 2)
        self.assertGreaterEqual(time.monotonic() - self.began, 0.3)

    def test_the_third_kills_it(self):
        daemon, waiting, group = self.stop(STUBBORN, 2, "--kill-after", "1h")
        self.assertNotEqual(members_of_group(group), [])
        daemon.interrupt()
        self.check_stopped(daemon, waiting, group, 130, 2)

    def test_the_drain_time_is_over(self):
        daemon, waiting, group = self.stop(
            STUBBORN, 1, "--drain-timeout", "200ms", "--kill-after", "200ms")
        self.check_stopped(daemon, waiting, group, 0, 2)

    def test_nothing_of_the_daemon_is_left(self):
        daemon = self.serve({"good": ["true"]})
        self.assertEqual(self.run_task(daemon, "good"), "")
        guard, = wait_until(lambda: guards(daemon), "the guard")
        daemon.terminate()
        self.assertEqual(daemon.exit_code(), 0)
        wait_until(lambda: not os.path.exists(f"/proc/{guard}/fd/0"), "the guard's end", 2)


def guards(daemon):
    return [pid for pid, state in children(daemon.pid).items() if state != "Z" and name_of(pid) == "uv-task-guard"]


class Guard(TaskTypeTest):
    """What runs goes with the daemon, however that ends."""

    def start_daemon(self):
        self.daemon = self.serve(
            {"family": STUBBORN, "good": ["true"], "brief": ["sleep", "0.1"], "absent": ["./absent"]})
        return wait_until(lambda: guards(self.daemon), "the guard")[0]

    def check_all_goes(self, group, *killed):
        self.assertGreaterEqual(len(members_of_group(group)), 3)
        for process in killed:
            os.kill(process, signal.SIGKILL)
        self.wait_for_end_of(group, bound(2))

    def test_a_daemon_that_is_killed(self):
        guard = self.start_daemon()
        _, group = self.start_group(self.daemon, "family")
        self.check_all_goes(group, self.daemon.pid)
        wait_until(lambda: not os.path.exists(f"/proc/{guard}/fd/0"), "the guard's end")

    def test_a_command_that_follows_others(self):
        self.start_daemon()
        for name in "good", "echo", "brief", "good", "absent", "brief":
            self.submit(self.daemon, name)
        _, group = self.start_group(self.daemon, "family")
        self.check_all_goes(group, self.daemon.pid)

    def test_killing_by_name(self):
        self.start_daemon()
        _, group = self.start_group(self.daemon, "family")
        ours = [self.daemon.pid, *children(self.daemon.pid)]
        self.check_all_goes(group, *(pid for pid in ours if name_of(pid) == "uv-taskd"))

    def test_signals_that_are_for_the_daemon(self):
        guard = self.start_daemon()
        for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE:
            os.kill(guard, number)
        self.run_task(self.daemon, "good")
        _, group = self.start_group(self.daemon, "family")
        self.assertEqual(guards(self.daemon), [guard])
        self.check_all_goes(group, self.daemon.pid)

    def test_a_guard_that_is_killed(self):
        guard = self.start_daemon()
        os.kill(guard, signal.SIGKILL)
        self.daemon.wait_for_log("the process that guards commands has ended; it was started again")
        _, group = self.start_group(self.daemon, "family")
        other = guards(self.daemon)
        self.assertEqual(len(other), 1)
        self.assertNotEqual(other, [guard])
        self.check_all_goes(group, self.daemon.pid)

    def test_a_guard_that_is_killed_while_a_command_runs(self):
        guard = self.start_daemon()
        # One that goes within a second is not started again at once.
        wait_until(lambda: self.daemon.ask("stats")["uptime_ms"] > 1300, "the guard's second")
        task_id, group = self.start_group(self.daemon, "family")
        os.kill(guard, signal.SIGKILL)
        wait_until(lambda: guards(self.daemon) not in ([], [guard]), "another guard")
        self.assertEqual(self.daemon.state_of(task_id), "execute")
        # It has been told of the group as soon as it is there.
        self.check_all_goes(group, self.daemon.pid)


if __name__ == "__main__":
    unittest.main()
