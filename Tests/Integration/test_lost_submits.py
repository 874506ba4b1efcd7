"""A connection that is lost before uv-task has the reply to its submit: with a real daemon the task runs once. How uv-task
repeats submits, and what it says if that fails, is tested in LostConnectionTests, RunCommandTests and EachLineTests."""

import os
import pathlib
import tempfile

from commands import CommandTest
from harness import PROGRAMS, wait_until

# Stands for ssh. The first connection ends at the reply to a submit, and loses it. The next one waits until the test lets it
# begin.
SSH = r"""#!/bin/sh
cd "${0%/*}"
if [ -e lost ]; then
    until [ -e again ]; do sleep 0.01; done
    exec sh -c "$6"
fi
sh -c "$6" | while read -r line; do
    case $line in *'"task_id":'*) touch lost; exit ;; esac
    echo "$line"
done
exit 255
"""


class LostReplies(CommandTest):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        program = self.folder / "ssh"
        program.write_text(SSH)
        program.chmod(0o755)
        self.daemon_options = "--socket", self.folder / "socket"
        super().setUp()

    def run_with_a_lost_reply(self, arguments, meanwhile=lambda: None):
        # The proxy finds the daemon in the environment that it inherits.
        path = os.pathsep.join([str(self.folder), str(PROGRAMS), os.environ["PATH"]])
        with self.start(arguments, UV_TASK_SSH="gpu", UV_TASK_SOCKET=self.folder / "socket", PATH=path) as process:
            wait_until((self.folder / "lost").exists, "the lost reply")
            meanwhile()
            (self.folder / "again").touch()
            return process.finish()

    def test_the_task_exists_once(self):
        ran = self.run_with_a_lost_reply("run revers x --json")
        self.assertRegex(ran.output, r'\A{"task_id":1,.*,"existing":true}\n\Z')
        self.assertEqual((ran.errors, ran.code, self.daemon.ask("stats")["submitted"]), ("", 0, 1))

    def test_a_daemon_that_was_restarted_meanwhile_runs_nothing(self):
        def restart():
            self.daemon.close()
            self.daemon = self.start_daemon(*self.daemon_options)

        ran = self.run_with_a_lost_reply("run revers x --wait", restart)
        self.assertEqual((ran.output, ran.code, self.daemon.ask("stats")["submitted"]), ("", 6, 0))
        self.assertIn(" was restarted before it answered, and it is not known whether the task ran. ", ran.errors)
