"""uv-task if the daemon is missing, full or ends, and if the user interrupts: what it says, and how to go on."""

import pathlib
import signal

from commands import CommandTest, clean_environment
from fake_server import UnusedPort
from harness import CLIENT_PROGRAM, Call, wait_until

# Each command, as far as it connects.
COMMANDS = (
    "run echo x", "run echo x --wait", "run echo --each-line", "status 1", "result 1", "result 1 --wait", "wait 1 2",
    "log 1", "log 1 --follow", "cancel 1", "list", "watch --json", "stats", "info",
)


class Failures(CommandTest):
    def test_if_nothing_listens_the_way_to_start_a_daemon_is_named(self):
        with UnusedPort() as port:
            for arguments in COMMANDS:
                self.expect(
                    arguments, server=port, code=6,
                    errors=f"nothing listens on 127.0.0.1:{port}. Start it with: uv-taskd --port {port}")

    def test_a_daemon_that_takes_no_more_connections_refuses_every_command(self):
        words = "the server accepts at most 1 connections at a time"
        line = ('{"error":{"code":"too_many_connections","message":"' + words
                + '","limit":"max-connections","value":1}}\n')
        words += " (--max-connections 1)"
        daemon = self.start_daemon("--max-connections", 1)
        with daemon.connect() as connection:
            connection.ask("info")
            for arguments in COMMANDS:
                output = line if "--json" in arguments else ""
                self.expect(arguments, server=daemon, code=5, output=output, errors=words)
            ran = self.call("--action run --task_name echo", server=daemon)
            self.assertEqual(ran, ("", f"ERROR: failed to start task echo ({words})\n", 6))
            stats = connection.ask("stats")
        self.assertEqual(stats["refused"]["too_many_connections"], len(COMMANDS) + 1)

    def test_if_the_daemon_is_killed_a_wait_says_how_to_go_on(self):
        instance = self.daemon.ask("info")["instance"]
        with self.start("run revers x --wait") as waiting, self.start("watch --json") as watching:
            self.daemon.wait_for_waits(1)
            watching.wait_for_lines(1)
            self.daemon.close()
            ran, watched = waiting.finish(), watching.finish()
        self.assertEqual((ran.output, ran.code), ("", 6))
        self.assertRegex(ran.errors, (
            rf"\Auv-task: the connection to 127\.0\.0\.1:{self.daemon.port} was lost while task 1 was waited for "
            rf"\([^\n]+\)\. If the daemon still runs: uv-task result 1 --wait --instance {instance}\n\Z"))
        self.assertEqual((len(watched.errors.splitlines()), watched.code), (1, 6), watched.errors)

    def test_a_machine_that_is_gone_is_noticed(self):
        # The row of the client's socket: its peer, the state 01 if it is connected, and its timer, as kind and time left.
        # The kind is 02 for a keep-alive. Before the daemon's system has acknowledged the request, it is another one.
        def keep_alive_timer():
            rows = [row.split() for row in pathlib.Path("/proc/net/tcp").read_text("ascii").splitlines()]
            timers = [row[5] for row in rows if row[2] == f"0100007F:{self.daemon.port:04X}" and row[3] == "01"]
            return len(timers) == 1 and timers[0].startswith("02:") and timers[0]

        self.run_task("too_long_echo")
        with self.start("wait 1"):
            self.daemon.wait_for_waits(1)
            timer = wait_until(keep_alive_timer, "the timer that keeps alive")
        # In hundredths of a second.
        self.assertLessEqual(int(timer[3:], 16), 60 * 100)


class Interrupted(CommandTest):
    """Which call goes on is tested in LiveDisplayTests, LogCommandTests and WaitMessageTests."""

    def test_each_signal_has_its_exit_code(self):
        for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
            daemon = self.start_daemon(time_scale=self.time_scale)
            daemon.ask("run", task_name="too_long_echo", data="")
            with self.start("wait 1", server=daemon) as process:
                daemon.wait_for_waits(1)
                process.signal(number)
                self.assertEqual(process.finish(), (
                    "", "uv-task: interrupted; task 1 goes on. To wait for it: uv-task wait 1\n", 128 + number))

    def test_an_ignored_signal_stays_ignored(self):
        self.run_task("too_long_echo")
        environment = clean_environment(UV_TASK_HOST="127.0.0.1", UV_TASK_PORT=self.daemon.port)
        with Call(["sh", "-c", 'trap "" INT; exec "$0" wait 1', CLIENT_PROGRAM], environment) as process:
            self.daemon.wait_for_waits(1)
            process.interrupt()
            self.daemon.ask("cancel", task_id=1)
            self.assertEqual(process.finish(), ("1 error\n", "", 1))
