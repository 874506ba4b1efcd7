"""What idle and many connections cost the daemon, as the system tells in /proc; greedy ones are in test_hostile."""

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
