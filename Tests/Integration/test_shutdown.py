"""Signals to the daemon: its exit codes, its port, its log, and what clients print. What a shutdown does to tasks and
connections is tested in ShutdownTests."""

import os
import signal

from harness import ClientProcess, Daemon, get_result, result, run, state, status, submitted
from task_types import TaskTypeTest

FOR_EVER = 1000  # a --time-scale


class ShutdownTest(TaskTypeTest):
    def check_end(self, daemon, code=0):
        self.assertEqual(daemon.exit_code(), code, daemon.log)
        self.assertTrue(daemon.log.endswith(" stopped\n"), daemon.log)
        self.assertFalse(daemon.port_file.exists())


class Idle(ShutdownTest):
    def test_every_signal_ends_it_and_closes_its_connections(self):
        for name in "interrupt", "terminate", "hang_up":
            with self.subTest(name), Daemon() as daemon, daemon.connect() as silent, daemon.connect() as served:
                served.send(run("echo", "a"), status(1))
                served.expect(submitted(1), state("success"))
                getattr(daemon, name)()
                silent.expect_end()
                served.expect_end()
                self.check_end(daemon)

    def test_a_signal_may_come_as_soon_as_the_port_is_known_and_another_close_behind(self):
        for signals in 1, 2:
            for _ in range(10):
                with Daemon() as daemon:
                    for _ in range(signals):
                        daemon.terminate()
                    self.check_end(daemon)

    def test_a_terminal_that_closes_is_ignored_under_nohup(self):
        ignoring = "sh", "-c", "trap '' HUP; exec \"$@\"", "sh"
        with Daemon(command=ignoring) as daemon, daemon.connect() as connection:
            with open(f"/proc/{daemon.pid}/status", encoding="ascii") as file:
                ignored = next(int(line.split()[1], 16) for line in file if line.startswith("SigIgn:"))
            self.assertTrue(ignored & 1 << signal.SIGHUP - 1, "it handles the signal")
            daemon.hang_up()
            connection.send(run("revers", "ab"), status(1), get_result(1))
            connection.expect(submitted(1), state("success"), result("success", "ba"))
            daemon.interrupt()
            self.check_end(daemon)

    def test_the_port_is_free_again(self):
        with Daemon() as daemon:
            # A connection that the daemon ends leaves its port in TIME_WAIT.
            with daemon.connect() as connection:
                connection.send("garbage")
                connection.expect_end()
            daemon.terminate()
            self.check_end(daemon)
            with Daemon("--port", str(daemon.port)) as successor:
                self.assertEqual(successor.port, daemon.port)


class Draining(ShutdownTest):
    def test_the_running_task_is_finished_and_clients_print_its_result(self):
        gate = self.folder / "gate"
        os.mkfifo(gate)
        daemon = self.serve({"held": ["cat", str(gate)]}, "--log-level", "debug", "--drain-timeout", "1h")
        arguments = "-a", "run", "-d", "hello", "-w", "true", "-n"
        with ClientProcess(daemon, *arguments, "held") as waiting:
            daemon.wait_for_waits(1)
            with ClientProcess(daemon, *arguments, "revers") as dropped:
                daemon.wait_for_log("task 2 from")
                daemon.interrupt()
                daemon.wait_for_log("^C again to interrupt it")
                self.assertRegex(daemon.log, r"1 waiting task dropped\n.*finishing task 1; \^C again to interrupt it\n")
                self.assertEqual(dropped.finish(), ("Result of task [revers]: None\nStatus: error\n", "", 1))
            gate.write_text("done")
            self.assertEqual(waiting.finish(), ("Result of task [held]: done\nStatus: success\n", "", 0))
        self.check_end(daemon)

    def test_a_second_signal_interrupts_it_and_is_the_exit_code(self):
        for name, code in ("interrupt", 130), ("terminate", 143):
            with self.subTest(name), Daemon("--drain-timeout", "1h", time_scale=FOR_EVER) as daemon, \
                    daemon.connect() as connection:
                connection.submit("too_long_echo", "never")
                daemon.interrupt()
                daemon.wait_for_log("^C again to interrupt it")
                self.assertRegex(daemon.log, r"finishing task 1, about \d+ \w+; \^C again")
                getattr(daemon, name)()
                self.assertEqual(daemon.exit_code(), code, daemon.log)
                self.assertIn("stopping at once: task 1 is interrupted\n", daemon.log)
