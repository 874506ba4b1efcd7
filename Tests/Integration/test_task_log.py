"""uv-task log: what a command says, at once and as it comes."""

import json
import pathlib
import shlex
import tempfile
import threading
import unittest

from commands import CommandTest, restarted, unknown
from fake_server import FakeServer, UnusedPort, read_lines
from harness import PATIENCE, message
from terminal import Terminal


class Writing:
    """What a FakeServer serves as: task 7, whose command writes when it is told to."""

    def __init__(self):
        self.requests = []
        self._changed = threading.Condition()
        self._text = ""
        self._has_ended = False
        self._is_gone = False

    def write(self, text, is_end=False):
        with self._changed:
            self._text += text
            self._has_ended = is_end
            self._changed.notify()

    def leave(self):
        """Closes the connection."""
        with self._changed:
            self._is_gone = True
            self._changed.notify()

    def __call__(self, connection):
        while True:
            line = read_lines(connection, 1)
            if not line:
                return
            request = json.loads(line)
            self.requests.append(request)
            assert request["type"] == "log" and request["task_id"] == 7
            offset = request["offset"]
            with self._changed:
                if request.get("wait"):
                    self._changed.wait_for(
                        lambda: self._is_gone or self._has_ended or len(self._text) > offset, PATIENCE)
                if self._is_gone:
                    return
                reply = {"seq": request["seq"], "text": self._text[offset:], "offset": len(self._text),
                         "ended": self._has_ended}
            connection.sendall((message(**reply) + "\n").encode())


class Log(CommandTest):
    def test_what_is_there(self):
        task = Writing()
        task.write("one\ntwo")
        with FakeServer(task) as server:
            self.expect("log 7", "one\ntwo", server=server)
        with FakeServer(task) as server:
            self.expect("log 7 --offset 4", "two", server=server)
        with FakeServer(task) as server:
            self.expect("log 7 --json", '{"task_id":7,"text":"one\\ntwo","offset":7,"ended":false}\n', server=server)

    def test_as_it_comes(self):
        task = Writing()
        with FakeServer(task) as server, self.start("log 7 --follow", server=server) as process:
            for count in range(1, 4):
                task.write(f"line {count}\n")
                process.wait_for_lines(count)
            self.assertTrue(process.is_running)
            task.write("end", is_end=True)
            self.assertEqual(process.finish(), ("line 1\nline 2\nline 3\nend", "", 0))
        # Told, not polled for: beside the first question, one for each part.
        self.assertLessEqual(len(task.requests), 5)
        self.assertEqual([request.get("wait", False) for request in task.requests],
                         [False] + [True] * (len(task.requests) - 1))

    def test_an_interruption(self):
        task = Writing()
        with FakeServer(task) as server:
            with self.start("log 7 --follow", server=server) as process:
                task.write("line 1\n")
                process.wait_for_lines(1)
                process.interrupt()
                ran = process.finish()
            task.leave()
        sentence = "uv-task: interrupted; task 7 goes on. To read on: uv-task log 7 --follow --offset 7\n"
        self.assertEqual(ran, ("line 1\n", sentence, 130))
        task = Writing()
        task.write("line 1\nline 2\n", is_end=True)
        with FakeServer(task) as server:
            self.expect(shlex.split(sentence.rpartition(": ")[2])[1:], "line 2\n", server=server)

    def test_a_lost_connection(self):
        task = Writing()
        with FakeServer(task) as server, self.start("log 7 --follow --json", server=server) as process:
            task.write("line 1\n")
            process.wait_for_lines(1)
            task.leave()
            ran = process.finish()
        self.assertEqual((ran.errors, ran.code), (
            f"uv-task: the connection to 127.0.0.1:{server.port} was lost while the log of task 7 was read (the daemon "
            "closed the connection). If the daemon still runs: uv-task log 7 --follow --offset 7 --json\n", 6))

    def test_no_server(self):
        with UnusedPort() as port:
            for arguments in "log 7", "log 7 --follow":
                self.expect(
                    arguments, server=port, code=6,
                    errors=f"nothing listens on 127.0.0.1:{port}. Start it with: uv-taskd --port {port}")

    def test_on_a_terminal(self):
        task = Writing()
        task.write("\x1b[31mred\r\tend", is_end=True)
        with FakeServer(task) as server, Terminal(UV_TASK_HOST=server.host, UV_TASK_PORT=server.port) as terminal:
            self.assertEqual(terminal.run("uv-task log 7 --follow"), ([r"\u{1B}[31mred\u{D}" + "      end"], 0))


class LogOfACommand(CommandTest):
    """By the daemon."""

    TYPES = r"""
        [tasks.steps]
        command = [
            "sh", "-c", 'for n in 1 2 3; do echo "step $n" >&2; until [ -e $n ]; do sleep 0.01; done; done; exit 3']
        directory = "FOLDER"

        [tasks.noisy]
        command = ["sh", "-c", "seq 90000 >&2"]
    """

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        file = self.folder / "tasks.toml"
        file.write_text(self.TYPES.replace("FOLDER", str(self.folder)))
        self.daemon_options = "--tasks", file
        super().setUp()

    def step(self, number):
        """Lets the command go on."""
        (self.folder / str(number)).touch()

    def test_as_it_comes(self):
        self.assertEqual(self.run_task("steps"), 1)
        with self.start("log 1 --follow") as following:
            for number in range(1, 4):
                following.wait_for_lines(number)
                if number == 2:
                    self.expect("log 1", "step 1\nstep 2\n")
                    self.expect("log 1 --offset 7", "step 2\n")
                    self.expect("log 1 --offset 1000", "")
                self.step(number)
            self.assertEqual(following.finish(), ("step 1\nstep 2\nstep 3\n", "", 0))
        self.expect("log 1 --follow", "step 1\nstep 2\nstep 3\n")
        self.expect("log 1 --json", (
            '{"task_id":1,"text":"step 1\\nstep 2\\nstep 3\\n","offset":21,"ended":true}\n'))
        self.expect("result 1", code=1, errors=(
            'task 1 ended in error: the command exited with status 3; it said: "step 3". All it said: uv-task log 1'))

    def test_before_it_runs(self):
        self.run_task("steps")
        self.run_task("steps")
        self.expect("log 2", "")
        with self.start("log 2 --follow") as following:
            self.daemon.wait_for_waits(1)
            for number in range(1, 4):
                self.step(number)
            self.assertEqual(following.finish(), ("step 1\nstep 2\nstep 3\n", "", 0))

    def test_an_interruption(self):
        self.run_task("steps")
        with self.start("log 1 --follow") as following:
            following.wait_for_lines(1)
            self.daemon.wait_for_waits(1)
            following.interrupt()
            ran = following.finish()
        sentence = "uv-task: interrupted; task 1 goes on. To read on: uv-task log 1 --follow --offset 7\n"
        self.assertEqual(ran, ("step 1\n", sentence, 130))
        for number in range(1, 4):
            self.step(number)
        self.expect(shlex.split(sentence.rpartition(": ")[2])[1:], "step 2\nstep 3\n")

    def test_a_daemon_that_is_killed(self):
        self.run_task("steps")
        with self.start("log 1 --follow") as following:
            following.wait_for_lines(1)
            self.daemon.wait_for_waits(1)
            self.daemon.close()
            ran = following.finish()
        self.assertEqual((ran.output, ran.code), ("step 1\n", 6))
        self.assertRegex(ran.errors, (
            rf"\Auv-task: the connection to 127\.0\.0\.1:{self.daemon.port} was lost while the log of task 1 was read "
            r"\([^\n]+\)\. If the daemon still runs: uv-task log 1 --follow --offset 7\n\Z"))

    def test_the_end_of_a_long_log(self):
        self.finished("noisy")
        text = "".join(f"{number}\n" for number in range(1, 90_001))
        missing = len(text) - (64 << 10)
        self.expect("log 1", text[missing:], errors=(
            f"{missing // 1024}.{missing % 1024 * 10 // 1024} KiB of the log of task 1 are no longer kept; "
            "this is what follows"))
        self.expect(f"log 1 --offset {len(text) - 7}", "\n90000\n")

    def test_tasks_without_a_log(self):
        self.finished("echo", "x")
        for arguments in "log 1", "log 1 --follow":
            self.expect(arguments, "")
        self.expect("log 1 --json", '{"task_id":1,"text":"","offset":0,"ended":true}\n')
        self.expect("log 99", errors=unknown(99), code=3)
        instance = self.daemon.ask("info")["instance"]
        self.expect("log 1 --instance 0123456789abcdef", errors=restarted(1, instance), code=3)


if __name__ == "__main__":
    unittest.main()
