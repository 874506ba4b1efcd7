"""Requests with a seq that are refused, and broken messages before and after the first seq."""

import unittest

from harness import Daemon, error_code, message, numbered, run, status, submitted

NAMES = ["echo", "revers", "reverse", "permutation", "too_long_echo"]

# Every one with a valid seq: its reply carries it.
BAD_REQUESTS = {
    "no type": '{"seq":5}',
    "a type that is no text": '{"seq":5,"type":1}',
    "a type given twice": '{"seq":5,"type":"info","type":"info"}',
    "no task name": '{"seq":5,"type":"run","data":""}',
    "no data": '{"seq":5,"type":"run","task_name":"echo"}',
    "data that is a number": '{"seq":5,"type":"run","task_name":"echo","data":5}',
    "data given twice": '{"seq":5,"type":"run","task_name":"echo","data":"","data":""}',
    "a name that is null": '{"seq":5,"type":"run","task_name":null,"data":""}',
    "no task id": '{"seq":5,"type":"status"}',
    "nothing to cancel": '{"seq":5,"type":"cancel"}',
    "the seq after what is wrong": '{"type":"status","task_id":"1","seq":5}',
    "an instance in capitals": '{"seq":5,"type":"info","instance":"0123456789ABCDEF"}',
    "an instance of 15 digits": '{"seq":5,"type":"info","instance":"0123456789abcde"}',
    "an instance that is a number": '{"seq":5,"type":"info","instance":1234567890123456}',
    "a wait that is no truth value": '{"seq":5,"type":"status","task_id":1,"wait":1}',
    "a wait given twice": '{"seq":5,"type":"status","task_id":1,"wait":true,"wait":true}',
    "an unknown status": '{"seq":5,"type":"list","status":"done"}',
    "a status that is null": '{"seq":5,"type":"list","status":null}',
    "an empty key": '{"seq":5,"type":"run","task_name":"echo","data":"","key":""}',
    "a key of 129 bytes": numbered(5, "run", task_name="echo", data="", key="k" * 129),
    "a key of 65 characters and 130 bytes": numbered(5, "run", task_name="echo", data="", key="я" * 65),
    "a key that is a number": '{"seq":5,"type":"run","task_name":"echo","data":"","key":1}',
    **{
        f"{kind} of task {text}": f'{{"seq":5,"type":"{kind}","task_id":{text}}}'
        for kind in ("status", "get_result", "cancel")
        for text in ('"1"', "1.0", "1e0", "0", "-1", "9007199254740992", "null", "[1]")
    },
    **{
        f"a time-out of {text}": f'{{"seq":5,"type":"status","task_id":1,"wait":true,"timeout_ms":{text}}}'
        for text in ("-1", "1.5", "1e3", '"1"', "9007199254740992", "null", "true")
    },
    **{f"limit {text}": f'{{"seq":5,"type":"list","limit":{text}}}' for text in ("0", "-1", "1001", "1.0", '"5"')},
    **{f"before {text}": f'{{"seq":5,"type":"list","before":{text}}}' for text in ("0", "1.0", '"5"', "9007199254740992")},
}

# No valid seq can be read from any of them.
WITHOUT_SEQ = {
    "a word": ("hello\n", "bad_request"),
    "a list": ('[{"seq":1,"type":"info"}]\n', "bad_request"),
    "a newline inside": ('{"seq":1,\n', "bad_request"),
    "no JSON": ('{"seq":1,"type":info}\n', "bad_request"),
    "half a surrogate pair": ('{"seq":1,"type":"info","x":"\\ud800"}\n', "bad_request"),
    "no UTF-8": (b'{"seq":1,"type":"info","x":"\xff"}\n', "bad_request"),
    "a seq given twice": ('{"seq":1,"seq":1,"type":"info"}\n', "bad_request"),
    "an empty object": ("{}\n", "bad_request"),
    "a classic request with a wrong id": ('{"type":"status","task_id":"1"}\n', "bad_request"),
    "a classic request that there is not": ('{"type":"list"}\n', "unknown_request"),
    "a classic request of no kind": ('{"type":"stop"}\n', "unknown_request"),
    **{
        f"seq {text}": (f'{{"seq":{text},"type":"info"}}\n', "bad_request")
        for text in ('"1"', "1.0", "1e0", "-1", "9007199254740992", "null", "true", "{}", "01")
    },
}


class BrokenMessages(unittest.TestCase):
    def test_with_a_seq_they_are_answered_even_as_the_first_message(self):
        with Daemon() as daemon:
            for name, text in BAD_REQUESTS.items():
                with self.subTest(name), daemon.connect() as connection:
                    connection.send(text, "garbage")
                    self.check_error(connection.reply_to(5), "bad_request")
                    # That was a valid seq: the connection goes on.
                    self.check_error(connection.receive(), "bad_request")
                    self.assertEqual(connection.ask("info")["protocol"], 1)
            refused = daemon.ask("stats")
            self.assertEqual(refused["refused"]["bad_request"], 2 * len(BAD_REQUESTS))
            self.assertEqual((refused["submitted"], refused["closed_for_errors"]), (0, 0))

    def test_without_a_seq_they_are_answered_after_the_first_one(self):
        with Daemon() as daemon, daemon.connect() as connection:
            connection.ask("info")
            for name, (text, code) in WITHOUT_SEQ.items():
                with self.subTest(name):
                    connection.send_bytes(text)
                    self.check_error(connection.receive(), code)
                    self.assertEqual(connection.ask("info")["protocol"], 1)
            self.assertEqual(daemon.ask("stats")["closed_for_errors"], 0)

    def test_without_a_seq_they_close_the_connection_before_the_first_one(self):
        with Daemon() as daemon:
            for name, (text, _) in WITHOUT_SEQ.items():
                with self.subTest(name), daemon.connect() as connection:
                    connection.send_bytes(text)
                    connection.send(numbered(1, "info"))
                    connection.expect_end()
            stats = daemon.ask("stats")
            self.assertEqual(stats["closed_for_errors"], len(WITHOUT_SEQ))
            refused = {code: count for code, count in stats["refused"].items() if count}
            codes = [code for _, code in WITHOUT_SEQ.values()]
            self.assertEqual(refused, {code: codes.count(code) for code in set(codes)})

    def test_a_web_page_that_posts_a_request_gets_nothing(self):
        body = numbered(1, "run", task_name="echo", data="from a web page") + "\n"
        with Daemon() as daemon:
            with daemon.connect() as connection:
                connection.send_bytes(f"POST / HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n{body}")
                connection.expect_end()
            self.assertEqual(daemon.ask("stats")["submitted"], 0)

    def test_a_broken_message_reaches_to_its_newline(self):
        with Daemon() as daemon, daemon.connect() as connection:
            connection.ask("info")
            connection.send_bytes("x" + numbered(1, "info") * 3)
            self.check_error(connection.receive(), "bad_request")
            connection.send_bytes(numbered(2, "info") + "\n" + numbered(3, "info"))
            self.assertEqual(connection.reply_to(3)["protocol"], 1)

    def test_one_byte_at_a_time(self):
        with Daemon("-r", 1) as daemon, daemon.connect() as connection:
            text = (
                numbered(0, "run", task_name="revers", data='}{"\\') + "\n" + "garbage\n"
                + numbered(1, "get_result", task_id=1, wait=True) + run("revers", "я") + '{"seq":\n'
                + numbered(2, "status", task_id=9))
            for byte in text.encode():
                connection.send_bytes(bytes([byte]))
            self.assertEqual(connection.reply_to(0)["task_id"], 1)
            self.check_error(connection.receive(), "bad_request")
            rest = [connection.receive() for _ in range(4)]
            # The result comes when its task has ended.
            self.assertIn({"seq": 1, "status": "success", "data": '\\"{}'}, rest)
            rest.remove({"seq": 1, "status": "success", "data": '\\"{}'})
            self.assertEqual(rest[0], {"task_id": 2})
            self.check_error(rest[1], "bad_request")
            self.assertEqual((rest[2]["seq"], error_code(rest[2])), (2, "unknown_task"))

    def test_half_a_message_at_the_connections_end_is_no_request(self):
        with Daemon() as daemon:
            with daemon.connect() as connection:
                connection.ask("info")
                connection.send_bytes(numbered(1, "run", task_name="echo", data="")[:-1])
                connection.end_input()
                connection.expect_end()
            self.assertEqual(daemon.ask("stats")["submitted"], 0)

    def check_error(self, reply, code):
        self.assertEqual(list(reply), ["error"])
        self.assertEqual(list(reply["error"]), ["code", "message"])
        self.assertEqual(reply["error"]["code"], code)
        self.assertRegex(reply["error"]["message"], r"\A[^\n]{5,200}\Z")


class Codes(unittest.TestCase):
    """Those that can be had of a daemon that is not stopping; the key's is in test_keys."""

    def test_unknown_request(self):
        with Daemon() as daemon, daemon.connect() as connection:
            for kind in "stop", "RUN", "", "получить":
                self.assertEqual(error_code(connection.ask(kind)), "unknown_request", kind)

    def test_unknown_task_name(self):
        cases = {"revres": "revers", "reversee": "reverse", "ECHO": "echo", "permutaton": "permutation", "nonsense": None,
                 "": None, "x" * 5000: None}
        with Daemon() as daemon, daemon.connect() as connection:
            for name, nearest in cases.items():
                error = connection.ask("run", task_name=name, data="", key="k")["error"]
                self.assertEqual((error["code"], error["names"], error.get("nearest")), ("unknown_task_name", NAMES, nearest))
                self.assertLess(len(error["message"]), 300)
            # No task came of it.
            self.assertEqual(connection.ask("stats")["submitted"], 0)
            connection.send(run("echo"))
            connection.expect(submitted(1))

    def test_unknown_task(self):
        with Daemon() as daemon, daemon.connect() as connection:
            for kind in "status", "get_result", "cancel":
                for task_id in 1, 99, (1 << 53) - 1:
                    for more in {}, {"wait": True}, {"wait": True, "timeout_ms": 0}:
                        reply = connection.ask(kind, task_id=task_id, **more)
                        self.assertEqual(error_code(reply), "unknown_task", (kind, task_id, more))
            self.assertEqual(connection.ask("stats")["waits"], 0)

    def test_restarted(self):
        with Daemon(time_scale=1000) as daemon, daemon.connect() as connection:
            instance = connection.ask("run", task_name="revers", data="")["instance"]
            other = "0" * 16 if instance != "0" * 16 else "1" * 16
            requests = [
                ("status", {"task_id": 1}), ("get_result", {"task_id": 1, "wait": True}), ("cancel", {"task_id": 1}),
                ("status", {"task_id": 99}), ("run", {"task_name": "echo", "data": ""})]
            for kind, members in requests:
                reply = connection.ask(kind, instance=other, **members)
                self.assertEqual(error_code(reply), "restarted", kind)
                self.assertIn(instance, reply["error"]["message"])
            # Nothing was done.
            stats = connection.ask("stats")
            self.assertEqual((stats["submitted"], stats["running"], stats["waits"]), (1, 1, 0))
            self.assertEqual(connection.ask("status", task_id=1, instance=instance)["status"], "execute")

    def test_too_large(self):
        with Daemon("--max-message", 200) as daemon, daemon.connect() as connection:
            connection.ask("info")
            too_long = numbered(1, "run", task_name="echo", data="x" * 200)
            connection.send(too_long)
            error = connection.receive()["error"]
            self.assertEqual((error["code"], error["limit"], error["value"]), ("too_large", "max-message", 200))
            # Told before its end has come; the rest of it is passed over.
            connection.send_bytes(too_long[:201])
            self.assertEqual(error_code(connection.receive()), "too_large")
            connection.send_bytes("x" * 100_000 + '"}')
            self.assertEqual(connection.ask("stats")["refused"]["too_large"], 2)
            exact = numbered(7, "run", task_name="echo", data="")
            connection.send(numbered(7, "run", task_name="echo", data="x" * (200 - len(exact))))
            self.assertEqual(connection.reply_to(7)["task_id"], 1)

    def test_the_counts_tell_every_code(self):
        with Daemon() as daemon, daemon.connect() as connection:
            connection.ask("stop")
            connection.ask("status", task_id=1)
            connection.ask("run", task_name="x", data="")
            connection.ask("status", task_id=1, instance="0" * 16)
            connection.send(message(type="status"))
            connection.receive()
            with daemon.connect() as other:
                other.send(status(1))
                other.expect_end()
            stats = connection.ask("stats")
            told = {"unknown_request": 1, "unknown_task": 2, "unknown_task_name": 1, "restarted": 1, "bad_request": 1}
            silent = ("bad_data", "expired", "too_large", "queue_full", "memory_full", "too_many_connections", "draining",
                      "key_conflict")
            self.assertEqual(stats["refused"], {**told, **dict.fromkeys(silent, 0)})
            self.assertEqual(stats["closed_for_errors"], 1)


if __name__ == "__main__":
    unittest.main()
