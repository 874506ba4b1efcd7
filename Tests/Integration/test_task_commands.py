"""uv-task status, result, wait and cancel, through pipes."""

import json
import unittest

from commands import CommandTest, restarted, unknown

STATUS = '{{"task_id":{},"status":"success","task_name":"{}","submitted_at":N,"started_at":N,"finished_at":N}}\n'
RUNNING = (
    '{"task_id":2,"status":"execute","task_name":"too_long_echo","position":0,"eta_ms":N,"submitted_at":N,"started_at":N}\n')
WAITING = '{"task_id":3,"status":"waiting","task_name":"revers","position":1,"eta_ms":N,"submitted_at":N}\n'
NO_TASK = '{"task_id":99,"error":{"code":"unknown_task","message":"there is no task 99"}}\n'
CANCELLED = (
    '{{"task_id":{},"status":"error","task_name":"{}","submitted_at":N{},"finished_at":N,'
    '"failure":{{"code":"cancelled","message":"cancelled {}"}}}}\n')


class OfTasks(CommandTest):
    """1 is done, 2 runs for hours, 3 waits behind it."""

    def setUp(self):
        super().setUp()
        self.finished("echo", "one")
        self.run_task("too_long_echo", "two")
        self.run_task("revers", "three")


class Status(OfTasks):
    def test_one(self):
        self.expect("status 1", "success\n")
        self.expect("status 2", "execute\n")
        self.expect("status 3", "waiting\n")

    def test_several(self):
        self.expect("status 3 1 2 1", "waiting\nsuccess\nexecute\nsuccess\n")

    def test_unknown_ones(self):
        self.expect("status 99", errors=unknown(99), code=3)
        self.expect("status 99 1 98", "success\n", [unknown(99), unknown(98)], 3)
        self.expect("status 9007199254740991", errors=unknown(9007199254740991), code=3)

    def test_replies(self):
        self.expect_json("status 1 2 3 --json", STATUS.format(1, "echo") + RUNNING + WAITING)
        self.expect_json("status 99 1 --json", NO_TASK + STATUS.format(1, "echo"), unknown(99), 3)

    def test_an_id_that_is_none(self):
        for text in "x", "0", "9007199254740992", "1.0", "", "99999999999999999999", "1 2", "１":
            self.expect(["status", "1", text], code=64, errors=(
                f"The value '{text}' is invalid for '<id>': a task id is a whole number of at least 1 "
                "(see uv-task status --help)"))
        self.expect("status", errors="Missing expected argument '<id> ...' (see uv-task status --help)", code=64)

    def test_the_instance(self):
        instance = self.daemon.ask("info")["instance"]
        self.expect(f"status 1 3 --instance {instance}", "success\nwaiting\n")
        self.expect(f"status --instance {instance} 99", errors=unknown(99), code=3)
        for command in "status", "result", "result --wait", "wait", "cancel":
            for wrong in "0123456789abcdef", "0" * 16:
                self.expect(
                    f"{command} 3 1 --instance {wrong}", 
                    errors=[restarted(3, instance), restarted(1, instance)], code=3)
            for text in "xyz", instance.upper() + "0", "":
                self.expect([*command.split(), "3", "--instance", text], code=64, errors=(
                    f"The value '{text}' is invalid for '--instance <hex>': it takes 16 lower-case hexadecimal "
                    f"digits (see uv-task {command.split()[0]} --help)"))
        self.expect("status 3", "waiting\n")


class Result(OfTasks):
    NOT_YET = [
        "task 3 has not finished: waiting, next in the queue, done in about 6 h; uv-task result 3 --wait waits for it",
        "task 2 has not finished: running, done in about 6 h; uv-task result 2 --wait waits for it"]

    def test_one(self):
        self.expect("result 1", "one")
        self.expect("result 1 --wait --timeout 1ms", "one")

    def test_several(self):
        self.expect("result 1 1", "one\none\n")
        self.expect("result 1 99 1", "one\none\n", unknown(99), 3)
        self.expect("result --wait 1 99 1", "one\none\n", unknown(99), 3)

    def test_of_unfinished_ones(self):
        self.expect("result 3", errors=self.NOT_YET[0], code=2)
        self.expect("result 3 1 2", "one\n", self.NOT_YET, 2)
        with_json = [words.replace("--wait waits", "--wait --json waits") for words in self.NOT_YET]
        self.expect_json("result 2 3 --json", errors=with_json[::-1], code=2, output=(
            '{"task_id":2,"status":"execute","data":null}\n{"task_id":3,"status":"waiting","data":null}\n'))

    def test_replies(self):
        reply = '{"task_id":1,"status":"success","data":"one"}\n'
        self.expect("result 1 --json", reply)
        self.expect("result 1 99 1 --json", reply + NO_TASK + reply, unknown(99), 3)
        self.expect("result 1 --json --wait", reply)

    def test_of_one_that_was_cancelled(self):
        self.expect("cancel 3", "3 error\n")
        sentence = "task 3 ended in error: cancelled before it could start (cancelled)"
        self.expect("result 3", errors=sentence, code=1)
        self.expect("result 1 3 --wait", "one\n", sentence, 1)
        self.expect("result 3 --json", errors=sentence, code=1, output=(
            '{"task_id":3,"status":"error","data":null,'
            '"failure":{"code":"cancelled","message":"cancelled before it could start"}}\n'))

    def test_a_time_out(self):
        sentence = "task 3 has not ended within 20 ms: next in the queue, done in about 6 h"
        self.expect("result 3 1 --wait --timeout 20ms", "one\n", sentence, 4)
        self.expect("result 3 --wait --timeout 0.02 --json", errors=sentence, code=4, output=(
            '{"task_id":3,"status":"waiting","data":null,"timed_out":true}\n'))
        self.expect("result 3 --timeout 1", errors="--timeout needs --wait (see uv-task result --help)", code=64)

    def test_escape_sequences_go_out_as_they_are(self):
        task_id = self.run_in_another_daemon("\x1b[31mred\x1b[0m\n")
        ran = self.call(f"result {task_id}", server=self.other)
        self.assertEqual(ran, ("\x1b[31mred\x1b[0m\n", "", 0))

    def run_in_another_daemon(self, data):
        self.other = self.start_daemon()
        task_id = self.other.ask("run", task_name="echo", data=data)["task_id"]
        self.other.ask("status", task_id=task_id, wait=True)
        return task_id


class Wait(OfTasks):
    def test_one(self):
        self.expect("wait 1", "1 success\n")
        self.expect("wait 99", errors=unknown(99), code=3)

    def test_several_as_they_finish(self):
        with self.start("wait 3 2 1 3") as waiting:
            waiting.wait_for_lines(1)
            self.assertEqual(waiting.output, "1 success\n")
            self.daemon.ask("cancel", task_id=2)
            waiting.wait_for_lines(2)
            self.assertEqual(waiting.output, "1 success\n2 error\n")
            self.daemon.ask("cancel", task_id=3)
            self.assertEqual(waiting.finish(), ("1 success\n2 error\n3 error\n3 error\n", "", 1))

    def test_unknown_ones_end_nothing(self):
        with self.start("wait 99 2") as waiting:
            self.daemon.wait_for_waits(1)
            self.daemon.ask("cancel", task_id=2)
            self.assertEqual(waiting.finish(), ("2 error\n", f"uv-task: {unknown(99)}\n", 3))

    def test_a_time_out(self):
        ran = self.call("wait 3 2 1 --timeout 20ms")
        self.assertEqual((ran.output, ran.code), ("1 success\n", 4))
        self.assertEqual(sorted(ran.errors.splitlines()), [
            "uv-task: task 2 has not ended within 20 ms: running, done in about 6 h",
            "uv-task: task 3 has not ended within 20 ms: next in the queue, done in about 6 h"])

    def test_replies(self):
        self.expect_json("wait 1 --json", STATUS.format(1, "echo"))
        ran = self.call("wait 99 2 --json --timeout 20ms")
        refused, timed_out = map(json.loads, ran.lines)
        self.assertEqual(refused, json.loads(NO_TASK))
        self.assertEqual((timed_out["task_id"], timed_out["status"], timed_out["timed_out"]), (2, "execute", True))
        self.assertEqual(ran.code, 4)


class Cancel(OfTasks):
    def test_what_waits_and_what_runs(self):
        self.expect("cancel 3", "3 error\n")
        self.expect("cancel 2", "2 error\n")
        # Whoever cancelled it: it is cancelled.
        self.expect("cancel 2 3", "2 error\n3 error\n")
        self.expect("status 2 3", "error\nerror\n")

    def test_too_late(self):
        self.expect("cancel 1", "1 success\n", "task 1 had ended before: success", 1)
        self.expect("cancel 3 1 2", "3 error\n1 success\n2 error\n", "task 1 had ended before: success", 1)

    def test_unknown_ones(self):
        self.expect("cancel 99 2", "2 error\n", unknown(99), 3)
        self.expect("cancel 1 99", "1 success\n", ["task 1 had ended before: success", unknown(99)], 3)

    def test_replies(self):
        self.expect_json("cancel 3 2 --json", (
            CANCELLED.format(3, "revers", "", "before it could start")
            + CANCELLED.format(2, "too_long_echo", ',"started_at":N', "while it ran")))
        self.expect_json("cancel 1 99 --json", STATUS.format(1, "echo") + NO_TASK, [
            "task 1 had ended before: success", unknown(99)], 3)


# It has no tests of its own.
del OfTasks

if __name__ == "__main__":
    unittest.main()
