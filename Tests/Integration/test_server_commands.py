"""uv-task list, watch, stats and info, through pipes."""

import json
import re
import unittest

from commands import CommandTest, masked
from harness import DAEMON_PROGRAM, program, wait_until

class List(CommandTest):
    def test_nothing(self):
        self.expect("list", "")
        self.expect("list --status error --last 5", "")
        self.expect("list --json", '{"tasks":[]}\n')

    def test_the_table(self):
        self.finished("echo", "x")
        for name in "too_long_echo", "revers", "revers", "echo":
            self.run_task(name, "x")
        self.expect("cancel 4", "4 error\n")
        ran = self.call("list")
        self.assertEqual((ran.errors, ran.code), ("", 0))
        rows = [re.split(r" {2,}", line.strip()) for line in re.sub(r"\d+ s ago", "just now", ran.output).splitlines()]
        self.assertRegex(rows[4].pop(), r"\A\d+\.\d s\Z")
        self.assertEqual(rows, [
            ["ID", "STATUS", "TYPE", "POSITION", "DONE IN", "SUBMITTED", "TOOK", "FAILURE"],
            ["5", "waiting", "echo", "2", "6 h", "just now", "-"],
            ["4", "error", "revers", "-", "-", "just now", "-", "cancelled before it could start (cancelled)"],
            ["3", "waiting", "revers", "1", "6 h", "just now", "-"],
            ["2", "execute", "too_long_echo", "0", "6 h", "just now"],
            ["1", "success", "echo", "-", "-", "just now", "0.0 s"],
        ])
        # Columns stand below each other: every state begins where its title does.
        for line, state in zip(ran.lines, ("STATUS", "waiting", "error", "waiting", "execute", "success")):
            self.assertEqual(line.index(state), 4)
            self.assertEqual(line, line.rstrip())

    def test_the_state(self):
        self.finished("echo", "x")
        self.run_task("too_long_echo")
        self.run_task("revers")
        self.run_task("revers")
        self.expect("cancel 4", "4 error\n")
        for state, task_id in ("success", 1), ("execute", 2), ("waiting", 3), ("error", 4):
            ran = self.call(f"list --status {state}")
            self.assertEqual([line.split()[:2] for line in ran.lines[1:]], [[str(task_id), state]])
            reply = json.loads(self.call(f"list --status {state} --json").output)
            self.assertEqual([task["task_id"] for task in reply["tasks"]], [task_id])
        self.expect("list --status done", code=64, errors=(
            "The value 'done' is invalid for '--status <status>': it takes one of waiting, execute, success, error "
            "(see uv-task list --help)"))

    def test_several_pages(self):
        self.call("run echo --each-line --wait", data=b"x\n" * 2500)
        for options, ids in (
            ("", range(2500, 2480, -1)), ("--last 1", [2500]), ("--last 1000", range(2500, 1500, -1)),
            ("--last 1001", range(2500, 1499, -1)), ("--last 2400", range(2500, 100, -1)),
            ("--last 9999", range(2500, 0, -1)), ("--last 1073741824 --status success", range(2500, 0, -1)),
        ):
            with self.subTest(options):
                ran = self.call(f"list {options}")
                self.assertEqual([int(line.split()[0]) for line in ran.lines[1:]], list(ids))
                replies = [json.loads(line) for line in self.call(f"list --json {options}").lines]
                self.assertEqual([task["task_id"] for reply in replies for task in reply["tasks"]], list(ids))
        for wrong in "0", "-1", "x", "1073741825":
            self.expect(f"list --last {wrong}", code=64, errors=(
                f"The value '{wrong}' is invalid for '--last <number>': it takes a whole number from 1 to 1073741824 "
                "(see uv-task list --help)"))

    def test_replies(self):
        self.finished("echo", "x")
        self.run_task("too_long_echo")
        self.expect_json("list --json", (
            '{"tasks":[{"task_id":2,"status":"execute","task_name":"too_long_echo","position":0,"eta_ms":N,'
            '"submitted_at":N,"started_at":N},{"task_id":1,"status":"success","task_name":"echo","submitted_at":N,'
            '"started_at":N,"finished_at":N}]}\n'))


class WatchThroughAPipe(CommandTest):
    NEEDS = "watch needs a terminal on stdout; uv-task list{0} prints the tasks once, and watch --json a line a second"

    def test_it_needs_a_terminal(self):
        self.expect("watch", errors=self.NEEDS.format(""), code=64)
        port = self.daemon.port
        self.expect(f"watch --port {port}", errors=self.NEEDS.format(f" --port {port}"), code=64)
        self.expect("watch x", errors="Unexpected argument 'x' (see uv-task watch --help)", code=64)

    def test_an_object_a_second(self):
        self.run_task("too_long_echo")
        with self.start("watch --json") as watching:
            watching.wait_for_lines(1)
            self.run_task("revers")
            wait_until(lambda: '"task_id":2' in watching.output, "the second task")
            watching.interrupt()
            # ^C is the way out.
            ran = watching.finish()
        self.assertEqual((ran.errors, ran.code), ("", 0))
        lists = [[task["task_id"] for task in json.loads(line)["tasks"]] for line in ran.lines]
        self.assertEqual((lists[0], lists[-1]), ([1], [2, 1]))


class StatsAndInfo(CommandTest):
    def test_stats(self):
        self.finished("echo", "four")
        for name in "too_long_echo", "revers", "revers":
            self.run_task(name, "x")
        self.expect("cancel 4", "4 error\n")
        self.call("status 99")
        ran = self.call("stats")
        self.assertEqual((ran.errors, ran.code), ("", 0))
        text = re.sub(r"(uptime +|for )\d+\.\d s", r"\1N s", ran.output)
        # Six bytes are data, the others keys.
        self.assertEqual(re.sub(r"so far +\d+", "so far    N", text), """\
uptime                N s
submitted             4
succeeded             1
failed                0
cancelled             1
waiting               1
running               1
kept                  2
forgotten             0
oldest waiting        for N s
held for tasks        134 bytes
held for clients      0 bytes
connections           1
connections so far    N
closed for errors     0
waits                 0
refused unknown_task  1
""")

    def test_the_statistics_as_they_are(self):
        ran = self.call("stats --json")
        self.assertEqual((ran.errors, ran.code), ("", 0))
        self.assertEqual(masked(ran.output), (
            '{"uptime_ms":N,"submitted":0,"succeeded":0,"failed":0,"cancelled":0,"waiting":0,"running":0,"kept":0,'
            '"forgotten":0,"held_bytes":0,"connection_bytes":0,"connections":1,"accepted":1,"waits":0,"closed_for_errors":0,'
            '"closed_for_limits":{"timeout":0,"write-timeout":0,"max-memory":0},"refused":{'
            + ",".join(f'"{code}":0' for code in json.loads(ran.output)["refused"]) + "}}\n"))

    def test_info(self):
        version = program(DAEMON_PROGRAM, "--version").output.strip()
        ran = self.call("info")
        # As many as there may be descriptors.
        text = re.sub(r"(--max-connections +)\d+", r"\1N", ran.output)
        self.assertEqual((text, ran.errors, ran.code), (f"""\
name                     uv-taskd
version                  {version}
protocol                 1
instance                 {self.daemon.ask("info")["instance"]}
task type echo           at once
task type revers         2000 s
task type reverse        2000 s
task type permutation    5000 s
task type too_long_echo  20000 s
--max-message            1 MiB
--max-queued             100000
--max-memory             256 MiB
--keep-results           100000
--keep-for               none
--max-connections        N
--max-unanswered         1000
--timeout                none
--write-timeout          30 s
--drain-timeout          30 s
""", "", 0))
        self.expect_json("info --json", (
            f'{{"name":"uv-taskd","version":"{version}","protocol":1,"instance":"I","task_types":['
            '{"name":"echo","delay_ms":N,"usual_ms":N},{"name":"revers","delay_ms":N,"usual_ms":N},'
            '{"name":"reverse","delay_ms":N,"usual_ms":N},{"name":"permutation","delay_ms":N,"usual_ms":N},'
            '{"name":"too_long_echo","delay_ms":N,"usual_ms":N}],'
            '"limits":{"max-message":1048576,"max-queued":100000,"max-memory":268435456,"keep-results":100000,'
            f'"keep-for":null,"max-connections":{self.limit("max-connections")},"max-unanswered":1000,"timeout":null,'
            '"write-timeout":30000,"drain-timeout":30000}}\n'))

    def limit(self, name):
        return self.daemon.ask("info")["limits"][name]


if __name__ == "__main__":
    unittest.main()
