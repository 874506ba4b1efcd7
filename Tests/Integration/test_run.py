"""uv-task run: what it prints of one task, through pipes."""

import json
import os
import unittest

from commands import CommandTest, clean_environment
from harness import CLIENT_PROGRAM, Call

TYPES = "there are echo, revers, reverse, permutation, too_long_echo"
KEY_CONFLICT = "task 1 was submitted with this key and another name or other data; choose another key"
AFTER_DASHES = "data that begins with a dash goes after --: uv-task run NAME -- -5"
SEE = " (see uv-task run --help)"


class Running(CommandTest):
    def test_the_id(self):
        self.expect("run revers hello", "1\n")
        self.expect("run revers hello", "2\n")
        self.expect("run echo ''", "3\n")

    def test_the_reply(self):
        self.expect_json("run revers hello --json", '{"task_id":1,"instance":"I","status":"execute","position":0,"eta_ms":N}\n')
        self.expect_json("run revers hello --json", '{"task_id":2,"instance":"I","status":"waiting","position":1,"eta_ms":N}\n')
        told = json.loads(self.call("run revers hello --json").output)
        self.assertEqual(told["instance"], self.daemon.ask("info")["instance"])

    def test_an_unknown_name(self):
        self.expect("run revrs x", errors=f'no task type has the name "revrs" (did you mean revers?); {TYPES}', code=5)
        self.expect("run xyzzy x", errors=f'no task type has the name "xyzzy"; {TYPES}', code=5)
        self.expect("run revrs x --wait", errors=f'no task type has the name "revrs" (did you mean revers?); {TYPES}', code=5)
        # Nothing that the user typed is obeyed by a terminal.
        self.expect(["run", "\x1b[31m", "x"], errors=f'no task type has the name "\\u{{1B}}[31m"; {TYPES}', code=5)
        ran = self.call("run revrs x --json --wait")
        self.assertEqual(ran.errors, f'uv-task: no task type has the name "revrs" (did you mean revers?); {TYPES}\n')
        self.assertEqual(ran.code, 5)
        error = json.loads(ran.output)["error"]
        self.assertEqual((error["code"], error["nearest"], len(error["names"])), ("unknown_task_name", "revers", 5))
        self.assertEqual(self.daemon.ask("stats")["submitted"], 0)

    def test_a_key(self):
        self.expect("run revers hello --key k", "1\n")
        self.expect("run revers hello --key k", "1\n")
        self.expect_json(
            "run revers hello --key k --json",
            '{"task_id":1,"instance":"I","status":"execute","position":0,"eta_ms":N,"existing":true}\n')
        self.expect("run revers other --key k", errors=KEY_CONFLICT, code=5)
        self.expect("run echo hello --key k --wait", errors=KEY_CONFLICT, code=5)
        self.expect("run revers hello --key=-5", "2\n")
        self.expect("run revers hello --key -5", "2\n")
        self.expect("run revers hello --key 'a key of words'", "3\n")
        self.assertEqual(self.daemon.ask("stats")["submitted"], 3)

    def test_keys_of_wrong_lengths(self):
        wrong = "--key takes a text of 1 to 128 bytes" + SEE
        self.expect("run revers hello --key ''", errors=wrong, code=64)
        self.expect(["run", "revers", "hello", "--key", "ы" * 65], errors=wrong, code=64)
        self.expect(["run", "revers", "hello", "--key", "ы" * 64], "1\n")

    def test_data_that_begins_with_a_dash(self):
        self.expect("run echo -5", errors=f"Unknown option '-5'; {AFTER_DASHES}{SEE}", code=64)
        self.expect("run echo --hello", errors=f"Unknown option '--hello'{SEE}", code=64)
        # A legacy option.
        self.expect("run echo -d", errors=f"Missing value for '-d'{SEE}", code=64)
        # As the message says.
        self.expect("run echo --wait -- -5", "-5")
        self.expect("run echo --wait -- --hello", "--hello")
        self.expect("run echo --wait -- -d", "-d")
        self.expect("run echo --wait -- --", "--")
        self.expect("run echo --wait -- '-5 x'", "-5 x")

    def test_wrong_usage(self):
        self.expect("run", errors="Missing expected argument '<name>'" + SEE, code=64)
        self.expect("run echo x y", code=64, errors="DATA is one argument; quote it: uv-task run NAME 'two words'" + SEE)
        self.expect("run echo x --timeout 3", errors="--timeout needs --wait" + SEE, code=64)
        self.expect("run echo x --exact", errors="--exact needs data from stdin" + SEE, code=64)
        self.expect(
            "run echo x --wait --timeout soon", code=64,
            errors="The value 'soon' is invalid for '--timeout <time>': it takes a time of at least 1ms, such as 30, "
            "1.5s, 500ms, 2m or 1h" + SEE)
        self.assertEqual(self.daemon.ask("stats")["submitted"], 0)


class RunningAndWaiting(CommandTest):
    time_scale = 0.05

    def test_the_result_as_its_bytes(self):
        for data, result in ("hello", "olleh"), ("пример", "ремирп"), ("", ""), ("a\n", "\na"), ("\x1b[31m", "m13[\x1b"):
            ran = self.call(["run", "revers", data, "--wait"])
            self.assertEqual(ran, (result, "", 0))

    def test_the_reply_with_the_result(self):
        self.expect("run revers hello --wait --json", '{"task_id":1,"status":"success","data":"olleh"}\n')
        self.expect("run revers 'a\n' --wait --json", '{"task_id":2,"status":"success","data":"\\na"}\n')

    def test_a_time_out(self):
        ran = self.call("run too_long_echo x --wait --timeout 50ms")
        self.assertEqual((ran.output, ran.code), ("", 4))
        self.assertRegex(
            ran.errors, r"\Auv-task: task 1 has not ended within 50 ms: running, done in (about 1|less than 1) s\n\Z")
        ran = self.call("run revers x --wait --timeout 0.05 --json")
        self.assertEqual(
            (ran.output, ran.code), ('{"task_id":2,"status":"waiting","data":null,"timed_out":true}\n', 4))
        self.assertRegex(
            ran.errors, r"\Auv-task: task 2 has not ended within 50 ms: next in the queue, done in [a-z0-9 ]+ s\n\Z")
        self.expect("run revers x --wait --timeout 1h", "x")

    def test_a_key_and_a_wait(self):
        self.expect("run revers hello --key k --wait", "olleh")
        self.expect("run revers hello --key k --wait", "olleh")
        self.assertEqual(self.daemon.ask("stats")["submitted"], 1)

    def test_a_task_that_is_cancelled(self):
        with self.start("run too_long_echo x --wait") as waiting:
            self.daemon.wait_for_waits(1)
            self.expect("cancel 1", "1 error\n")
            self.assertEqual(
                waiting.finish(), ("", "uv-task: task 1 ended in error: cancelled while it ran (cancelled)\n", 1))

    def test_the_loop_of_the_issue(self):
        self.daemon.close()
        daemon = self.start_daemon(time_scale=0)
        script = """for i in $(seq 100); do
            id=$(uv-task run echo $i); test "$(uv-task result --wait $id)" = $i || exit 1
        done"""
        environment = clean_environment(UV_TASK_HOST="127.0.0.1", UV_TASK_PORT=daemon.port)
        environment["PATH"] = f"{os.path.dirname(CLIENT_PROGRAM)}:{environment['PATH']}"
        with Call(["sh", "-c", script], environment) as loop:
            self.assertEqual(loop.finish(), ("", "", 0))
        self.assertEqual(daemon.ask("stats")["succeeded"], 100)


class Streams(CommandTest):
    time_scale = 0

    def test_what_cannot_be_written(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("this system has no /dev/full")
        sentence = "uv-task: cannot write the answer to stdout: no space left on device\n"
        self.finished("echo", "x")
        for arguments in (
            "run echo x", "run echo x --wait", "run echo x --json", "status 1", "result 1", "wait 1", "cancel 1",
            "list", "watch --json", "stats", "info",
        ):
            with self.subTest(arguments), open("/dev/full", "wb") as full:
                self.assertEqual(self.call(arguments, stdout=full), ("", sentence, 74))

    def test_a_reader_that_goes_away(self):
        # `uv-task list | head -1`: an error, not the end by a signal, and no daemon's fault.
        reading, writing = os.pipe()
        os.close(reading)
        try:
            self.assertEqual(
                self.call("info", stdout=writing), ("", "uv-task: cannot write the answer to stdout: broken pipe\n", 74))
        finally:
            os.close(writing)


if __name__ == "__main__":
    unittest.main()
