"""uv-task run and the streams of a shell: an stdin that stays open, large data, any bytes."""

import os
import pathlib
import subprocess
import tempfile

from commands import CommandTest

ALL_BYTES = bytes(range(256)) * 40_000 + b"\n"


class Run(CommandTest):
    time_scale = 0

    def test_commands_that_are_given_their_data_do_not_read_stdin(self):
        for arguments, output in (
            ("run echo hello --wait", "hello"), ("status 1", "success\n"), ("result 1", "hello"), ("wait 1", "1 success\n"),
        ):
            with tempfile.TemporaryFile() as stdin:
                stdin.write(b"not to be read")
                stdin.seek(0)
                self.expect(arguments, output, stdin=stdin)
                # The programs share the offset.
                self.assertEqual(os.lseek(stdin.fileno(), 0, os.SEEK_CUR), 0)

    def test_all_bytes_pass_a_command_unchanged(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            types = folder / "tasks.toml"
            types.write_text('[tasks.copy]\ncommand = ["cat"]\ndata = "base64"\nresult = "base64"\nmax_output = "16MiB"\n')
            daemon = self.start_daemon("--tasks", types, "--max-message", "16MiB")
            command = ["run", "copy", "--wait"]
            with open(folder / "printed", "wb") as printed:
                self.call(command, data=ALL_BYTES, stdout=printed, server=daemon)
            self.expect([*command, "--output", folder / "written"], data=ALL_BYTES, server=daemon)
            self.assertEqual((folder / "printed").read_bytes(), ALL_BYTES)
            self.assertEqual((folder / "written").read_bytes(), ALL_BYTES)
            self.assertEqual({path.name for path in folder.iterdir()}, {"tasks.toml", "printed", "written"})

    def test_each_line_prints_while_the_input_is_open(self):
        for options, outputs in ("", "1\n2\n3\n4\n"), (" --wait", "a\nb\nc\nd\n"):
            with self.start(f"run echo --each-line{options}", stdin=subprocess.PIPE) as process:
                process.send(b"a\n")
                process.wait_for_lines(1)
                # Half a line is no line yet.
                process.send(b"b\nc\nd")
                process.wait_for_lines(3)
                process.end_input()
                self.assertEqual(process.finish(), (outputs, "", 0))

    def test_each_line_ends_at_a_refusal_while_the_input_is_open(self):
        with self.start("run revrs --each-line", stdin=subprocess.PIPE) as process:
            process.send(b"a\n")
            ran = process.finish()
        self.assertRegex(ran.errors, r'\Auv-task: line 1: no task type has the name "revrs" [^\n]+; nothing was submitted\n\Z')
        self.assertEqual((ran.output, ran.code), ("", 5))
