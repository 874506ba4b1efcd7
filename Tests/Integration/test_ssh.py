"""uv-task --ssh and uv-task proxy as processes. A script stands for ssh and runs the command on this machine."""

import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import unittest

from commands import CommandTest
from fake_server import FakeServer, read_to_end
from harness import PATIENCE, PROGRAMS, wait_until
from terminal import TerminalTest


class FakeSSH:
    """A folder with a program ssh, which notes its process and the command for the other machine, and runs `body`."""

    # $1 to $6 are -T -o ServerAliveInterval=60 -- HOST COMMAND.
    SCRIPT = """#!/bin/sh
[ "$#" = 6 ] && [ "$1 $2 $3 $4 $5" = "-T -o ServerAliveInterval=60 -- gpu" ] || {{ echo "ssh: called with $*" >&2; exit 255; }}
echo $$ >>"{folder}/pids"
echo "$6" >>"{folder}/calls"
{body}
"""
    # In a session of its own, as on another machine: ^C and the death of ssh reach it only through its streams.
    RUN = 'setsid --wait sh -c "$6"'

    def __init__(self, test, body=RUN):
        folder = tempfile.TemporaryDirectory()
        test.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        program = self.folder / "ssh"
        program.write_text(self.SCRIPT.format(folder=self.folder, body=body))
        program.chmod(0o755)
        self.path = os.pathsep.join([str(self.folder), str(PROGRAMS), os.environ["PATH"]])

    def _lines(self, name):
        file = self.folder / name
        return file.read_text().splitlines() if file.exists() else []

    @property
    def calls(self):
        return self._lines("calls")

    @property
    def processes(self):
        return [int(line) for line in self._lines("pids")]


def is_running(process):
    try:
        os.kill(process, 0)
        return True
    except ProcessLookupError:
        return False


class SSHTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.ssh = FakeSSH(self)

    def start(self, arguments, **options):
        # The other uv-task finds the daemon in the environment that it inherits.
        return super().start(arguments, **{"PATH": self.ssh.path, "UV_TASK_SSH": "gpu", **options})


class Commands(SSHTest):
    time_scale = 0

    def test_the_host_is_an_option_or_a_variable(self):
        self.expect("run revers hello --wait", "olleh")
        self.expect("--ssh gpu run revers hello --wait", "olleh", UV_TASK_SSH="")
        self.assertEqual(self.ssh.calls, [f"uv-task --connect-timeout {PATIENCE}000ms proxy"] * 2)
        for process in self.ssh.processes:
            self.assertFalse(is_running(process))
        wait_until(lambda: self.daemon.ask("stats")["connections"] == 1, "the end of the proxies")

    def test_words_reach_the_other_machine_unchanged(self):
        path = self.ssh.folder / "it's $(a) \"socket\""
        ran = self.call(["--ssh", "gpu", "--socket", str(path), "info"])
        self.assertEqual(ran.code, 6)
        self.assertIn(f"there is no socket {path}. Start the daemon with: ", ran.errors)
        self.assertIn("no daemon was reached on gpu; the message of uv-task there is above\n", ran.errors)

    def test_many_lines_share_one_connection(self):
        data = "".join(f"{number}\n" for number in range(2000))
        self.expect("run echo --each-line --wait", data, data=data.encode())
        self.assertEqual(len(self.ssh.calls), 1)

    def test_a_missing_ssh_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            self.expect("info", PATH=folder, code=6, errors="there is no program ssh in PATH. Install an OpenSSH client, or "
                        "name a server with --socket or --host")

    def test_a_lost_connection_is_made_anew_for_a_submit(self):
        # The first call ends after the answer to info, with the submit unanswered.
        self.ssh = FakeSSH(self, f"""
[ -e "$0.again" ] && {{ {FakeSSH.RUN}; exit; }}
touch "$0.again"
read request
echo "$request" | sh -c "$6"
read request
exit 255""")
        ran = self.call("run echo hello")
        self.assertEqual((ran.output, ran.code, len(self.ssh.calls)), ("1\n", 0, 2))
        self.assertEqual(self.daemon.ask("stats")["submitted"], 1)


class Waits(SSHTest):
    def wait(self):
        """The command to go on, a call that waits for a task that does not end, and ssh's process."""
        task = self.daemon.ask("run", task_name="too_long_echo", data="")["task_id"]
        call = self.start(f"wait {task} --ssh gpu", UV_TASK_SSH="")
        self.addCleanup(call.__exit__)
        self.daemon.wait_for_waits(1)
        return f"uv-task wait {task} --ssh gpu", call, self.ssh.processes[-1]

    def test_a_signal_ends_ssh_and_the_proxy(self):
        next_call, call, ssh = self.wait()
        call.signal(signal.SIGTERM)
        self.assertEqual(
            call.finish(), ("", f"uv-task: interrupted; task 1 goes on. To wait for it: {next_call}\n", 143))
        self.assertFalse(is_running(ssh))
        self.daemon.wait_for_waits(0)

    @unittest.skipUnless(os.path.exists("/proc"), "needs PR_SET_PDEATHSIG of Linux")
    def test_ssh_does_not_outlive_a_killed_client(self):
        # One that does not end with what it runs.
        self.ssh = FakeSSH(self, f"{FakeSSH.RUN}; exec sleep 1000")
        _, call, ssh = self.wait()
        call.signal(signal.SIGKILL)
        wait_until(lambda: not os.path.exists(f"/proc/{ssh}/fd/0"), "the end of ssh")
        self.daemon.wait_for_waits(0)


class Interrupt(TerminalTest):
    def test_control_c_reaches_ssh_too_and_the_message_is_kept(self):
        ssh = FakeSSH(self)
        terminal = self.open_terminal()
        task = self.run_task("too_long_echo")
        for _ in range(3):
            terminal.start(f"PATH='{ssh.path}' uv-task wait {task} --ssh gpu")
            self.daemon.wait_for_waits(1)
            terminal.press("C-c")
            lines, code = terminal.finish()
            self.assertEqual(("".join(lines).count("goes on. To wait for it:"), code), (1, 130), lines)
            self.assertFalse(is_running(ssh.processes[-1]))
            self.daemon.wait_for_waits(0)


class Proxy(CommandTest):
    REQUEST = b'{"seq":1,"type":"stats"}\n'
    REPLY = '{"seq":1,"uptime_ms":'

    def test_it_ends_when_nobody_reads_its_output(self):
        for make in os.pipe, socket.socketpair:
            ours, theirs = make()
            with self.subTest(make.__name__), FakeServer(read_to_end) as server:
                with self.start("proxy", server=server, stdin=subprocess.PIPE, stdout=theirs) as proxy:
                    for end in theirs, ours:
                        end.close() if isinstance(end, socket.socket) else os.close(end)
                    self.assertEqual(proxy.finish()[1:], ("", 74))

    def test_it_ends_when_the_other_end_of_its_input_is_closed_with_data_unread(self):
        ours, theirs = socket.socketpair()
        theirs.sendall(b"unread")
        with theirs, self.start("proxy", stdin=theirs) as proxy:
            ours.close()
            self.assertEqual(proxy.finish(), ("", "", 74))

    def test_its_streams_may_be_files_sockets_and_devices(self):
        with tempfile.TemporaryDirectory() as folder:
            source, target = pathlib.Path(folder) / "source", pathlib.Path(folder) / "target"
            source.write_bytes(self.REQUEST)
            with open(source, "rb") as stdin, open(target, "wb") as stdout:
                self.assertEqual(self.call("proxy", stdin=stdin, stdout=stdout).code, 0)
            self.assertTrue(target.read_text().startswith(self.REPLY))
        ours, theirs = socket.socketpair()
        with ours, self.start("proxy", stdin=theirs, stdout=theirs) as proxy:
            theirs.close()
            ours.settimeout(PATIENCE)
            ours.sendall(self.REQUEST)
            ours.shutdown(socket.SHUT_WR)
            self.assertTrue(ours.makefile().read().startswith(self.REPLY))
            self.assertEqual(proxy.finish().code, 0)
        # An input without anything, and an output that keeps nothing.
        self.assertEqual(self.call("proxy", stdout=subprocess.DEVNULL).code, 0)

    def test_a_small_thread_pool_suffices(self):
        for size in "0", "1", "2", "many":
            # The input stays open: reading it takes a thread.
            with self.subTest(size), self.start("proxy", stdin=subprocess.PIPE, UV_THREADPOOL_SIZE=size) as proxy:
                proxy.send(self.REQUEST)
                proxy.wait_for_lines(1)
                proxy.end_input()
                self.assertEqual(proxy.finish().code, 0)
