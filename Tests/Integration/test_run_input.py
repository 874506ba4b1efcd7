"""uv-task run: the data of a task from stdin, or not."""

import os
import subprocess
import unittest

from commands import CommandTest, clean_environment
from harness import CLIENT_PROGRAM, Call


class DataFromStdin(CommandTest):
    time_scale = 0

    def check(self, data, result, arguments="run echo --wait"):
        ran = self.call(arguments, data=data)
        self.assertEqual(ran, (result, "", 0), f"{arguments} of {data[:40]}")

    def test_less_one_final_newline(self):
        for arguments in "run echo --wait", "run echo - --wait", "run --wait echo -", "run echo --wait -- -":
            for data, result in (
                (b"hello\n", "hello"), (b"hello", "hello"), (b"a\n\n", "a\n"), (b"\n", ""), (b"", ""), (b"a\r\n", "a\r"),
                ("предложение\n".encode(), "предложение"), (b"a\nb\n", "a\nb"), (b"a\0b", "a\0b"),
            ):
                self.check(data, result, arguments)

    def test_exact(self):
        for arguments in "run echo --wait --exact", "run echo - --exact --wait":
            for data in b"hello\n", b"hello", b"a\n\n", b"\n", b"":
                self.check(data, data.decode(), arguments)

    def test_a_closed_stdin_or_none(self):
        self.expect("run echo --wait", "")

    def test_data_larger_than_a_pipe(self):
        data = "слово " * 50_000
        self.check(data.encode(), data)

    def test_data_too_large_for_the_daemon(self):
        ran = self.call("run echo", data=b"x" * (2 << 20))
        self.assertEqual(
            ran, ("", "uv-task: the message is longer than 1048576 bytes, the most that the server accepts "
            "(--max-message 1 MiB)\n", 5))

    def test_data_too_large_for_any_daemon(self):
        # Said without reading on to the end of a stream that may have none.
        with self.start("run echo", stdin=subprocess.PIPE) as process:
            try:
                for _ in range(17):
                    process.send(b"x" * (1 << 20))
            except BrokenPipeError:
                pass
            self.assertEqual(
                process.finish(), ("", "uv-task: too large: the data has more than 16777216 bytes\n", 5))

    def test_not_utf_8(self):
        for data, offset in (
            (b"a\xffb", 1), (b"\xff", 0), ("слово".encode() + b"\xc3", 10), (b"abc\xed\xa0\x80", 3), (b"a\xc0\x80", 1),
        ):
            self.expect("run echo", errors=f"the data is not UTF-8: byte {offset} (counted from 0)", code=64, data=data)
        self.assertEqual(self.daemon.ask("stats")["submitted"], 0)

    def test_slow_data(self):
        with self.start("run echo --wait", stdin=subprocess.PIPE) as process:
            process.send(b"one ")
            # Only when the pipe is empty it reads again.
            process.send(b"two")
            process.end_input()
            self.assertEqual(process.finish(), ("one two", "", 0))

    def test_no_connection_while_the_data_is_read(self):
        # Nobody keeps a daemon waiting who has nothing to say yet.
        with self.start("run echo", stdin=subprocess.PIPE) as process:
            process.send(b"half")
            self.assertEqual(self.daemon.ask("stats")["connections"], 1)
            process.end_input()
            self.assertEqual(process.finish(), ("1\n", "", 0))


class DataGiven(CommandTest):
    time_scale = 0

    def test_stdin_is_never_read(self):
        for arguments, output in (
            ("run echo hello", "1\n"), ("run echo hello --wait", "hello"), ("run echo '' --wait", ""),
            ("run echo --wait -- -5", "-5"), ("status 1", "success\n"), ("result 1 2", "hello\nhello\n"), ("wait 1", "1 success\n"),
        ):
            # A pipe that never ends, with something in it.
            reading, writing = os.pipe()
            os.write(writing, b"not to be read")
            try:
                self.daemon.ask("status", task_id=1, wait=True)
                self.expect(arguments, output, stdin=reading)
                # All of it is still there.
                self.assertEqual(os.read(reading, 100), b"not to be read")
            finally:
                os.close(reading)
                os.close(writing)

    def test_a_loop_over_lines_keeps_its_stdin(self):
        # `while read line; do uv-task run echo "$line"; done < file` runs once per line.
        script = 'while read -r line; do "$0" run echo "$line" --wait; echo; done'
        environment = clean_environment(UV_TASK_HOST="127.0.0.1", UV_TASK_PORT=self.daemon.port)
        with Call(["sh", "-c", script, CLIENT_PROGRAM], environment, stdin=subprocess.PIPE) as loop:
            self.assertEqual(loop.finish(b"one\ntwo\nthree\n"), ("one\ntwo\nthree\n", "", 0))


if __name__ == "__main__":
    unittest.main()
