"""The specification's examples, line by line, and the legacy program's way of talking."""

import json
import socket
import unittest

from harness import PATIENCE, Daemon, client


class SpecificationExamples(unittest.TestCase):
    def check(self, daemon, arguments, output, code=0):
        self.assertEqual(client(daemon, *arguments), (output, "", code))

    def run_task(self, daemon, name, data, *options):
        return client(daemon, "--action", "run", "--task_name", name, "--data", data, *options)

    def test_the_session(self):
        data = "предложение из нескольких слов"
        with Daemon() as daemon:
            self.check(daemon, [
                "--action", "run", "--task_name", "revers", "--data", "hello", "--waiting_for_data", "true",
            ], "Result of task [revers]: olleh\nStatus: success\n")
            # The example's id is 4.
            self.run_task(daemon, "echo", "")
            self.run_task(daemon, "echo", "")
            run = ["--action", "run", "--task_name", "revers", "--data", data]
            self.check(daemon, run, "Task [revers] added to the queue. Task id is #4\n")
            daemon.wait_for_state(4, "success")
            self.check(daemon, ["--action", "st", "--data", "4"], "Status of task #4: success\n")
            self.check(
                daemon, ["--action", "res", "--data", "4"],
                "Result of task #4: волс хикьлоксен зи еинежолдерп\nStatus: success\n")

    def test_a_task_that_runs(self):
        with Daemon(time_scale=1000) as daemon:
            self.run_task(daemon, "revers", "hello")
            self.check(daemon, ["--action", "st", "--data", "1"], "Status of task #1: execute\n")
            self.check(daemon, ["--action", "res", "--data", "1"], "Result of task #1: None\nStatus: execute\n", 2)

    def test_the_task_types(self):
        with Daemon() as daemon:
            for name, data, result in (
                ("revers", "пример", "ремирп"), ("reverse", "пример", "ремирп"), ("permutation", "пример", "рпмире"),
                ("permutation", "кот", "окт"), ("echo", "пример", "пример"), ("too_long_echo", "пример", "пример"),
                ("echo", "-5", "-5"), ("echo", "--", "--"),
            ):
                ran = self.run_task(daemon, name, data, "-w", "true")
                self.assertEqual(ran, (f"Result of task [{name}]: {result}\nStatus: success\n", "", 0))


class LegacyPythonClient(unittest.TestCase):
    """It sends one object without a newline, then reads once with a buffer of 1024 bytes."""

    def connect(self, daemon):
        connection = socket.create_connection((daemon.host, daemon.port), timeout=PATIENCE)
        self.addCleanup(connection.close)
        return connection

    def check(self, connection, reply, **request):
        connection.sendall(json.dumps(request).encode())
        self.assertEqual(json.loads(connection.recv(1024).decode()), reply)

    def test_a_connection_for_each_request(self):
        with Daemon() as daemon:
            self.check(self.connect(daemon), {"task_id": 1}, type="run", task_name="revers", data="из слов")
            daemon.wait_for_state(1, "success")
            self.check(self.connect(daemon), {"status": "success"}, type="status", task_id=1)
            self.check(self.connect(daemon), {"status": "success", "data": "волс зи"}, type="get_result", task_id=1)

    def test_a_wait_on_one_connection(self):
        with Daemon(time_scale=0.1) as daemon:
            connection = self.connect(daemon)
            self.check(connection, {"task_id": 1}, type="run", task_name="permutation", data="кот")
            # Answered when the task has ended.
            self.check(connection, {"status": "success"}, type="status", task_id=1)
            self.check(connection, {"status": "success", "data": "окт"}, type="get_result", task_id=1)
