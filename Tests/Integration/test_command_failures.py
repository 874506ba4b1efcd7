"""uv-task where the daemon is missing, ends or hangs, and where the user interrupts: what it says, and how to go on."""

import os
import re
import shlex
import signal
import subprocess
import time
import unittest

from commands import CommandTest, clean_environment, restarted
from fake_server import FakeServer, UnusedPort, read_lines, read_to_end
from harness import CLIENT_PROGRAM, Call

# Each command, as far as it connects.
COMMANDS = (
    "run echo x", "run echo x --wait", "run echo --each-line", "status 1", "result 1", "result 1 --wait", "wait 1 2",
    "log 1", "log 1 --follow", "cancel 1", "list", "watch --json", "stats", "info",
)


class NoServer(CommandTest):
    def test_nothing_listens(self):
        with UnusedPort() as port:
            for arguments in COMMANDS:
                self.expect(
                    arguments, server=port, code=6,
                    errors=f"nothing listens on 127.0.0.1:{port}. Start it with: uv-taskd --port {port}")

    def test_no_such_host(self):
        for arguments in "run echo x", "stats":
            ran = self.call(arguments, UV_TASK_HOST="no.such.host.invalid")
            self.assertRegex(
                ran.errors, r'\Auv-task: the host "no\.such\.host\.invalid" was not found: [^\n]+\. Check --host\n\Z')
            self.assertEqual((ran.output, ran.code), ("", 6))

    def test_a_foreign_server(self):
        def answer(connection):
            read_lines(connection, 1)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            read_to_end(connection)

        for arguments in COMMANDS:
            with self.subTest(arguments), FakeServer(answer) as server:
                ran = self.call(arguments, server=server)
                self.assertRegex(ran.errors, (
                    rf"\Auv-task: what answers on 127\.0\.0\.1:{server.port} is not uv-taskd: [^\n]+\. "
                    r"Check --host and --port\n\Z") if "wait" not in arguments or arguments.startswith("run") else (
                    r"\Auv-task: the connection to [^\n]* was lost while [^\n]* waited for \(what answers on [^\n]*\n\Z"))
                self.assertEqual((ran.output, ran.code), ("", 6))

    def test_a_server_that_closes(self):
        for arguments in "status 1", "result 1", "list", "stats", "info", "cancel 1", "watch --json":
            with self.subTest(arguments), FakeServer(lambda connection: read_lines(connection, 1)) as server:
                self.expect(arguments, server=server, code=6, errors=(
                    f"the connection to {server.host}:{server.port} was lost (the daemon closed the connection); "
                    "uv-task info shows whether a daemon is there"))

    def test_a_server_that_is_stopped(self):
        # The system still takes connections for it.
        for _ in range(3):
            waiting = self.run_task("revers")
        silence = f"no answer from 127.0.0.1:{self.daemon.port} within 0.1 s; --connect-timeout sets the time"
        os.kill(self.daemon.pid, signal.SIGSTOP)
        try:
            for arguments in COMMANDS:
                with self.subTest(arguments):
                    ran = self.call(f"{arguments} --connect-timeout 100ms", data=b"x\n")
                    self.assertEqual((ran.output, ran.code, len(ran.errors.splitlines())), ("", 6, 1))
                    self.assertIn(silence, ran.errors)
                    if "wait" not in arguments or arguments.startswith("run"):
                        self.assertEqual(ran.errors, f"uv-task: {silence}\n")
            # Who has more patience is served when it goes on.
            with self.start(f"status {waiting}") as patient:
                os.kill(self.daemon.pid, signal.SIGCONT)
                self.assertEqual(patient.finish(), ("waiting\n", "", 0))
        finally:
            os.kill(self.daemon.pid, signal.SIGCONT)

    def test_a_server_that_is_stopped_while_it_is_waited_for(self):
        task_id = self.run_task("revers", "x")
        with self.start(f"result {task_id} --wait --connect-timeout 100ms") as waiting:
            self.daemon.wait_for_waits(1)
            # It has had its first answer when that of a later one is there.
            self.daemon.ask("info")
            os.kill(self.daemon.pid, signal.SIGSTOP)
            try:
                # Longer than its patience with a server that says nothing.
                time.sleep(0.3)
                self.assertTrue(waiting.is_running, waiting.errors)
            finally:
                os.kill(self.daemon.pid, signal.SIGCONT)
            self.daemon.ask("cancel", task_id=task_id)
            self.assertEqual(waiting.finish().code, 1)


class RefusedConnection(CommandTest):
    """What a daemon says that takes no more connections, before it closes one."""

    LINE = ('{"error":{"code":"too_many_connections","message":"the server accepts at most 32 connections at a time",'
            '"limit":"max-connections","value":32}}\n')
    WORDS = "the server accepts at most 32 connections at a time (--max-connections 32)"

    def answer(self, connection):
        read_lines(connection, 1)
        connection.sendall(self.LINE.encode())

    def greet(self, connection):
        """What was asked is not read: closing resets the connection."""
        connection.sendall(self.LINE.encode())

    def test_every_command(self):
        for serve in self.answer, self.greet:
            for arguments in COMMANDS:
                with self.subTest(arguments, serve=serve), FakeServer(serve) as server:
                    output = self.LINE if "--json" in arguments else ""
                    self.expect(arguments, server=server, code=5, output=output, errors=self.WORDS)

    def test_the_reply(self):
        for arguments in COMMANDS:
            with self.subTest(arguments), FakeServer(self.answer) as server:
                arguments = arguments.removesuffix(" --json") + " --json"
                self.expect(arguments, server=server, code=5, output=self.LINE, errors=self.WORDS)

    def test_a_daemon_that_is_full(self):
        daemon = self.start_daemon("--max-connections", 1)
        words = "the server accepts at most 1 connections at a time (--max-connections 1)"
        with daemon.connect() as connection:
            connection.ask("info")
            for arguments in "run echo x", "run echo --each-line", "wait 1 2", "result 1", "list", "info":
                self.expect(arguments, server=daemon, code=5, errors=words)
            ran = self.call("--action run --task_name echo", server=daemon)
            self.assertEqual(ran, ("", f"ERROR: failed to start task echo ({words})\n", 6))
        self.assertEqual(daemon.ask("stats")["refused"]["too_many_connections"], 7)

    def test_data_that_no_socket_holds(self):
        data = b"x" * 16_000_000
        for serve in self.answer, self.greet:
            with self.subTest(serve=serve), FakeServer(serve) as server:
                self.expect("run echo", server=server, code=5, errors=self.WORDS, data=data)

    def test_the_originals_form(self):
        for serve in self.answer, self.greet:
            for arguments, words in (
                ("--action run --task_name echo", "failed to start task echo"),
                ("--action run --task_name echo -w true", "failed to start task echo"),
                ("--action st --data 7", "failed to get task status. Task #7"),
                ("--action res --data 7", "failed to get task result. Task #7"),
            ):
                with self.subTest(arguments, serve=serve), FakeServer(serve) as server:
                    ran = self.call(arguments, server=server)
                    self.assertEqual(ran, ("", f"ERROR: {words} ({self.WORDS})\n", 6))


class SilentConnection(CommandTest):
    def test_a_machine_that_is_gone_is_noticed(self):
        # What Linux tells of sockets: where the client's is connected to, 1 for connected, 2 for a timer that keeps alive.
        self.run_task("too_long_echo")
        with self.start("wait 1"):
            self.daemon.wait_for_waits(1)
            with open("/proc/net/tcp", encoding="ascii") as sockets:
                rows = [row.split() for row in sockets]
        timers = [row[5].split(":") for row in rows if row[2] == f"0100007F:{self.daemon.port:04X}" and row[3] == "01"]
        self.assertEqual([timer for timer, _ in timers], ["02"])
        # In hundredths of a second.
        self.assertLessEqual(int(timers[0][1], 16), 60 * 100)


class Draining(CommandTest):
    time_scale = 0.05

    def test_a_submit_is_refused(self):
        # A daemon that stops takes no more connections: only one that is open is told.
        with self.start("run too_long_echo --each-line", stdin=subprocess.PIPE) as process:
            process.send(b"one\n")
            process.wait_for_lines(1)
            self.daemon.interrupt()
            self.daemon.wait_for_log("^C again to interrupt it")
            process.send(b"two\n")
            self.assertEqual(process.finish(), ("1\n", (
                "uv-task: line 2: the server is shutting down and accepts no more tasks; try again when it runs again; lines before it were submitted\n"
            ), 5))
        self.assertEqual(self.daemon.exit_code(), 0)

    def test_waits_are_answered(self):
        waits = [self.start("run too_long_echo x --wait"), self.start("run too_long_echo y --wait")]
        with waits[0], waits[1]:
            self.daemon.wait_for_waits(2)
            self.daemon.terminate()
            ran = sorted(wait.finish() for wait in waits)
        self.assertEqual([(one.errors, one.code) for one in ran], [
            ("uv-task: task 2 ended in error: the server shut down before the task could start (shut_down)\n", 1), ("", 0)])
        self.assertIn(ran[1].output, ("x", "y"))


class Lost(CommandTest):
    def check_lost(self, arguments, waits, tasks, command):
        with self.start(arguments) as process:
            self.daemon.wait_for_waits(waits)
            self.daemon.close()
            ran = process.finish()
        self.assertEqual((ran.output, ran.code), ("", 6))
        self.assertRegex(ran.errors, (
            rf"\Auv-task: the connection to 127\.0\.0\.1:{self.daemon.port} was lost while {tasks} waited for "
            rf"\([^\n]+\)\. If the daemon still runs: {re.escape(command)}\n\Z"))

    def test_a_killed_daemon_while_run_waits(self):
        instance = self.daemon.ask("info")["instance"]
        self.check_lost(
            "run revers x --wait", 1, "task 1 was", f"uv-task result 1 --wait --instance {instance}")

    def test_a_killed_daemon_while_result_waits(self):
        self.run_task("revers")
        port = self.daemon.port
        self.check_lost(
            f"result 1 --wait --port {port}", 1, "task 1 was", f"uv-task result 1 --wait --port {port}")

    def test_a_killed_daemon_while_wait_waits(self):
        self.run_task("revers")
        self.run_task("revers")
        self.check_lost("wait 2 1", 2, "2 tasks were", "uv-task wait 2 1")

    def test_a_killed_daemon_while_it_is_watched(self):
        with self.start("watch --json") as watching:
            watching.wait_for_lines(1)
            self.daemon.close()
            ran = watching.finish()
        self.assertEqual((len(ran.errors.splitlines()), ran.code), (1, 6), ran.errors)

    def test_a_daemon_that_was_restarted_between_two_submits(self):
        first = self.call("run revers x --json")
        instance = re.search(r'"instance":"(\w+)"', first.output)[1]
        port = self.daemon.port
        self.daemon.close()
        self.daemon = self.start_daemon("--port", port, time_scale=1000)
        self.expect("run revers x", "1\n")
        gone = restarted(1, self.daemon.ask("info")["instance"])
        self.expect(f"result 1 --instance {instance}", errors=gone, code=3)
        self.expect(f"wait 1 --instance {instance}", errors=gone, code=3)
        self.expect("status 1", "execute\n")


class Interrupted(CommandTest):
    time_scale = 0.05

    @property
    def instance(self):
        return self.daemon.ask("info")["instance"]

    def check(self, arguments, waits, sentence, output, number=signal.SIGINT):
        """The command that the sentence ends in gives what the wait would have given."""
        with self.start(arguments) as process:
            self.daemon.wait_for_waits(waits)
            process.signal(number)
            ran = process.finish()
        self.assertEqual(ran, ("", f"uv-task: {sentence}\n", 128 + number))
        self.daemon.wait_for_waits(0)
        program, *words = shlex.split(sentence.rpartition(": ")[2])
        self.assertEqual(program, "uv-task")
        self.expect(words, output)

    def test_run(self):
        self.check(
            "run too_long_echo hello --wait", 1,
            f"interrupted; task 1 goes on. To wait for it: uv-task result 1 --wait --instance {self.instance}", "hello")

    def test_run_by_other_signals(self):
        for task_id, number in enumerate((signal.SIGTERM, signal.SIGHUP), 1):
            self.check(
                "run too_long_echo hello --wait --json", 1,
                f"interrupted; task {task_id} goes on. "
                f"To wait for it: uv-task result {task_id} --wait --instance {self.instance} --json",
                f'{{"task_id":{task_id},"status":"success","data":"hello"}}\n', number)

    def test_result(self):
        self.run_task("too_long_echo", "hello")
        port = self.daemon.port
        self.check(
            f"result 1 --wait --timeout 1h --port {port} --host 127.0.0.1", 1,
            f"interrupted; task 1 goes on. To wait for it: uv-task result 1 --wait --host 127.0.0.1 --port {port}", "hello")

    def test_wait(self):
        self.run_task("too_long_echo", "hello")
        self.check(
            "wait 1", 1, "interrupted; task 1 goes on. To wait for it: uv-task wait 1", "1 success\n")

    def test_wait_for_several(self):
        self.finished("echo", "x")
        self.run_task("too_long_echo")
        self.run_task("echo")
        with self.start("wait 1 2 3") as process:
            process.wait_for_lines(1)
            self.daemon.wait_for_waits(2)
            process.interrupt()
            self.assertEqual(process.finish(), (
                "1 success\n", "uv-task: interrupted; 2 tasks go on. To wait for them: uv-task wait 2 3\n", 130))
        self.expect("wait 2 3", "2 success\n3 success\n")

    def test_an_ignored_signal_stays_ignored(self):
        environment = clean_environment(UV_TASK_HOST="127.0.0.1", UV_TASK_PORT=self.daemon.port)
        script = 'trap "" INT; exec "$0" run too_long_echo hello --wait'
        with Call(["sh", "-c", script, CLIENT_PROGRAM], environment) as process:
            self.daemon.wait_for_waits(1)
            process.interrupt()
            self.assertEqual(process.finish(), ("hello", "", 0))


if __name__ == "__main__":
    unittest.main()
