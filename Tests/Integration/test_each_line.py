"""uv-task run --each-line: a task for each line of stdin."""

import json
import subprocess
import unittest

from commands import CommandTest
from fake_server import FakeServer, WaitingTasks


class EachLine(CommandTest):
    time_scale = 0

    def check(self, data, output, arguments="run echo --each-line"):
        ran = self.call(arguments, data=data)
        self.assertEqual(ran, (output, "", 0), f"{arguments} of {data[:40]}")

    def test_ids_in_order(self):
        self.check(b"one\ntwo\nthree\n", "1\n2\n3\n")
        self.check(b"one\ntwo\n", "4\n5\n", "run echo - --each-line")
        self.assertEqual(self.call("wait 1 2 3 4 5").code, 0)
        self.expect("result 1 2 3 4 5", "one\ntwo\nthree\none\ntwo\n")

    def test_no_final_newline(self):
        self.check(b"one\ntwo", "one\ntwo\n", "run echo --each-line --wait")

    def test_empty_lines_are_tasks(self):
        self.check(b"\n\nx\n", "\n\nx\n", "run echo --each-line --wait")

    def test_no_input(self):
        self.check(b"", "")
        self.check(b"", "", "run echo --each-line --wait")
        self.expect("run echo --each-line", "")
        self.assertEqual(self.daemon.ask("stats")["submitted"], 0)

    def test_a_daemon_is_missed_even_without_a_line(self):
        self.daemon.close()
        port = self.daemon.port
        self.expect(
            "run echo --each-line", code=6,
            errors=f"nothing listens on 127.0.0.1:{port}. Start it with: uv-taskd --port {port}")

    def test_results_in_order(self):
        lines = [f"line {number} ы" for number in range(300)]
        text = "".join(f"{line}\n" for line in lines)
        self.check(text.encode(), "".join(f"{line[::-1]}\n" for line in lines), "run revers --each-line --wait")

    def test_five_thousand_lines(self):
        # More than may be unanswered, and than may be waited for at once.
        data = "".join(f"{number}\n" for number in range(1, 5001))
        self.check(data.encode(), data)
        self.check(data.encode(), data, "run echo --each-line --wait")

    def test_no_more_waits_than_a_connection_may_have(self):
        # A daemon does not read on where 1000 wait: what is submitted meanwhile would stay unanswered.
        tasks = WaitingTasks()
        data = "".join(f"{number}\n" for number in range(3000))
        with FakeServer(tasks) as server:
            ran = self.call("run echo --each-line --wait", server=server, data=data.encode())
        self.assertEqual(ran, (data, "", 0))
        self.assertLessEqual(tasks.most_waits, 900)
        self.assertGreater(tasks.most_waits, 600)

    def test_the_replies(self):
        ran = self.call("run revers --each-line --json", data=b"a\nb\n")
        replies = [json.loads(line) for line in ran.lines]
        self.assertEqual([(reply["task_id"], list(reply)[:3]) for reply in replies],
                         [(1, ["task_id", "instance", "status"]), (2, ["task_id", "instance", "status"])])
        ran = self.call("run revers --each-line --json --wait", data=b"ab\ncd\n")
        self.assertEqual(ran, (
            '{"task_id":3,"status":"success","data":"ba"}\n{"task_id":4,"status":"success","data":"dc"}\n', "", 0))

    def test_a_refused_name(self):
        # All lines that were sent before the first refusal came are refused; that is said once.
        sentence = (
            'line 1: no task type has the name "revrs" (did you mean revers?); there are echo, revers, reverse, permutation, '
            "too_long_echo; nothing was submitted")
        data = "".join(f"{number}\n" for number in range(1000)).encode()
        self.expect("run revrs --each-line", errors=sentence, code=5, data=data)
        self.expect("run revrs --each-line --wait", errors=sentence, code=5, data=data)
        with self.start("run revrs --each-line", stdin=subprocess.PIPE) as process:
            # It ends though more input may come.
            process.send(b"a\n")
            self.assertEqual(process.finish(), ("", f"uv-task: {sentence}\n", 5))

    def test_a_line_too_large(self):
        large = b"x" * (1 << 20)
        sentence = "the message is longer than 1048576 bytes, the most that the server accepts (--max-message 1 MiB)"
        self.expect(
            "run echo --each-line", "1\n2\n", data=b"a\nb\n" + large + b"\n", code=5,
            errors=f"line 3: {sentence}; lines before it were submitted")
        self.expect(
            "run echo --each-line --wait", data=large, code=5,
            errors=f"line 1: {sentence}; nothing was submitted")
        self.expect(
            "run echo --each-line --wait", "a\n", data=b"a\n" + large + b"\n", code=5,
            errors=f"line 2: {sentence}; lines before it were submitted")

    def test_lines_behind_a_refused_one(self):
        # What was sent along with it is submitted, and told with its task: on stdout it would be taken for line 2.
        ran = self.call("run echo --each-line --wait", data=b"a\n" + b"x" * (1 << 20) + b"\n" + b"b\n" * 5)
        self.assertEqual((ran.output, ran.code), ("a\n", 5))
        sentence = (
            "uv-task: line 2: the message is longer than 1048576 bytes, the most that the server accepts "
            "(--max-message 1 MiB); lines before it were submitted")
        last = self.daemon.ask("stats")["submitted"]
        if last > 2:
            sentence += f", and lines 3 to {last + 1} are tasks 2 to {last}"
        elif last == 2:
            sentence += ", and line 3 is task 2"
        self.assertEqual(ran.errors, sentence + "\n")

    def test_a_queue_that_is_full(self):
        self.daemon = self.start_daemon("--max-queued", 2, time_scale=1)
        full = r"the queue is full: at most 2 tasks may wait \(--max-queued 2\); try again in about \d+ s"
        # One runs and two wait.
        ran = self.call("run too_long_echo --each-line", data=b"a\n" * 10)
        self.assertEqual((ran.output, ran.code), ("1\n2\n3\n", 5))
        self.assertRegex(
            ran.errors, rf"\Auv-task: line 4: {full}; lines before it were submitted: go on from line 4\n\Z")
        ran = self.call("run too_long_echo --each-line --wait", data=b"a\n" * 10)
        self.assertEqual((ran.output, ran.code), ("", 5))
        self.assertRegex(ran.errors, rf"\Auv-task: line 1: {full}; nothing was submitted\n\Z")

    def test_a_line_too_large_for_any_daemon(self):
        ran = self.call("run echo --each-line", data=b"a\n" + b"x" * (17 << 20))
        self.assertEqual(ran, (
            "1\n", "uv-task: line 2: too large: the data has more than 16777216 bytes; lines before it were submitted\n", 5))

    def test_a_line_that_is_not_utf_8(self):
        self.expect(
            "run echo --each-line", "1\n2\n", data="слово\nb\nab\xff\nc\n".encode("utf-8").replace(b"\xc3\xbf", b"\xff"),
            errors="line 3 is not UTF-8: byte 15 of the input, byte 2 of the line (both counted from 0)", code=64)
        self.expect(
            "run echo --each-line --wait", "a\n", data=b"a\n\xff", code=64,
            errors="line 2 is not UTF-8: byte 2 of the input, byte 0 of the line (both counted from 0)")

    def test_wrong_usage(self):
        see = " (see uv-task run --help)"
        for arguments, sentence in (
            ("run echo x --each-line", "--each-line reads stdin and takes no data"),
            ("run echo --each-line --exact", "--exact and --each-line exclude each other"),
            ("run echo --each-line --key k", "--key and --each-line exclude each other: a key belongs to one task"),
        ):
            self.expect(arguments, errors=sentence + see, code=64)

    def test_a_slow_producer(self):
        for arguments, outputs in (
            ("run echo --each-line", ("1\n", "2\n3\n", "4\n")), ("run echo --each-line --wait", ("a\n", "b\nc\n", "d\n")),
        ):
            with self.subTest(arguments), self.start(arguments, stdin=subprocess.PIPE) as process:
                process.send(b"a\n")
                process.wait_for_lines(1)
                # Half a line is none yet.
                process.send(b"b\nc\nd")
                process.wait_for_lines(3)
                process.end_input()
                self.assertEqual(process.finish(), ("".join(outputs), "", 0))
            self.daemon.close()
            self.daemon = self.start_daemon(time_scale=0)


class EachLineOfLongTasks(CommandTest):
    def test_an_interrupted_wait(self):
        with self.start("run revers --each-line --wait", stdin=subprocess.PIPE) as process:
            process.send(b"a\nb\n")
            self.daemon.wait_for_waits(2)
            instance = self.daemon.ask("info")["instance"]
            process.interrupt()
            self.assertEqual(process.finish(), ("", (
                "uv-task: interrupted; 2 tasks go on. To wait for them: "
                f"uv-task result 1 2 --wait --instance {instance}\n"), 130))

    def test_a_time_out_of_each(self):
        ran = self.call("run revers --each-line --wait --timeout 50ms", data=b"a\nb\n")
        self.assertEqual((ran.output, ran.code), ("", 4))
        self.assertEqual(ran.errors.splitlines(), [
            "uv-task: task 1 has not ended within 50 ms: running, done in about 33 min",
            "uv-task: task 2 has not ended within 50 ms: next in the queue, done in about 67 min"])

    def test_the_worst_outcome_counts(self):
        with self.start("run too_long_echo --each-line --wait", stdin=subprocess.PIPE) as process:
            process.send(b"a\nb\nc\n")
            process.end_input()
            self.daemon.wait_for_waits(3)
            self.expect("cancel 2 1 3", "2 error\n1 error\n3 error\n")
            self.assertEqual(process.finish(), ("", (
                "uv-task: task 1 ended in error: cancelled while it ran (cancelled)\n"
                "uv-task: task 2 ended in error: cancelled before it could start (cancelled)\n"
                "uv-task: task 3 ended in error: cancelled before it could start (cancelled)\n"), 1))

    def test_a_daemon_that_is_killed(self):
        with self.start("run revers --each-line --wait", stdin=subprocess.PIPE) as process:
            process.send(b"a\nb\n")
            self.daemon.wait_for_waits(2)
            self.daemon.close()
            ran = process.finish()
        self.assertEqual((ran.output, ran.code, len(ran.errors.splitlines())), ("", 6, 1))
        self.assertRegex(ran.errors, (
            r"\Auv-task: the connection to 127\.0\.0\.1:\d+ was lost while 2 tasks were waited for \(.*\)\. "
            r"If the daemon still runs: uv-task result 1 2 --wait --instance [0-9a-f]{16}\n\Z"))


if __name__ == "__main__":
    unittest.main()
