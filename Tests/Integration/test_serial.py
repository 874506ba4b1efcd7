"""One task at a time, whoever asks."""

import time
import unittest

from harness import PATIENCE, Daemon, bound, client, get_result, in_parallel, result, run, state, status


class SerialExecution(unittest.TestCase):
    def test_four_tasks_from_four_connections_take_the_sum_of_their_delays(self):
        with Daemon(time_scale=1) as daemon:
            submitters = [daemon.connect() for _ in range(4)]
            for submitter in submitters:
                self.addCleanup(submitter.close)

            start = time.monotonic()
            for submitter in submitters:
                submitter.send(run("revers", "hello"))
            ids = [submitter.receive()["task_id"] for submitter in submitters]
            self.assertEqual(sorted(ids), [1, 2, 3, 4])
            for submitter, task_id in zip(submitters, ids):
                submitter.send(status(task_id), get_result(task_id))

            polls, elapsed = self.poll_until_success(daemon, start)
            for submitter in submitters:
                submitter.expect(state("success"), result("success", "olleh"))

            self.assertGreaterEqual(elapsed, 8.0)
            self.assertLess(elapsed, bound(8.2))
            for states in polls:
                self.assertLessEqual(states.count("execute"), 1, states)
            for index in range(4):
                seen = self.without_repetitions(states[index] for states in polls)
                if index == 0 and seen[0] == "execute":
                    seen.insert(0, "waiting")
                self.assertEqual(seen, ["waiting", "execute", "success"], f"task {index + 1}")

    @staticmethod
    def poll_until_success(daemon, start):
        """Asks for the state of all four every 10 ms."""
        polls = []
        with daemon.connect() as watcher:
            while not polls or set(polls[-1]) != {"success"}:
                # In one send, which the daemon reads as one: a look at one moment.
                watcher.send(*(status(task_id) for task_id in range(1, 5)))
                polls.append([watcher.receive()["status"] for _ in range(4)])
                elapsed = time.monotonic() - start
                if elapsed > PATIENCE:
                    raise AssertionError(f"four tasks not done after {elapsed} s: {polls[-1]}")
                time.sleep(0.01)
        return polls, elapsed

    @staticmethod
    def without_repetitions(states):
        seen = []
        for name in states:
            if not seen or seen[-1] != name:
                seen.append(name)
        return seen

    def test_tasks_run_in_the_order_in_which_they_were_submitted(self):
        with Daemon(time_scale=0.05) as daemon, daemon.connect() as first, daemon.connect() as second:
            self.assertEqual(first.submit("permutation", "кот"), 1)
            self.assertEqual(second.submit("revers", "a"), 2)
            self.assertEqual(first.submit("echo", "b"), 3)
            with daemon.connect() as watcher:
                watcher.send(status(3), status(2), status(1))
                watcher.expect(state("waiting"), state("waiting"), state("execute"))
            first.send(status(3))
            first.expect(state("success"))
            # 3 is done, so 1 and 2 must be.
            first.send(status(2), get_result(1))
            first.expect(state("success"), result("success", "окт"))


class ManyClients(unittest.TestCase):
    def test_two_waiting_clients_at_once_get_their_own_results(self):
        with Daemon(time_scale=0.1) as daemon:

            def waiting(task_name, data):
                return lambda: client(daemon, "-a", "run", "-n", task_name, "-d", data, "-w", "true")

            first, second = in_parallel(waiting("revers", "пример"), waiting("permutation", "пример"))
            self.assertEqual(first, ("Result of task [revers]: ремирп\nStatus: success\n", "", 0))
            self.assertEqual(second, ("Result of task [permutation]: рпмире\nStatus: success\n", "", 0))

    def test_a_result_is_given_three_times_to_each_of_two_clients(self):
        with Daemon() as daemon:
            ran = client(daemon, "-a", "run", "-n", "revers", "-d", "hello", "-w", "true")
            self.assertEqual(ran.code, 0)
            with daemon.connect() as one, daemon.connect() as other:
                for _ in range(3):
                    for connection in one, other:
                        connection.send(get_result(1))
                        connection.expect(result("success", "olleh"))
            for _ in range(3):
                ran = client(daemon, "-a", "res", "-d", "1")
                self.assertEqual(ran, ("Result of task #1: olleh\nStatus: success\n", "", 0))

    def test_fifty_connections_at_once_get_fifty_different_tasks(self):
        with Daemon() as daemon:
            connections = [daemon.connect() for _ in range(50)]
            for connection in connections:
                self.addCleanup(connection.close)
            for number, connection in enumerate(connections):
                connection.send(run("revers", f"<{number}"))
            ids = [connection.receive()["task_id"] for connection in connections]
            self.assertEqual(sorted(ids), list(range(1, 51)))
            for number, (connection, task_id) in enumerate(zip(connections, ids)):
                connection.send(status(task_id), get_result(task_id))
                connection.expect(state("success"), result("success", f"{number}"[::-1] + "<"))


if __name__ == "__main__":
    unittest.main()
