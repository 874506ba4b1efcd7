"""What the documents and scripts/examples show: each example does what is printed. ImageMagick has a stand-in."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from commands import CommandTest, clean_environment
from harness import PATIENCE, PROGRAMS, REPOSITORY, Daemon, Outcome, wait_until
from processes import children, name_of

START = re.compile(r"uv-taskd --tasks tasks\.toml( --max-message 16MiB)?$")


def text_of(path):
    return (REPOSITORY / path).read_text(encoding="utf-8")


def section(document, heading):
    """The text from a heading to the next one of its level."""
    return document.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def indented_blocks(text):
    return ["".join(re.findall(r"^    (.*\n)", block, re.M)) for block in re.findall(r"(?:^    .*\n)+", text, re.M)]


class WorkingFolderTest(CommandTest):
    """A folder in which programs run as a shell of the user finds them, with the test's daemon."""

    time_scale = 0

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        # A test starts it when its folder is complete.
        self.daemon = None

    def run_program(self, *command):
        environment = clean_environment(PATH=f"{PROGRAMS}:{os.environ['PATH']}")
        if self.daemon:
            environment |= {"UV_TASK_HOST": "127.0.0.1", "UV_TASK_PORT": str(self.daemon.port)}
        ran = subprocess.run(
            command, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE,
            text=True)
        return Outcome(ran.stdout, ran.stderr, ran.returncode)


class Documents(WorkingFolderTest):
    """README.md and TASKFILE.md."""

    def check(self, task_file):
        (self.folder / "checked.toml").write_text(task_file)
        return self.run_program("uv-taskd", "--tasks", "checked.toml", "--check")

    def test_the_first_example_prints_exactly_its_stdout(self):
        blocks = indented_blocks(section(text_of("README.md"), "Thirty seconds"))
        (cat, task_file), start, *steps = [
            tuple(step.split("\n", 1)) for block in blocks for step in block.split("$ ")[1:]]
        self.assertEqual((cat, start), ("cat tasks.toml", ("uv-taskd --tasks tasks.toml", "")))
        (self.folder / "tasks.toml").write_text(task_file)
        self.daemon = self.start_daemon("--tasks", self.folder / "tasks.toml")
        for command, output in steps:
            ran = self.run_program("sh", "-c", command)
            self.assertEqual((ran.output, ran.code), (output, 0), command)

    def test_the_python_client_prints_the_result(self):
        (program,) = [block for block in indented_blocks(text_of("README.md")) if block.startswith("import json")]
        self.daemon = self.start_daemon()
        ran = self.run_program("python3", "-c", program.replace("4321", str(self.daemon.port)))
        self.assertEqual(ran, ("olleh\n", "", 0))

    def test_the_task_files_are_valid(self):
        for path in "README.md", "Sources/TaskFile/TASKFILE.md":
            for task_file in re.findall(r"```toml\n(.*?)```", text_of(path), re.S):
                self.assertEqual(self.check(task_file)[1:], ("", 0), task_file)

    def test_each_refused_command_is_refused_and_its_replacement_is_not(self):
        rules = section(text_of("Sources/TaskFile/TASKFILE.md"), "Refused commands")
        rows = [line.split(" | ") for line in rules.splitlines() if line.startswith("| `[")]
        self.assertEqual(len(rows), 5)
        for refused, _, replacement in rows:
            for cell, code in (refused, 1), (replacement, 0):
                for command in re.findall(r"`(\[.*?\])`", cell):
                    ran = self.check(f"[tasks.example]\ncommand = {command}\n")
                    self.assertEqual(ran.code, code, f"{command}: {ran.errors}")


class ExampleTest(WorkingFolderTest):
    """Each test has a copy of the example's folder, in which its daemon runs."""

    example = ""

    def setUp(self):
        super().setUp()
        shutil.copytree(REPOSITORY / "scripts" / "examples" / self.example, self.folder, dirs_exist_ok=True)

    def start_example(self, **variables):
        """Starts the daemon with variables in its environment."""
        settings = [f"{name}={value}" for name, value in variables.items()]
        self.daemon = Daemon(
            "--tasks", "tasks.toml", "--kill-after", "1h",
            command=("env", *settings, "sh", "-c", 'cd "$0" && exec "$@"', self.folder))
        self.addCleanup(self.daemon.close)

    def follow_comment(self):
        """Runs the commands of the comment in the task file; returns what they print. The daemon runs already."""
        first, *steps = re.findall(r"^#     (.*)\n", (self.folder / "tasks.toml").read_text(), re.M)
        self.assertRegex(first, START)
        self.assertEqual(len(steps), 2)
        ran = self.run_program("sh", "-e", "-c", "\n".join([START.sub("", first), *steps]))
        self.assertEqual((ran.errors, ran.code), ("", 0))
        return ran.output

    def log_of(self, task_id):
        return self.call(f"log {task_id}").output

    def cancel_during_sleep(self, task_id):
        """Cancels a task while its script waits for sleep. A shell that is about to start a program can lose the signal."""
        wait_until(
            lambda: "sleep" in [name_of(pid) for script in children(self.daemon.pid) for pid in children(script)], "sleep")
        self.call(f"cancel {task_id}")
        self.daemon.wait_for_state(task_id, "error")

    def assert_failed(self, ran, status, words):
        self.assertEqual((ran.output, ran.code), ("", 1), ran)
        self.assertIn(f"status {status}", ran.errors)
        self.assertIn(words, ran.errors)


# Prints its arguments and the picture's bytes. If the picture ends with "slow", it does not end.
CONVERT = r"""#!/bin/sh
for argument do case $argument in jpeg:* | png:/* | gif:*) file=${argument#*:} ;; esac; done
file=${file%\[0\]}
[ "$(tail -c 4 "$file")" != slow ] || exec sleep 1000
printf '\211PNG\r\n\032\n%s\n' "$*"
exec cat "$file"
"""
JPEG = bytes.fromhex("ffd8ffe0") + bytes(range(256)) * 300


class Pictures(ExampleTest):
    example = "pictures"

    def setUp(self):
        super().setUp()
        stand_in = self.folder / "bin" / "convert"
        stand_in.parent.mkdir()
        stand_in.write_text(CONVERT)
        stand_in.chmod(0o755)
        self.drafts = self.folder / "drafts"
        self.drafts.mkdir()
        self.start_example(PATH=f"{stand_in.parent}:{os.environ['PATH']}", TMPDIR=self.drafts)

    def test_its_comment_works(self):
        (self.folder / "picture.jpg").write_bytes(JPEG)
        self.assertIn("thumbnail", self.follow_comment())
        head, words, picture = (self.folder / "small.png").read_bytes().split(b"\n", 3)[1:]
        self.assertEqual(head, b"\x1a")
        self.assertRegex(words, rb"\A-limit memory .* jpeg:\S+\[0\] .*-thumbnail 128x128> png:-\Z")
        self.assertEqual(picture, JPEG)
        self.assertEqual(list(self.drafts.iterdir()), [])

    def test_data_that_is_not_a_picture_is_refused(self):
        for data in b"", b"<svg/>", b"push graphic-context\nimage over 0,0 0,0 '/etc/passwd'\n", b"\xff\xd8":
            with self.subTest(data):
                ran = self.call("run thumbnail --wait", data=data)
                self.assert_failed(ran, 65, "thumbnail: not a JPEG, PNG or GIF")
        self.assertEqual(list(self.drafts.iterdir()), [])

    def test_a_cancel_leaves_no_file(self):
        self.call("run thumbnail", data=JPEG + b"slow")
        wait_until(lambda: list(self.drafts.iterdir()), "the file")
        self.cancel_during_sleep(1)
        self.assertEqual(list(self.drafts.iterdir()), [])


class Deploys(ExampleTest):
    example = "deploy"

    def setUp(self):
        super().setUp()
        self.start_example()

    def deploy_first_release(self, check_of_the_second="true"):
        releases = self.folder / "site" / "releases"
        (releases / "1.0").mkdir(parents=True)
        (releases / "1.1").mkdir()
        (releases / "1.1" / "check").write_text(f"#!/bin/sh\n{check_of_the_second}\n")
        (releases / "1.1" / "check").chmod(0o755)
        self.expect("run deploy 1.0 --wait", "1.0 is live\n")

    @property
    def current(self):
        return os.readlink(self.folder / "site" / "current")

    def test_its_comment_works(self):
        self.assertEqual(self.follow_comment(), "1.4.2 is live\nreleases/1.4.2\n")

    def test_a_failed_check_restores_the_release_before(self):
        self.deploy_first_release("echo the database is too old; exit 3")
        self.assert_failed(self.call("run deploy 1.1 --wait"), 1, "deploy: the check of 1.1 failed; back to releases/1.0")
        self.assertEqual(self.current, "releases/1.0")
        self.assertIn("the database is too old\n", self.log_of(2))

    def test_a_cancel_restores_the_release_before(self):
        self.deploy_first_release("exec sleep 1000")
        self.expect("run deploy 1.1", "2\n")
        self.cancel_during_sleep(2)
        self.assertEqual(self.current, "releases/1.0")

    def test_data_that_is_not_a_version_is_refused(self):
        self.deploy_first_release()
        for data in (
            "", "..", "1..0", ".1", "1.", "../releases/1.0", "1.0/", "1.0\n1.1", "1.0 1.1", "--", "--help", "-rf", "*",
            "1.0; touch trace", "$(touch trace)", "`touch trace`", "１.0"):
            with self.subTest(data):
                ran = self.call(["run", "deploy", "--wait", "-"], data=data.encode())
                self.assert_failed(ran, 64, "deploy: a version is digits and dots, such as 1.4.2")
        self.assert_failed(self.call("run deploy 2.0 --wait"), 66, "deploy: there is no release 2.0")
        self.assertEqual(self.current, "releases/1.0")
        self.assertEqual(list(self.folder.rglob("trace")), [])


class LongJobs(ExampleTest):
    example = "long-job"

    def test_its_comment_works(self):
        self.start_example(IMPORT_PAUSE=0.01)
        *lines, last = self.follow_comment().splitlines()
        self.assertEqual([line.split()[1] for line in lines], [str(number) for number in range(1, 21)])
        self.assertEqual(last, "20 lines")

    def test_a_cancel_is_in_its_log(self):
        self.start_example(IMPORT_PAUSE=1000)
        self.call("run import -", data=b"first\nsecond\n")
        self.cancel_during_sleep(1)
        self.assertRegex(self.log_of(1), r"\A\d\d:\d\d:\d\d first\n(Terminated\n)?stopped after 0 lines\n\Z")
