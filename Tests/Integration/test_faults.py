"""System calls of the daemon that fail under load: it lives, serves who was not hit, and runs what it took exactly once.

Not tried are those at which libuv itself ends the process, since it could go on only wrongly: any other failure of
epoll_wait than an interruption, any of epoll_ctl for a descriptor that is read or written, and any of reading or writing the
wake-up descriptor but an interruption, or that it would block. Where a write of it that did nothing would say that, a
task's end would be lost; but the system says it only where a wake-up is already there.
"""

import time
import unittest

from faults import WAKE_UP, Fault, Load, connect_watched
from harness import Daemon, client, get_result, numbered, result, run, state, status, submitted, wait_until
from processes import processor_seconds

# Of the system as a whole, of this process, of the network, of memory: all may last.
LASTING = "EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"


class FaultTest(unittest.TestCase):
    time_scale = 0
    command = ()

    def setUp(self):
        self.daemon = Daemon(time_scale=self.time_scale, command=self.command)
        self.addCleanup(self.daemon.close)

    def fault(self, *arguments, **options):
        return Fault(self.daemon, *arguments, **options)

    def check_all_is_well(self, submitted_tasks=None):
        """Without faults everything works, and every task ran once."""
        with self.daemon.connect() as connection:
            task = connection.ask("run", task_name="revers", data="abc")
            self.assertEqual(
                connection.ask("get_result", task_id=task["task_id"], wait=True), {"status": "success", "data": "cba"})
            counts = connection.ask("stats")
        if submitted_tasks is not None:
            self.assertEqual(counts["submitted"], submitted_tasks + 1)
        self.assertEqual(counts["succeeded"], counts["submitted"])
        self.assertEqual((counts["waiting"], counts["running"], counts["failed"], counts["waits"]), (0, 0, 0, 0))
        self.daemon.check_health()

    def check_is_gone(self, connection):
        try:
            connection.expect_end()
        except ConnectionResetError:
            # So it is where the daemon has not read all.
            pass


class Accepting(FaultTest):
    def test_a_failure_that_lasts(self):
        for error in LASTING:
            with self.subTest(error), Load(self.daemon, clients=1) as load:
                load.wait_for_more(1)
                with self.fault("accept4", error, "1+") as fault:
                    fault.load = load
                    waiting = [self.daemon.connect() for _ in range(5)]
                    wait_until(lambda: fault.count, "a failure")
                    load.wait_for_more(10)
                    wait_until(lambda: fault.count >= 4, "it is tried again")
                for number, connection in enumerate(waiting):
                    with connection:
                        self.assertEqual(connection.ask("list", before=1), {"tasks": []}, number)
        self.check_all_is_well()

    def test_it_costs_next_to_nothing(self):
        with self.fault("accept4", "EMFILE", "1+") as fault:
            waiting = [self.daemon.connect() for _ in range(5)]
            wait_until(lambda: fault.count, "a failure")
            used, began = processor_seconds(self.daemon.pid), time.monotonic()
            # Not a wait for anything: the time in which it is to do nothing.
            time.sleep(1)
            used, passed = processor_seconds(self.daemon.pid) - used, time.monotonic() - began
            # At most ten a second, and one more.
            self.assertLessEqual(fault.count, 10 * passed + 2)
            # The clock that counts it ticks a hundred times a second.
            self.assertLessEqual(used, 0.05 * passed + 0.03)
        for connection in waiting:
            with connection:
                connection.ask("info")
        self.check_all_is_well(0)

    def test_a_failure_of_one_connection(self):
        for error in "EINTR", "ECONNABORTED", "EPROTO", "ENETDOWN":
            with self.subTest(error):
                with self.fault("accept4", error) as fault, Load(self.daemon) as load:
                    for _ in range(20):
                        self.daemon.ask("info")
                    load.wait_for_more(1)
                self.assertGreaterEqual(fault.count, 10)
        self.assertNotIn("cannot accept", self.daemon.log)
        self.check_all_is_well()

    def test_options_that_cannot_be_set(self):
        with self.fault("setsockopt", "ENOBUFS", "1+") as fault:
            for _ in range(5):
                self.daemon.ask("info")
        self.assertGreaterEqual(fault.count, 5)
        self.check_all_is_well(0)


class Interrupted(FaultTest):
    """Calls that are to be made again, and that others were served by meanwhile."""

    def check_nobody_notices(self, calls, error, **options):
        with self.subTest(f"{calls}: {error}"):
            with self.fault(calls, error, **options) as fault, Load(self.daemon) as load:
                load.wait_for_more(20)
            self.assertGreaterEqual(fault.count, 20)
            self.check_all_is_well()

    def test_reading(self):
        self.check_nobody_notices("read", "EINTR")

    def test_writing(self):
        self.check_nobody_notices("write,writev,sendmsg", "EINTR")

    def test_waiting_for_events(self):
        self.check_nobody_notices("epoll_wait,epoll_pwait", "EINTR")

    def test_the_wake_up(self):
        for calls, error in ("read", "EINTR"), ("read", "EAGAIN"), ("write", "EINTR"):
            self.check_nobody_notices(calls, error, on=WAKE_UP)

    def test_a_system_without_memory_for_what_is_sent(self):
        # libuv takes it for a full socket, and tries again.
        connection, socket = connect_watched(self.daemon)
        with connection, Load(self.daemon) as load:
            with self.fault("write,writev,sendmsg", "ENOBUFS", on=socket) as fault:
                fault.load = load
                for number in range(20):
                    self.assertEqual(connection.ask("list", before=1), {"tasks": []}, number)
                load.wait_for_more(1)
            self.assertGreaterEqual(fault.count, 20)
        self.check_all_is_well()


class Timers(FaultTest):
    time_scale = 0.1

    def test_interruptions_shorten_and_lengthen_no_delay(self):
        with self.daemon.connect() as connection, self.fault("epoll_wait,epoll_pwait", "EINTR") as fault:
            began = time.monotonic()
            connection.send(numbered(1, "run", task_name="permutation", data="ab"))
            self.assertEqual(connection.reply_to(1)["task_id"], 1)
            connection.send(numbered(2, "status", task_id=1, wait=True, timeout_ms=200))
            self.assertTrue(connection.reply_to(2)["timed_out"])
            self.assertGreaterEqual(time.monotonic() - began, 0.2)
            self.assertEqual(connection.ask("get_result", task_id=1)["status"], "execute")
            connection.send(numbered(4, "get_result", task_id=1, wait=True))
            self.assertEqual(connection.reply_to(4), {"status": "success", "data": "ba"})
            self.assertGreaterEqual(time.monotonic() - began, 0.5)
        self.assertGreaterEqual(fault.count, 3)


class Broken(FaultTest):
    """Failures that end the connection that they hit, and nothing else."""

    def check_one_is_lost(self, calls, error):
        with self.subTest(f"{calls}: {error}"):
            connection, socket = connect_watched(self.daemon)
            with connection, self.daemon.connect() as other, Load(self.daemon, clients=2) as load:
                task_id = connection.ask("run", task_name="echo", data="kept")["task_id"]
                connection.ask("get_result", task_id=task_id, wait=True)
                with self.fault(calls, error, "1+", on=socket) as fault:
                    fault.load = load
                    connection.send(numbered(5, "run", task_name="echo", data="after"))
                    self.check_is_gone(connection)
                    load.wait_for_more(10)
                self.assertEqual(fault.count, 1, "nothing more is done with it")
                other.send(get_result(task_id))
                other.expect(result("success", "kept"))

    def test_reading(self):
        for error in "ECONNRESET", "ENOMEM", "ETIMEDOUT", "EIO":
            self.check_one_is_lost("read", error)
        self.check_all_is_well()

    def test_writing(self):
        for error in "EPIPE", "ECONNRESET", "ENOMEM", "ETIMEDOUT":
            self.check_one_is_lost("write,writev,sendmsg", error)
        self.check_all_is_well()


class BrokenWaits(FaultTest):
    time_scale = 0.1

    def test_a_waiter_that_cannot_be_told(self):
        connection, socket = connect_watched(self.daemon)
        with connection, self.daemon.connect() as other:
            with self.fault("write,writev,sendmsg", "EPIPE", "2+", on=socket) as fault:
                connection.send(numbered(1, "run", task_name="permutation", data="ab"))
                self.assertEqual(connection.reply_to(1)["task_id"], 1)
                connection.send(numbered(2, "get_result", task_id=1, wait=True))
                other.send(numbered(1, "get_result", task_id=1, wait=True), run("echo", "next"))
                other.expect(submitted(2))
                self.assertEqual(other.reply_to(1), {"status": "success", "data": "ba"})
                self.check_is_gone(connection)
            self.assertEqual(fault.count, 1)
            other.send(status(2))
            other.expect(state("success"))
        self.check_all_is_well(2)


class SmallPool(FaultTest):
    """libuv's thread pool has one thread: the one that a task runs on."""

    time_scale = 0.1
    command = "env", "UV_THREADPOOL_SIZE=1"

    def test_tasks_are_run_waited_for_and_cancelled(self):
        with self.daemon.connect() as connection:
            connection.ask("run", task_name="too_long_echo", data="a")
            connection.ask("run", task_name="revers", data="ab")
            connection.send(numbered(3, "get_result", task_id=2, wait=True))
            self.assertEqual(self.daemon.ask("cancel", task_id=1)["failure"]["code"], "cancelled")
            self.assertEqual(connection.reply_to(3), {"status": "success", "data": "ba"})
        with Load(self.daemon) as load:
            load.wait_for_more(20)
        self.daemon.terminate()
        self.assertEqual(self.daemon.exit_code(), 0)

    def test_uv_task(self):
        ran = client(self.daemon, "run", "revers", "abc", "--wait", command=self.command)
        self.assertEqual(ran, ("cba", "", 0))


if __name__ == "__main__":
    unittest.main()
