"""^C, SIGTERM, a second signal, --drain-timeout: how the daemon ends."""

import time
import unittest

from harness import (
    DAEMON_PROGRAM, ClientProcess, Daemon, bound, client, get_result, program, result, run, state, status, submitted,
)


class Idle(unittest.TestCase):
    def check_quick_end(self, daemon, end):
        start = time.monotonic()
        end()
        self.assertEqual(daemon.exit_code(), 0, daemon.log)
        self.assertLess(time.monotonic() - start, bound(0.5))
        self.assertFalse(daemon.port_file.exists())

    def test_every_signal_ends_it_at_once(self):
        for name in "interrupt", "terminate", "hang_up":
            with self.subTest(name), Daemon() as daemon:
                self.check_quick_end(daemon, getattr(daemon, name))

    def test_a_signal_may_come_as_soon_as_the_port_is_known(self):
        for _ in range(20):
            with Daemon() as daemon:
                self.check_quick_end(daemon, daemon.terminate)

    def test_a_second_signal_close_behind_changes_nothing(self):
        for _ in range(20):
            with Daemon() as daemon:
                daemon.terminate()
                self.check_quick_end(daemon, daemon.terminate)

    def test_a_terminal_that_closes_is_ignored_under_nohup(self):
        ignoring = "sh", "-c", "trap '' HUP; exec \"$@\"", "sh"
        with Daemon(command=ignoring, time_scale=0.1) as daemon, daemon.connect() as connection:
            daemon.hang_up()
            connection.send(run("revers", "ab"), status(1), get_result(1))
            connection.expect(submitted(1), state("success"), result("success", "ba"))
            self.check_quick_end(daemon, daemon.interrupt)

    def test_idle_connections_are_closed(self):
        with Daemon() as daemon, daemon.connect() as silent, daemon.connect() as served:
            served.send(run("echo", "a"), status(1))
            served.expect(submitted(1), state("success"))
            self.check_quick_end(daemon, daemon.terminate)
            silent.expect_end()
            served.expect_end()

    def test_the_port_is_free_again(self):
        with Daemon() as daemon:
            # A connection that the daemon ends leaves its port in TIME_WAIT.
            with daemon.connect() as connection:
                connection.send("garbage")
                connection.expect_end()
            daemon.terminate()
            self.assertEqual(daemon.exit_code(), 0)
            with Daemon("--port", str(daemon.port)) as successor:
                self.assertEqual(successor.port, daemon.port)


class Draining(unittest.TestCase):
    """Of the tests' tasks too_long_echo runs 2 s, unless another --time-scale is given."""

    @staticmethod
    def interrupt(daemon):
        daemon.interrupt()
        daemon.wait_for_log("^C again to interrupt it")

    def test_the_running_task_is_finished_and_everyone_who_waits_is_answered(self):
        with Daemon(time_scale=0.1) as daemon, daemon.connect() as first, daemon.connect() as second:
            first.send(run("too_long_echo", "done"))
            first.expect(submitted(1))
            second.send(run("echo", "dropped"), run("echo", "dropped too"))
            second.expect(submitted(2), submitted(3))
            first.send(status(1))
            second.send(status(2))
            # Both are read by then: a later connection has been answered.
            self.assertEqual(daemon.state_of(1), "execute")

            self.interrupt(daemon)
            self.assertRegex(daemon.log, r"finishing task 1, about [12] s; \^C again to interrupt it\n")
            self.assertRegex(daemon.log, r"2 waiting tasks? dropped")
            second.expect('{"status":"error"}')
            # An existing connection is still answered.
            second.send(status(1))
            second.expect(state("execute"))

            first.expect(state("success"))
            first.send(get_result(1))
            first.expect(result("success", "done"))
            first.close()
            second.expect_end()
            self.assertEqual(daemon.exit_code(), 0, daemon.log)
            self.assertFalse(daemon.port_file.exists())

    def test_a_result_asked_for_in_advance_is_given(self):
        with Daemon(time_scale=0.05) as daemon, daemon.connect() as connection:
            connection.send(run("too_long_echo", "done"), status(1), get_result(1))
            connection.expect(submitted(1))
            self.assertEqual(daemon.state_of(1), "execute")
            daemon.terminate()
            connection.expect(state("success"), result("success", "done"))
            connection.expect_end()
            self.assertEqual(daemon.exit_code(), 0, daemon.log)

    def test_a_large_result_arrives_whole(self):
        text = "x" * 1_000_000
        with Daemon(time_scale=0.05) as daemon, daemon.connect() as connection:
            connection.send(run("too_long_echo", text), status(1), get_result(1))
            connection.expect(submitted(1))
            self.interrupt(daemon)
            connection.expect(state("success"), result("success", text))
            connection.expect_end()
            self.assertEqual(daemon.exit_code(), 0, daemon.log)

    def test_a_client_program_that_waits_for_the_running_task_prints_its_result(self):
        with Daemon("--log-level", "debug", time_scale=0.1) as daemon:
            arguments = ("-a", "run", "-n", "too_long_echo", "-d", "hello", "-w", "true")
            with ClientProcess(daemon, *arguments) as waiting:
                daemon.wait_for_log("task 1 from")
                self.interrupt(daemon)
                ran = waiting.finish()
            self.assertEqual(ran, ("Result of task [too_long_echo]: hello\nStatus: success\n", "", 0))
            self.assertEqual(daemon.exit_code(), 0, daemon.log)

    def test_a_client_program_that_waits_for_a_task_in_the_queue_prints_an_error(self):
        with Daemon("--log-level", "debug", time_scale=0.1) as daemon, daemon.connect() as connection:
            connection.send(run("too_long_echo"))
            connection.expect(submitted(1))
            with ClientProcess(daemon, "-a", "run", "-n", "revers", "-d", "hello", "-w", "true") as waiting:
                daemon.wait_for_log("task 2 from")
                self.interrupt(daemon)
                ran = waiting.finish()
            self.assertEqual(ran, ("Result of task [revers]: None\nStatus: error\n", "", 1))
            self.assertEqual(daemon.exit_code(), 0, daemon.log)

    def test_no_task_is_taken_any_more_and_the_port_stays_taken(self):
        with Daemon(time_scale=0.1) as daemon, daemon.connect() as waiting, daemon.connect() as late:
            waiting.send(run("too_long_echo", "done"), status(1), get_result(1))
            waiting.expect(submitted(1))
            self.interrupt(daemon)
            late.send(run("echo"))
            late.expect_end()
            # Another daemon would run a task beside this one's.
            second = program(DAEMON_PROGRAM, "--host", daemon.host, "--port", str(daemon.port))
            self.assertEqual((second.output, second.code), ("", 1))
            self.assertIn("is in use", second.errors)
            ran = client(daemon, "run", "echo", "x")
            self.assertEqual(ran, ("", "uv-task: the server is shutting down and accepts no more tasks; try again when it runs again\n", 5))
            with daemon.connect() as new:
                new.send(get_result(1))
                new.expect(result("execute", None))
            # The task still runs: neither was due to its end.
            self.assertTrue(daemon.is_running)
            waiting.expect(state("success"), result("success", "done"))
            self.assertEqual(daemon.exit_code(), 0, daemon.log)

    def test_the_drain_timeout_cuts_the_running_task_off(self):
        with Daemon("--drain-timeout", "0.3", time_scale=1) as daemon, daemon.connect() as connection:
            connection.send(run("too_long_echo", "never"), status(1), get_result(1))
            connection.expect(submitted(1))
            start = time.monotonic()
            self.interrupt(daemon)
            connection.expect('{"status":"error"}', '{"status":"error","data":null}')
            elapsed = time.monotonic() - start
            connection.expect_end()
            self.assertEqual(daemon.exit_code(), 0, daemon.log)
            self.assertGreaterEqual(elapsed, 0.29)
            self.assertLess(elapsed, bound(0.6, 15))

    def test_a_second_signal_leaves_at_once(self):
        for name, code in ("interrupt", 130), ("terminate", 143):
            with self.subTest(name), Daemon(time_scale=1) as daemon, daemon.connect() as connection:
                connection.send(run("too_long_echo", "never"), status(1))
                connection.expect(submitted(1))
                self.interrupt(daemon)
                start = time.monotonic()
                getattr(daemon, name)()
                self.assertEqual(daemon.exit_code(), code, daemon.log)
                self.assertLess(time.monotonic() - start, bound(0.5, 15))
                self.assertFalse(daemon.port_file.exists())

    def test_a_client_that_does_not_read_cannot_keep_it(self):
        with Daemon() as daemon, daemon.connect() as greedy:
            greedy.send(run("echo", "x" * 1_000_000), status(1))
            greedy.expect(submitted(1), state("success"))
            greedy.send(*[get_result(1)] * 1000)
            # Answered only if the daemon is not stuck in writing to the first one.
            self.assertEqual(daemon.state_of(1), "success")
            daemon.terminate()
            start = time.monotonic()
            self.assertEqual(daemon.exit_code(), 0, daemon.log)
            self.assertLess(time.monotonic() - start, bound(5))


if __name__ == "__main__":
    unittest.main()
