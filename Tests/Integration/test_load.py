"""What idle, greedy and many connections cost the daemon, as the system tells in /proc."""

import concurrent.futures
import contextlib
import pathlib
import time
import unittest

from harness import TIMING, Daemon, bound, get_result, numbered, run, state, status, submitted


def thread_counters(pid):
    """By thread: how often it gave up the processor, and the time that it used."""
    counters = {}
    for thread in pathlib.Path(f"/proc/{pid}/task").iterdir():
        lines = (thread / "status").read_text().splitlines()
        switches = [line for line in lines if "ctxt_switches" in line]
        # After the command's name, which may contain spaces; then the 12th and 13th: user and system time.
        fields = (thread / "stat").read_text().rsplit(")", 1)[1].split()
        counters[thread.name] = (*switches, *fields[11:13])
    return counters


def resident_bytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


class Idle(unittest.TestCase):
    def test_an_idle_daemon_does_nothing_at_all(self):
        with Daemon() as daemon:
            connections = [daemon.connect() for _ in range(100)]
            for connection in connections:
                self.addCleanup(connection.close)
            connections[0].send(run("echo"), status(1))
            connections[0].expect(submitted(1), state("success"))
            # Accepted in the order of their coming, so all are accepted when the last one is answered.
            connections[-1].send(status(1))
            connections[-1].expect(state("success"))
            self.check_it_does_nothing(daemon, 3)
            for connection in connections:
                connection.send(status(1))
                connection.expect(state("success"))

    def test_waits_that_are_held_cost_nothing(self):
        with Daemon(time_scale=1000) as daemon, daemon.connect() as connection:
            connection.submit("revers", "")
            waiting = [daemon.connect() for _ in range(10)]
            for other in waiting:
                self.addCleanup(other.close)
                other.send(*(numbered(seq, "status", task_id=1, wait=True) for seq in range(8)))
                # A time-out that is far away wakes nobody either.
                other.send(*(numbered(seq, "status", task_id=1, wait=True, timeout_ms=1 << 40) for seq in range(2)))
            daemon.wait_for_waits(100)
            self.check_it_does_nothing(daemon, 2)
            self.assertEqual(connection.ask("stats")["waits"], 100)

    def check_it_does_nothing(self, daemon, seconds):
        # Its counters stand still once it is back from the last answer.
        before = None
        while before != thread_counters(daemon.pid):
            before = thread_counters(daemon.pid)
            time.sleep(0.05)
        time.sleep(seconds)
        after = thread_counters(daemon.pid)
        if TIMING:
            # Every system call that waits is a switch.
            self.assertEqual(after, before)


class GreedyClients(unittest.TestCase):
    """They ask for large results again and again, and read none."""

    SIZE = 1_000_000

    def test_they_cost_no_memory_and_disturb_nobody(self):
        with Daemon() as daemon, daemon.connect() as good:
            good.send(run("echo", "x" * self.SIZE), run("echo", "small"), status(2))
            good.expect(submitted(1), submitted(2), state("success"))
            before = resident_bytes(daemon.pid)

            greedy = [daemon.connect() for _ in range(5)]
            for connection in greedy:
                self.addCleanup(connection.close)
                self.ask_until_blocked(connection)
            longest = 0.0
            for _ in range(100):
                start = time.monotonic()
                good.send(get_result(2))
                good.expect('{"status":"success","data":"small"}')
                longest = max(longest, time.monotonic() - start)

            self.assertLess(longest, bound(0.25))
            # They have asked for far more than even the wide bound.
            self.assertLess(resident_bytes(daemon.pid) - before, bound(20_000_000, 500_000_000))
            for connection in greedy:
                connection.expect('{"status":"success","data":"' + "x" * self.SIZE + '"}')

    def ask_until_blocked(self, connection):
        requests = (get_result(1) + "\n").encode() * 1000
        connection.socket.setblocking(False)
        sent = 0
        blocked_since = None
        # The daemon's reads empty the buffers now and then: full is what stays full.
        while blocked_since is None or time.monotonic() < blocked_since + 0.1:
            try:
                sent += connection.socket.send(requests[sent % len(requests):])
                blocked_since = None
            except BlockingIOError:
                blocked_since = blocked_since or time.monotonic()
                time.sleep(0.005)
            self.assertLess(sent, 100_000_000, "the daemon takes requests without end")
        connection.socket.settimeout(30)
        self.assertGreater(sent // len(get_result(1)), 1000)


class Pipelines(unittest.TestCase):
    def test_one_does_not_keep_the_daemon_to_itself(self):
        count, size = 1600, 500_000
        with Daemon() as daemon, daemon.connect() as greedy, daemon.connect() as other:
            greedy.send(run("echo", "x" * size), status(1))
            greedy.expect(submitted(1), state("success"))
            other.send(status(1))
            other.expect(state("success"))

            def read_everything():
                left = count * (size + len('{"status":"success","data":""}\n'))
                buffer = bytearray(1 << 20)
                while left:
                    left -= greedy.socket.recv_into(buffer)

            def ask_meanwhile():
                longest = 0.0
                while not reader.done():
                    start = time.monotonic()
                    other.send(status(1))
                    other.expect(state("success"))
                    longest = max(longest, time.monotonic() - start)
                return longest

            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                reader = pool.submit(read_everything)
                greedy.send(*[get_result(1)] * count)
                longest = ask_meanwhile()
                reader.result()
            # All of it in one go takes a second.
            self.assertLess(longest, bound(0.2))

    def test_the_answers_to_many_waits_do_neither(self):
        share, count = 1000, 100 if TIMING else 10
        with Daemon(time_scale=1000) as daemon, daemon.connect() as other, contextlib.ExitStack() as stack:
            other.submit("revers", "")
            waiting = [stack.enter_context(daemon.connect()) for _ in range(count)]
            for connection in waiting:
                connection.send(*(numbered(seq, "get_result", task_id=1, wait=True) for seq in range(share)))
            daemon.wait_for_waits(count * share)

            def ask_meanwhile():
                longest = 0.0
                while not reader.done():
                    start = time.monotonic()
                    other.ask("status", task_id=1)
                    longest = max(longest, time.monotonic() - start)
                return longest

            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                reader = pool.submit(lambda: [connection.skip_lines(share) for connection in waiting])
                daemon.ask("cancel", task_id=1)
                longest = ask_meanwhile()
                reader.result()
            # With a write for each it takes half a second.
            self.assertLess(longest, bound(0.2))


if __name__ == "__main__":
    unittest.main()
