"""uv-task with task types whose data and results are any bytes, and results that go to a file."""

import base64
import json
import os
import pathlib
import stat
import tempfile
import threading
import unittest

from commands import CommandTest
from fake_server import FakeServer, UnusedPort
from harness import PATIENCE, message
from terminal import Terminal

PICTURE = bytes(range(256)) * 40_000 + b"\n"


class Thumbnails:
    """What a FakeServer serves as: a daemon with one task type, whose results are the data backwards."""

    INSTANCE = "00000000000000ff"

    def __init__(self, ends=True):
        self._ends = ends
        self.is_waited_for = threading.Event()

    def __call__(self, connection):
        try:
            self._serve(connection)
        except ConnectionResetError:
            # The client has its result, and not read what else it asked for.
            pass

    def _serve(self, connection):
        data = None
        rest = b""
        while piece := connection.recv(1 << 20):
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                request = json.loads(line)
                if request["type"] == "info":
                    reply = {"name": "uv-taskd", "version": "1", "protocol": 1, "instance": self.INSTANCE,
                             "task_types": [{"name": "thumbnail", "delay_ms": 0, "command": True,
                                             "data": "base64", "result": "base64"}], "limits": {}}
                elif request["type"] == "run":
                    data = base64.b64decode(request["data"], validate=True)
                    reply = {"task_id": 7, "instance": self.INSTANCE, "status": "execute"}
                elif self._ends:
                    reply = {"status": "success", "data": base64.b64encode(data[::-1]).decode(), "encoding": "base64"}
                else:
                    self.is_waited_for.set()
                    continue
                connection.sendall((message(seq=request["seq"], **reply) + "\n").encode())


class BinaryData(CommandTest):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.picture = self.folder / "picture"
        self.picture.write_bytes(PICTURE)

    def run_on_picture(self, arguments, **options):
        with open(self.picture, "rb") as picture, FakeServer(Thumbnails()) as server:
            return self.call(arguments, stdin=picture, server=server, **options)

    def test_bytes_in_and_out(self):
        with open(self.folder / "out", "wb") as out:
            ran = self.run_on_picture("run thumbnail --wait", stdout=out)
        self.assertEqual((ran.errors, ran.code), ("", 0))
        self.assertEqual((self.folder / "out").read_bytes(), PICTURE[::-1])

    def test_a_result_in_a_file(self):
        file = self.folder / "small"
        file.write_bytes(b"before")
        file.chmod(0o600)
        ran = self.run_on_picture(["run", "thumbnail", "-", "--wait", "--output", file])
        self.assertEqual(ran, ("", "", 0))
        self.assertEqual(file.read_bytes(), PICTURE[::-1])
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        self.assertEqual({path.name for path in self.folder.iterdir()}, {"picture", "small"})

    def test_a_result_for_a_pipe_with_a_name(self):
        # What a shell's >(…) is.
        reading, writing = os.pipe()
        with os.fdopen(reading, "rb") as read, FakeServer(Thumbnails()) as server:
            ran = self.call(
                ["run", "thumbnail", "abc", "--wait", "--output", f"/proc/{os.getpid()}/fd/{writing}"], server=server)
            os.close(writing)
            self.assertEqual((ran, read.read()), (("", "", 0), b"cba"))

    def test_where_no_file_can_be(self):
        # Said before anybody is asked.
        with UnusedPort() as port:
            for arguments in "run echo x --wait", "result 7", "result 7 --wait":
                for file, cause in (
                    (self.folder, "illegal operation on a directory"),
                    (self.folder / "no" / "x", "no such file or directory"),
                    (self.picture / "x", "not a directory"),
                ):
                    self.expect(
                        [*arguments.split(), "--output", file], server=port, code=74,
                        errors=f"cannot write to {file}: {cause}")
        self.assertEqual([path.name for path in self.folder.iterdir()], ["picture"])

    def test_a_full_disk(self):
        with FakeServer(Thumbnails()) as server:
            self.expect("run thumbnail abc --wait --output /dev/full", server=server, code=74, errors=(
                "cannot write the result of task 7 to /dev/full: no space left on device; uv-task result 7 "
                f"--output /dev/full --instance {Thumbnails.INSTANCE} tries again"))

    def test_an_interruption_leaves_nothing(self):
        file = self.folder / "small"
        tasks = Thumbnails(ends=False)
        with FakeServer(tasks) as server, self.start(
                ["run", "thumbnail", "abc", "--wait", "--output", file], server=server) as process:
            self.assertTrue(tasks.is_waited_for.wait(PATIENCE))
            process.interrupt()
            ran = process.finish()
        self.assertEqual(ran, ("", (
            f"uv-task: interrupted; task 7 goes on. To wait for it: uv-task result 7 --wait --output {file} "
            f"--instance {Thumbnails.INSTANCE}\n"), 130))
        self.assertEqual([path.name for path in self.folder.iterdir()], ["picture"])

    def test_a_terminal_gets_nothing_binary(self):
        with FakeServer(Thumbnails()) as server:
            with Terminal(200, UV_TASK_HOST=server.host, UV_TASK_PORT=server.port, PICTURE=self.picture) as terminal:
                self.assertEqual(terminal.run("uv-task --connect-timeout 60s run thumbnail --wait <$PICTURE"), ([(
                    "uv-task: the result of task 7, 9.7 MiB, is binary and not for a terminal; uv-task result 7 "
                    "--output FILE --instance 00000000000000ff writes it to a file")], 0))

    def test_by_the_daemon(self):
        types = self.folder / "tasks.toml"
        types.write_text('[tasks.copy]\ncommand = ["cat"]\ndata = "base64"\nresult = "base64"\nmax_output = "16MiB"\n')
        daemon = self.start_daemon("--tasks", types, "--max-message", "16MiB")
        with open(self.picture, "rb") as picture:
            self.expect(
                ["run", "copy", "--wait", "--output", self.folder / "copy", "--connect-timeout", "60s"], stdin=picture,
                server=daemon)
        self.assertEqual((self.folder / "copy").read_bytes(), PICTURE)
        self.assertRegex(
            self.call("info", server=daemon).output,
            "\ntask type copy +a command, usually (less than|about) [^,]+, binary data and result\n")


if __name__ == "__main__":
    unittest.main()
