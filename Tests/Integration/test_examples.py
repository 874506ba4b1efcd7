"""What the documents and scripts/examples show: each example does what is printed. ImageMagick has a stand-in."""

import os
import pathlib
import re
import shutil
import struct
import subprocess
import tempfile

from commands import CommandTest, clean_environment
from harness import PATIENCE, PROGRAMS, REPOSITORY, Daemon, in_parallel, wait_until

START = re.compile(r"uv-taskd --tasks tasks\.toml( --max-message 16MiB)?$")


def text_of(*path):
    return REPOSITORY.joinpath(*path).read_text(encoding="utf-8")


def section(document, heading):
    """The text from a heading to the next one of its level."""
    return document.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def indented_blocks(text):
    return ["".join(re.findall(r"^    (.*\n)", block, re.M)) for block in re.findall(r"(?:^    .*\n)+", text, re.M)]


class Documents(CommandTest):
    """README.md and TASKFILE.md."""

    time_scale = 0

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_program(self, *command, port=0):
        environment = clean_environment(
            PATH=f"{PROGRAMS}:{os.environ['PATH']}", UV_TASK_HOST="127.0.0.1", UV_TASK_PORT=port)
        return subprocess.run(
            command, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=PATIENCE, text=True)

    def check(self, task_file):
        """What uv-taskd --check says of a task file."""
        (self.folder / "checked.toml").write_text(task_file)
        return self.run_program("uv-taskd", "--tasks", "checked.toml", "--check")

    def test_the_first_example_prints_exactly_its_stdout(self):
        blocks = indented_blocks(section(text_of("README.md"), "Thirty seconds"))
        steps = [step.partition("\n") for block in blocks for step in block.split("$ ")[1:]]
        self.assertEqual([steps[0][0], steps[1][0]], ["cat tasks.toml", "uv-taskd --tasks tasks.toml"])
        self.assertEqual(steps[1][2], "")
        (self.folder / "tasks.toml").write_text(steps[0][2])
        daemon = self.start_daemon("--tasks", self.folder / "tasks.toml")
        for command, _, output in steps[2:]:
            ran = self.run_program("sh", "-c", command, port=daemon.port)
            self.assertEqual((ran.stdout, ran.returncode), (output, 0), command)

    def test_the_python_client_prints_the_result(self):
        (program,) = [block for block in indented_blocks(text_of("README.md")) if block.startswith("import json")]
        daemon = self.start_daemon()
        ran = self.run_program("python3", "-c", program.replace("4321", str(daemon.port)))
        self.assertEqual((ran.stdout, ran.stderr), ("olleh\n", ""))

    def test_the_task_files_are_valid(self):
        for path in "README.md", "Sources/TaskFile/TASKFILE.md":
            for task_file in re.findall(r"```toml\n(.*?)```", text_of(path), re.S):
                ran = self.check(task_file)
                self.assertEqual((ran.stderr, ran.returncode), ("", 0), task_file)

    def test_each_refused_command_is_refused_and_its_replacement_is_not(self):
        rules = section(text_of("Sources", "TaskFile", "TASKFILE.md"), "Refused commands")
        rows = [line.split(" | ") for line in rules.splitlines() if line.startswith("| `[")]
        self.assertEqual(len(rows), 5)
        for refused, _, replacement in rows:
            for cell, code in (refused, 1), (replacement, 0):
                for command in re.findall(r"`(\[.*?\])`", cell):
                    ran = self.check(f"[tasks.example]\ncommand = {command}\n")
                    self.assertEqual(ran.returncode, code, f"{command}: {ran.stderr}")


class ExampleTest(CommandTest):
    """Each test has a copy of the example's folder, in which its daemon runs."""

    example = ""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name) / self.example
        shutil.copytree(REPOSITORY / "scripts" / "examples" / self.example, self.folder)
        self.start_example()

    def start_example(self, **variables):
        """Starts the daemon in the folder, with variables in its environment."""
        settings = [f"{name}={value}" for name, value in variables.items()]
        self.daemon = Daemon(
            "--tasks", "tasks.toml", command=("env", *settings, "sh", "-c", 'cd "$0" && exec "$@"', self.folder))
        self.addCleanup(self.daemon.close)

    def follow_comment(self):
        """Runs the commands of the comment in the task file against the running daemon; returns what they print."""
        lines = (self.folder / "tasks.toml").read_text().splitlines()
        steps = [line.removeprefix("#     ") for line in lines if line.startswith("#     ")]
        self.assertEqual(len(steps), 3, steps)
        self.assertRegex(steps[0], START)
        environment = clean_environment(
            PATH=f"{PROGRAMS}:{os.environ['PATH']}", UV_TASK_HOST="127.0.0.1", UV_TASK_PORT=self.daemon.port)
        ran = subprocess.run(
            ["sh", "-e", "-c", "\n".join([START.sub("", steps[0]), *steps[1:]])], cwd=self.folder,
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=PATIENCE)
        self.assertEqual(ran.returncode, 0, ran.stdout)
        return ran.stdout.decode()

    def log_of(self, task_id):
        return self.call(f"log {task_id}").output

    def assert_failed(self, ran, status, words):
        self.assertEqual((ran.output, ran.code), ("", 1), ran)
        self.assertIn(f"status {status}", ran.errors)
        self.assertIn(words, ran.errors)


# Prints its arguments and the picture's bytes. If the picture ends with "slow", it reports its start and does not end.
CONVERT = r"""#!/bin/sh
for argument do case $argument in jpeg:* | png:/* | gif:*) file=${argument#*:} ;; esac; done
file=${file%\[0\]}
[ "$(tail -c 4 "$file")" != slow ] || { echo >&2 slow; exec sleep 1000; }
printf '\211PNG\r\n\032\n%s\n' "$*"
exec cat "$file"
"""
JPEG = bytes.fromhex("ffd8ffe0") + bytes(range(256)) * 300


class Pictures(ExampleTest):
    example = "pictures"

    def start_example(self):
        stand_in = self.folder / "bin" / "convert"
        stand_in.parent.mkdir()
        stand_in.write_text(CONVERT)
        stand_in.chmod(0o755)
        self.drafts = self.folder / "drafts"
        self.drafts.mkdir()
        super().start_example(PATH=f"{stand_in.parent}:{os.environ['PATH']}", TMPDIR=self.drafts)

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
        task_id = int(self.call("run thumbnail", data=JPEG + b"slow").output)
        wait_until(lambda: self.log_of(task_id) == "slow\n", "the work")
        self.assertEqual(len(list(self.drafts.iterdir())), 1)
        self.assertEqual(self.call(f"cancel {task_id}").code, 0)
        self.daemon.wait_for_state(task_id, "error")
        self.assertEqual(list(self.drafts.iterdir()), [])

    def test_imagemagick_itself_if_it_is_installed(self):
        for convert in real_convert():
            self.daemon.close()
            (self.folder / "bin" / "convert").unlink()
            super().start_example(PATH=f"{os.path.dirname(convert)}:{os.environ['PATH']}")
            for kind in "jpeg", "png", "gif":
                picture = subprocess.run(
                    [convert, "-size", "300x200", "gradient:red-blue", f"{kind}:-"], stdout=subprocess.PIPE, check=True)
                small = self.folder / f"{kind}.png"
                ran = self.call(["run", "thumbnail", "--wait", "--output", small], data=picture.stdout)
                self.assertEqual((ran.errors, ran.code), ("", 0))
                self.assertEqual(struct.unpack(">8s8xII", small.read_bytes()[:24]), (b"\x89PNG\r\n\x1a\n", 128, 85))


def real_convert():
    """The path of ImageMagick's program, as a list; empty if it is not installed."""
    path = shutil.which("convert")
    if not path:
        return []
    version = subprocess.run([path, "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return [path] if version.startswith(b"Version: ImageMagick") else []


class Deploys(ExampleTest):
    example = "deploy"

    def release(self, version, check=None):
        """Creates a release, and its check if given."""
        folder = self.folder / "site" / "releases" / version
        folder.mkdir(parents=True, exist_ok=True)
        if check:
            (folder / "check").write_text(f"#!/bin/sh\n{check}\n")
            (folder / "check").chmod(0o755)

    @property
    def current(self):
        return os.readlink(self.folder / "site" / "current")

    def test_its_comment_works(self):
        self.assertEqual(self.follow_comment(), "1.4.2 is live\nreleases/1.4.2\n")

    def test_a_failed_check_restores_the_release_before(self):
        self.release("1.0")
        self.release("1.1", "echo the database is too old; exit 3")
        self.assertEqual(self.call("run deploy 1.0 --wait").output, "1.0 is live\n")
        self.assert_failed(self.call("run deploy 1.1 --wait"), 1, "deploy: the check of 1.1 failed; back to releases/1.0")
        self.assertEqual(self.current, "releases/1.0")
        self.assertIn("the database is too old\n", self.log_of(2))

    def test_data_that_is_not_a_version_is_refused(self):
        self.release("1.0")
        self.assertEqual(self.call("run deploy 1.0 --wait").code, 0)
        for data in (
            "", "..", "1..0", ".1", "1.", "../releases/1.0", "1.0/", "1.0\n1.1", "1.0 1.1", "--", "--help", "-rf", "*",
            "1.0; touch trace", "$(touch trace)", "`touch trace`", "１.0"):
            with self.subTest(data):
                ran = self.call(["run", "deploy", "--wait", "-"], data=data.encode())
                self.assert_failed(ran, 64, "deploy: a version is digits and dots, such as 1.4.2")
        self.assert_failed(self.call("run deploy 2.0 --wait"), 66, "deploy: there is no release 2.0")
        self.assertEqual(self.current, "releases/1.0")
        self.assertEqual([file for file in self.folder.rglob("trace")], [])

    def test_deployments_never_overlap(self):
        journal = self.folder / "journal"
        versions = [f"1.{minor}" for minor in range(6)]
        for version in versions:
            self.release(version, f"echo begin {version} >>{journal}; sleep 0.02; echo end {version} >>{journal}")
        runs = in_parallel(*(lambda version=version: self.call(f"run deploy {version} --wait") for version in versions))
        self.assertEqual([ran.output for ran in runs], [f"{version} is live\n" for version in versions])
        lines = [line.split() for line in journal.read_text().splitlines()]
        self.assertEqual([word for word, _ in lines], ["begin", "end"] * len(versions))
        self.assertEqual([version for _, version in lines[::2]], [version for _, version in lines[1::2]])
        self.assertEqual(self.current, f"releases/{lines[-1][1]}")

    def test_a_cancel_restores_the_release_before(self):
        self.release("1.0")
        self.release("1.1", "exec sleep 1000")
        self.assertEqual(self.call("run deploy 1.0 --wait").code, 0)
        self.assertEqual(self.call("run deploy 1.1").output, "2\n")
        wait_until(lambda: "checking" in self.log_of(2), "the check")
        self.assertEqual(self.call("cancel 2").code, 0)
        self.daemon.wait_for_state(2, "error")
        self.assertEqual(self.current, "releases/1.0")


class LongJobs(ExampleTest):
    example = "long-job"

    def test_its_comment_works(self):
        self.daemon.close()
        self.start_example(IMPORT_PAUSE=0.01)
        *lines, last = self.follow_comment().splitlines()
        self.assertEqual([line.split()[1] for line in lines], [str(number) for number in range(1, 21)])
        self.assertEqual(last, "20 lines")

    def test_its_log_is_live_and_shows_a_cancel(self):
        self.daemon.close()
        self.start_example(IMPORT_PAUSE=1000)
        self.assertEqual(self.call("run import -", data=b"first\nsecond\n").output, "1\n")
        with self.start("log 1 --follow") as log:
            log.wait_for_lines(1)
            self.assertEqual(self.daemon.state_of(1), "execute")
            self.assertEqual(self.call("cancel 1").code, 0)
            ran = log.finish()
        self.assertRegex(ran.output, r"\A\d\d:\d\d:\d\d first\n(Terminated\n)?stopped after 0 lines\n\Z")
        self.assertEqual(ran.code, 0)
