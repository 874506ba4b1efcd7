"""The processes of commands as the system shows them: what they inherit, what ends them, and what is left of them."""

import os
import pathlib
import signal
import sys

from harness import failure_code, run, wait_until
from processes import children, members_of_group, name_of, open_descriptors, with_open_files
from task_types import TaskTypeTest, shell

# A family of four that ignores SIGTERM. Its last member tells the id of the first, which is that of the group.
STUBBORN = shell(
    "trap '' TERM; sleep 1000000 & sh -c 'sleep 1000000 & echo $0 >&2; wait' $$ & wait")


def guards(daemon):
    return [pid for pid, state in children(daemon.pid).items() if state != "Z" and name_of(pid) == "uv-task-guard"]


class Beginning(TaskTypeTest):
    def test_three_pipes_and_the_limit_of_open_files_are_all_that_a_command_inherits(self):
        numbers = 7, 200
        inheriting = "; ".join(f"os.dup2(0, {number})" for number in numbers)
        script = f"import os, sys; {inheriting}; os.execvp(sys.argv[1], sys.argv[1:])"
        daemon = self.serve(
            {"sleeping": shell("echo $$ >&2; exec sleep 1000000")},
            command=(*with_open_files(300, "-S"), sys.executable, "-c", script))
        for number in numbers:
            self.assertIn(str(number), os.listdir(f"/proc/{daemon.pid}/fd"))
        for _ in range(20):
            self.addCleanup(daemon.connect().close)
        _, pid = self.start_group(daemon, "sleeping")
        wait_until(lambda: name_of(pid) == "sleep", "sleep")
        # The loader of a program that starts has another one open.
        wait_until(lambda: len(os.listdir(f"/proc/{pid}/fd")) == 3, "three descriptors")
        streams = {os.readlink(f"/proc/{pid}/fd/{number}") for number in range(3)}
        self.assertEqual([stream.partition(":")[0] for stream in streams], ["pipe"] * 3)
        # The daemon has raised its own limit. The hard one is not that of 300.
        self.assertRegex(pathlib.Path(f"/proc/{pid}/limits").read_text(), r"Max open files +300 +(?!300\b)")
        self.assertNotRegex(pathlib.Path(f"/proc/{daemon.pid}/limits").read_text(), r"Max open files +300 ")


class Ends(TaskTypeTest):
    def test_a_cancel_ends_all_before_the_next_task_starts(self):
        daemon = self.serve({"family": STUBBORN, "next": ["true"]}, "--kill-after", "1ms")
        task_id, group = self.start_group(daemon, "family")
        next_id = self.submit(daemon, "next")
        self.assertEqual(failure_code(daemon.ask("cancel", task_id=task_id)), "cancelled")
        self.assertEqual(members_of_group(group), [])
        self.assertEqual(self.outcome(daemon, next_id), "")

    def test_the_first_signal_lets_it_run_the_second_asks_it_to_end_the_third_kills_it(self):
        daemon = self.serve({"family": STUBBORN}, "--kill-after", "1000h", "--drain-timeout", "1h")
        task_id, group = self.start_group(daemon, "family")
        guard, = wait_until(lambda: guards(daemon), "the guard")
        with daemon.connect() as waiting:
            waiting.send(f'{{"seq":1,"type":"get_result","task_id":{task_id},"wait":true}}')
            daemon.wait_for_waits(1)
            for said in "finishing task", "is interrupted":
                daemon.interrupt()
                daemon.wait_for_log(said)
                self.assertEqual(len(members_of_group(group)), 4)
            daemon.interrupt()
            self.assertEqual(failure_code(waiting.reply_to(1)), "shut_down")
        self.assertEqual(daemon.exit_code(), 130)
        self.assertEqual(members_of_group(group), [])
        wait_until(lambda: not os.path.exists(f"/proc/{guard}/fd/0"), "the guard's end")

    def test_nothing_is_left_of_hundreds(self):
        commands = {
            "good": ["true"], "bad": ["false"], "none": ["./none"], "said": shell("echo $1; echo $1 >&2", "{data}"),
            "left": shell("sleep 1000000 & exit 0")}
        daemon = self.serve(commands, "--keep-results", "100")
        with daemon.connect() as connection:
            self.pass_through(connection, [*commands] * 10)
            descriptors = open_descriptors(daemon.pid)
            self.pass_through(connection, [*commands] * 60)
            # The daemon may report the end of the last command before it closes the pipes.
            wait_until(lambda: open_descriptors(daemon.pid) <= descriptors, f"{descriptors} descriptors")
        # The guard; a zombie is reaped when it is noticed.
        wait_until(lambda: [name_of(child) for child in children(daemon.pid)] == ["uv-task-guard"], "no other child")

    @staticmethod
    def pass_through(connection, names):
        """Submits tasks and waits for the last."""
        connection.pipeline("".join(run(name, "said") + "\n" for name in names))
        newest = connection.ask("list", limit=1)["tasks"][0]["task_id"]
        connection.ask("status", task_id=newest, wait=True)


class Guard(TaskTypeTest):
    """What runs goes with the daemon, however that ends."""

    def setUp(self):
        super().setUp()
        self.daemon = self.serve({"family": STUBBORN, "good": ["true"], "absent": ["./absent"]})
        self.guard, = wait_until(lambda: guards(self.daemon), "the guard")

    def check_all_goes(self, group, *killed):
        self.assertEqual(len(members_of_group(group)), 4)
        for process in killed:
            os.kill(process, signal.SIGKILL)
        wait_until(lambda: not members_of_group(group), "the end of the group")

    def test_a_command_ends_with_a_daemon_that_is_killed(self):
        for name in "good", "echo", "absent", "good":
            self.submit(self.daemon, name)
        _, group = self.start_group(self.daemon, "family")
        self.check_all_goes(group, self.daemon.pid)
        wait_until(lambda: not os.path.exists(f"/proc/{self.guard}/fd/0"), "the guard's end")

    def test_killing_the_daemon_by_name_spares_the_guard(self):
        _, group = self.start_group(self.daemon, "family")
        ours = [self.daemon.pid, *children(self.daemon.pid)]
        self.check_all_goes(group, *(pid for pid in ours if name_of(pid) == "uv-taskd"))

    def test_the_guard_ignores_signals_that_are_for_the_daemon(self):
        for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE:
            os.kill(self.guard, number)
        self.outcome(self.daemon, self.submit(self.daemon, "good"))
        _, group = self.start_group(self.daemon, "family")
        self.assertEqual(guards(self.daemon), [self.guard])
        self.check_all_goes(group, self.daemon.pid)

    def test_a_guard_that_is_killed_is_replaced_before_a_command_starts(self):
        os.kill(self.guard, signal.SIGKILL)
        self.daemon.wait_for_log("the process that guards commands has ended; it was started again")
        _, group = self.start_group(self.daemon, "family")
        self.wait_for_another_guard()
        self.check_all_goes(group, self.daemon.pid)

    def test_a_guard_that_is_killed_is_replaced_while_a_command_runs(self):
        task_id, group = self.start_group(self.daemon, "family")
        os.kill(self.guard, signal.SIGKILL)
        self.wait_for_another_guard()
        self.assertEqual(self.daemon.state_of(task_id), "execute")
        # The new guard knows the group from the start.
        self.check_all_goes(group, self.daemon.pid)

    def wait_for_another_guard(self):
        # Until its exec, a new guard has the name of the daemon.
        wait_until(lambda: len(found := guards(self.daemon)) == 1 and found != [self.guard], "another guard")
