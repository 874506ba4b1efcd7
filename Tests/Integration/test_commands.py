"""Task types that are commands: what ends them in which failure, what they make of their data, and of their pipes."""

import base64
import os
import signal
import sys
import unittest

from harness import TIMING, client, error_code, wait_until
from processes import members_of_group, resident_bytes
from task_types import SLEEP, TaskTypeTest, shell

# What shells, terminals and programs could take for something else than text.
TRICKY = (
    "", " ", "a b", "; touch trace", "$(touch trace)", "`touch trace`", "| touch trace", "&& touch trace", "> trace",
    "*", "~", "$HOME", "${IFS}", "%s%n", "'", '"', "\\", "\n", "a\nb\n", "\t", "!!", "#", "{data}", "{id}", "{data", "--",
    "-n", "--version", "\x01\x1b[31m\x7f", "ä\u0301 👩‍👩‍👧 пример", "\ufeff", "\u2028")

# Prints its arguments, each with a byte 0 behind it.
ARGUMENTS = [
    sys.executable, "-c", "import os, sys; os.write(1, b''.join(os.fsencode(a) + b'\\0' for a in sys.argv[1:]))"]


class Failures(TaskTypeTest):
    """Every code, as the protocol and as uv-task tells it."""

    def check(self, daemon, name, code, message, words=None, data="", **more):
        self.check_failure(self.run_task(daemon, name, data), code, message, **more)
        self.check_client(daemon, name, data, message + (words or ""))

    def check_client(self, daemon, name, data, sentence):
        ran = client(daemon, "run", name, data, "--wait")
        self.assertEqual((ran.output, ran.code), ("", 1))
        self.assertIn(f"ended in error: {sentence}", ran.errors)

    def test_exit(self):
        daemon = self.serve({
            "silent": ["false"], "speaking": shell("echo out; echo first >&2; echo ' last' >&2; exit 255")})
        self.check(daemon, "silent", "exit", "the command exited with status 1", exit_status=1)
        self.check(
            daemon, "speaking", "exit", "the command exited with status 255", '; it said: "', exit_status=255,
            stderr="first\n last\n")

    def test_the_end_of_standard_error(self):
        script = "head -c 2000 /dev/zero | tr '\\0' x >&2; printf 'ende: ä\\377' >&2; exit 1"
        daemon = self.serve({"speaking": shell(script)})
        failure = self.run_task(daemon, "speaking")
        self.assertEqual(failure["stderr"], "x" * (1024 - len("ende: ä\ufffd".encode()) + 2) + "ende: ä\ufffd")

    def test_signal(self):
        daemon = self.serve({"hit": shell("kill -$1 $$; sleep 1000", "{data}")})
        for number in signal.SIGSEGV, signal.SIGKILL, signal.SIGTERM, signal.SIGPIPE:
            self.check(
                daemon, "hit", "signal", f"the command was ended by signal {number:d}, {signal.strsignal(number)}",
                data=str(int(number)), signal=number)

    def test_timeout(self):
        daemon = self.serve({"long": {"command": SLEEP, "timeout": "50ms"}})
        self.check(
            daemon, "long", "timeout", "the command ran for longer than the timeout of its type, 50ms")

    def test_output_too_large(self):
        daemon = self.serve({
            "ten": {"command": shell('printf "%s" "$1"', "{data}"), "max_output": 10},
            "endless": {"command": ["yes"], "max_output": "1MiB"},
            "none": {"command": ["cat"], "max_output": 1}})
        self.assertEqual(self.run_task(daemon, "ten", "1234567890"), "1234567890")
        self.assertEqual(self.run_task(daemon, "none", ""), "")
        message = "the command wrote more than 10 bytes, the limit of its type (max_output)"
        self.check(daemon, "ten", "output_too_large", message, data="12345678901")
        # Bytes are counted, not characters.
        self.check(daemon, "ten", "output_too_large", message, data="äöüßé.")
        self.check(
            daemon, "endless", "output_too_large",
            "the command wrote more than 1048576 bytes, the limit of its type (max_output)")

    def test_not_utf8(self):
        output = shell("printf 'ab\\377'")
        daemon = self.serve({"text": output, "bytes": {"command": output, "result": "base64"}})
        self.check(
            daemon, "text", "not_utf8", "the output of the command is not UTF-8; a type with other output "
            'needs result = "base64"')
        self.assertEqual(base64.b64decode(self.run_task(daemon, "bytes")), b"ab\xff")

    def test_spawn(self):
        (self.folder / "text").write_text("no program")
        daemon = self.serve({
            "nowhere": ["./no such program"], "unnamed": ["no-such-program-anywhere"],
            "text": [str(self.folder / "text")], "folder": [str(self.folder)],
            "elsewhere": {"command": ["true"], "directory": str(self.folder / "none")}, "good": ["true"]})
        for name in "nowhere", "unnamed", "text", "folder", "elsewhere":
            with self.subTest(name):
                failure = self.run_task(daemon, name)
                self.assertEqual(failure.keys(), {"code", "message"})
                self.assertEqual(failure["code"], "spawn")
                self.assertRegex(
                    failure["message"], r"\Athe command could not be started: (no such file or|permission)")
                self.check_client(daemon, name, "", failure["message"])
                # The next one is not in its way.
                self.assertEqual(self.run_task(daemon, "good"), "")

    def test_cancelled_and_what_follows_changes_nothing(self):
        scripts = {"obeys": "exec sleep 1000", "succeeds": "trap 'echo done; exit 0' TERM; sleep 1000 & wait",
                   "fails": "trap 'exit 3' TERM; sleep 1000 & wait"}
        daemon = self.serve({name: shell(f"echo $$ >&2; {script}") for name, script in scripts.items()})
        for name in scripts:
            with self.subTest(name):
                task_id, group = self.start_group(daemon, name)
                ran = client(daemon, "cancel", task_id)
                self.assertEqual(ran, (f"{task_id} error\n", "", 0))
                self.assertEqual(self.outcome(daemon, task_id)["code"], "cancelled")
                self.assertEqual(members_of_group(group), [])

    def test_a_cancel_takes_as_long_as_the_command(self):
        daemon = self.serve({"stubborn": shell("trap '' TERM; echo $$ >&2; sleep 1000")}, "--kill-after", "700ms")
        task_id, _ = self.start_group(daemon, "stubborn")
        self.assertEqual(
            client(daemon, "--connect-timeout", "300ms", "cancel", task_id), (f"{task_id} error\n", "", 0))


class Data(TaskTypeTest):
    def test_it_stays_data(self):
        daemon = self.serve({
            "input": ["cat"], "argument": [*ARGUMENTS, "--", "{data}"], "within": [*ARGUMENTS, "a={data}{data};{id}"],
            "script": shell('printf %s "$1"; eval :; cd "$2"', "{data}", str(self.folder)),
            "option": {"command": [*ARGUMENTS, "{data}"], "data_as_option": True}},
            command=("sh", "-c", 'cd "$0" && exec "$@"', self.folder))
        for data in TRICKY:
            with self.subTest(data):
                self.assertEqual(self.run_task(daemon, "input", data), data)
                self.assertEqual(self.run_task(daemon, "argument", data), f"--\0{data}\0")
                task_id = self.submit(daemon, "within", data)
                self.assertEqual(self.outcome(daemon, task_id), f"a={data}{data};{task_id}\0")
                self.assertEqual(self.run_task(daemon, "script", data), data)
                self.assertEqual(self.run_task(daemon, "option", data), f"{data}\0")
        self.assertEqual(sorted(os.listdir(self.folder)), ["tasks.toml"])

    def test_uv_task_changes_nothing_of_it(self):
        daemon = self.serve({"argument": [*ARGUMENTS, "--", "{data}"]})
        for data in "; touch trace", "$(touch trace)", "'\"\\", "a\nb":
            self.assertEqual(client(daemon, "run", "argument", data, "--wait"), (f"--\0{data}\0", "", 0))

    def test_it_is_on_standard_input_too_where_it_is_an_argument(self):
        daemon = self.serve({"both": shell('printf "%s|" "$1"; cat', "{data}")})
        self.assertEqual(self.run_task(daemon, "both", "x y"), "x y|x y")

    def test_data_that_no_argument_can_be(self):
        daemon = self.serve({"argument": [*ARGUMENTS[:2], "import sys; print(len(sys.argv[2]))", "--", "{data}"],
                             "within": ["true", "--a={data}"], "input": ["wc", "-c"]})
        for name, data in ("argument", "a\0b"), ("within", "\0"), ("argument", "x" * (1 << 17)), (
                "within", "x" * ((1 << 17) - 4)):
            self.assertEqual(error_code(daemon.ask("run", task_name=name, data=data)), "bad_data")
        self.assertEqual(self.run_task(daemon, "argument", "x" * ((1 << 17) - 1)), f"{(1 << 17) - 1}\n")
        # Standard input takes all of it.
        self.assertEqual(int(self.run_task(daemon, "input", "\0" * (1 << 17))), 1 << 17)

    def test_bytes(self):
        daemon = self.serve({"copy": {"command": ["cat"], "data": "base64", "result": "base64"},
                             "count": {"command": ["wc", "-c"], "data": "base64"}})
        every = bytes(range(256)) * 100
        self.assertEqual(base64.b64decode(self.run_task(daemon, "copy", base64.b64encode(every).decode())), every)
        self.assertEqual(int(self.run_task(daemon, "count", base64.b64encode(every).decode())), len(every))
        self.assertEqual(self.run_task(daemon, "copy", ""), "")
        for data in "a", "ab=", "a b=", "ab==\n", "é===", "====":
            self.assertEqual(error_code(daemon.ask("run", task_name="copy", data=data)), "bad_data", data)


class Pipes(TaskTypeTest):
    """However a command treats its three pipes, it is its end alone that counts."""

    LARGE = "x" * 900_000

    def test_more_than_a_pipe_holds_goes_through(self):
        daemon = self.serve({"copy": ["cat"], "twice": shell("tee /dev/stderr")})
        self.assertEqual(self.run_task(daemon, "copy", self.LARGE), self.LARGE)
        self.assertEqual(self.run_task(daemon, "twice", self.LARGE), self.LARGE)

    def test_input_that_is_not_read(self):
        daemon = self.serve({"idle": ["sleep", "0.05"], "early": ["true"], "some": ["head", "-c", "5"],
                             "closed": shell("exec <&-; sleep 0.05; echo done")})
        for _ in range(20):
            self.assertEqual(self.run_task(daemon, "early", self.LARGE), "")
        self.assertEqual(self.run_task(daemon, "idle", self.LARGE), "")
        self.assertEqual(self.run_task(daemon, "some", self.LARGE), "xxxxx")
        self.assertEqual(self.run_task(daemon, "closed", self.LARGE), "done\n")

    def test_pipes_that_are_closed_early(self):
        go = self.folder / "go"
        daemon = self.serve({"closing": shell(
            'echo out; echo $$ >&2; exec <&- >&- 2>&-; until [ -e "$1" ]; do sleep 0.01; done; exit 7', str(go))})
        task_id, group = self.start_group(daemon, "closing", self.LARGE)
        wait_until(lambda: os.listdir(f"/proc/{group}/fd") == [], "no descriptor left")
        self.assertEqual(daemon.state_of(task_id), "execute")
        go.touch()
        self.assertEqual(self.outcome(daemon, task_id)["exit_status"], 7)

    def test_pipes_that_a_child_holds(self):
        daemon = self.serve({"leaving": shell("echo $$ >&2; sleep 1000 & echo done")})
        for _ in range(20):
            task_id, group = self.start_group(daemon, "leaving", self.LARGE)
            self.assertEqual(self.outcome(daemon, task_id), "done\n")
            self.assertEqual(members_of_group(group), [])

    def test_pipes_that_a_process_outside_the_group_holds(self):
        daemon = self.serve({"leaving": shell(
            "setsid sh -c 'echo $$ >&2; echo early; : >\"$0\"; exec sleep 1000' \"$1\" & "
            "until [ -e \"$1\" ]; do sleep 0.01; done; echo done", str(self.folder / "ready"))})
        task_id, outsider = self.start_group(daemon, "leaving")
        self.assertEqual(self.outcome(daemon, task_id), "early\ndone\n")
        # It is the operator's.
        self.assertEqual(members_of_group(outsider), [outsider])

    def test_endless_words_are_not_kept(self):
        daemon = self.serve({"endless": {"command": shell("yes >&2"), "timeout": "500ms"}})
        before = resident_bytes(daemon.pid)
        self.assertEqual(self.run_task(daemon, "endless")["code"], "timeout")
        reply = daemon.ask("log", task_id=1)
        self.assertEqual(reply["text"][-2:], "y\n")
        self.assertLessEqual(len(reply["text"]), 65536)
        self.assertGreater(reply["offset"], 65536)
        if TIMING:
            self.assertLess(resident_bytes(daemon.pid) - before, 8 << 20)


if __name__ == "__main__":
    unittest.main()
