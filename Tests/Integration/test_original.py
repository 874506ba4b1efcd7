"""The original specification's examples through uv-task, with their real delays, and its way of talking."""

import json
import socket
import time
import unittest

from harness import PATIENCE, Daemon, bound, client, in_parallel


def awaited(task_name, data):
    """Runs one task on a daemon of its own; gives the output and how long it took."""
    with Daemon(time_scale=1) as daemon:
        start = time.monotonic()
        ran = client(daemon, "--action", "run", "--task_name", task_name, "--data", data, "-w", "true")
        return ran, time.monotonic() - start


class SpecificationExamples(unittest.TestCase):
    def test_the_session_of_the_specification(self):
        with Daemon(time_scale=1) as daemon:
            ran = client(
                daemon, "--action", "run", "--task_name", "revers", "--data", "hello", "--waiting_for_data", "true")
            self.assertEqual(ran, ("Result of task [revers]: olleh\nStatus: success\n", "", 0))

            # The example's id is 4.
            for _ in range(2):
                client(daemon, "--action", "run", "--task_name", "echo")

            ran = client(
                daemon, "--action", "run", "--task_name", "revers", "--data", "предложение из нескольких слов")
            self.assertEqual(ran, ("Task [revers] added to the queue. Task id is #4\n", "", 0))

            ran = client(daemon, "--action", "st", "--data", "4")
            self.assertEqual(ran, ("Status of task #4: execute\n", "", 0))

            daemon.wait_for_state(4, "success")
            ran = client(daemon, "--action", "st", "--data", "4")
            self.assertEqual(ran, ("Status of task #4: success\n", "", 0))

            ran = client(daemon, "--action", "res", "--data", "4")
            self.assertEqual(ran, ("Result of task #4: волс хикьлоксен зи еинежолдерп\nStatus: success\n", "", 0))

    def test_the_task_types_and_their_delays(self):
        examples = [
            ("revers", "пример", "ремирп", 2),
            ("reverse", "пример", "ремирп", 2),
            ("permutation", "пример", "рпмире", 5),
            ("permutation", "кот", "окт", 5),
            ("echo", "пример", "пример", 0),
        ]
        outcomes = in_parallel(*(lambda example=example: awaited(*example[:2]) for example in examples))
        for (task_name, data, expected, delay), (ran, elapsed) in zip(examples, outcomes):
            with self.subTest(task_name=task_name, data=data):
                self.assertEqual(ran, (f"Result of task [{task_name}]: {expected}\nStatus: success\n", "", 0))
                self.assertGreaterEqual(elapsed, delay)
                # The processes of five examples share the machine's cores.
                self.assertLess(elapsed, delay + bound(1))


class OriginalPythonClient(unittest.TestCase):
    """It sends one object without a newline, then reads once with a buffer of 1024 bytes."""

    @staticmethod
    def ask(connection, **request):
        connection.sendall(json.dumps(request).encode())
        return json.loads(connection.recv(1024).decode())

    def connect(self, daemon):
        connection = socket.create_connection((daemon.host, daemon.port), timeout=PATIENCE)
        self.addCleanup(connection.close)
        return connection

    def test_a_connection_for_each_request(self):
        with Daemon() as daemon:
            run = self.ask(self.connect(daemon), type="run", task_name="revers", data="предложение из слов")
            self.assertEqual(run, {"task_id": 1})
            daemon.wait_for_state(1, "success")
            status = self.ask(self.connect(daemon), type="status", task_id=1)
            self.assertEqual(status, {"status": "success"})
            result = self.ask(self.connect(daemon), type="get_result", task_id=1)
            self.assertEqual(result, {"status": "success", "data": "волс зи еинежолдерп"})

    def test_the_waiting_form_on_one_connection(self):
        with Daemon(time_scale=0.1) as daemon:
            connection = self.connect(daemon)
            self.assertEqual(self.ask(connection, type="run", task_name="permutation", data="кот"), {"task_id": 1})
            # Held until the end: another answer than the last state would show that it was not.
            self.assertEqual(self.ask(connection, type="status", task_id=1), {"status": "success"})
            self.assertEqual(
                self.ask(connection, type="get_result", task_id=1), {"status": "success", "data": "окт"})


if __name__ == "__main__":
    unittest.main()
