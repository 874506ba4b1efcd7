"""Messages out of bytes, through real sockets."""

import unittest

from harness import Daemon, get_result, in_parallel, message, result, run, state, status, submitted


class Pieces(unittest.TestCase):
    def test_one_byte_at_a_time(self):
        # The daemon reads a byte at a time too, however the network joins what is sent.
        with Daemon("-r", 1) as daemon, daemon.connect() as connection:
            for byte in (run("revers", "пример {\"}") + status(1) + "\r\n" + get_result(1)).encode():
                connection.send_bytes(bytes([byte]))
            connection.expect(submitted(1), state("success"), result("success", '}"{ ремирп'))

    def test_a_thousand_requests_in_one_send(self):
        with Daemon() as daemon, daemon.connect() as connection:
            connection.send(*(run("echo", f"{number}") for number in range(1, 1001)))
            connection.expect(*(submitted(task_id) for task_id in range(1, 1001)))
            connection.send(status(1000), *(get_result(task_id) for task_id in range(1, 1001)))
            connection.expect(state("success"), *(result("success", f"{number}") for number in range(1, 1001)))

    def test_white_space_between_messages(self):
        with Daemon() as daemon, daemon.connect() as connection:
            connection.send_bytes(f"\r\n\n\n \t{run('echo', 'a')}\r\n\r\n  {status(1)} \t \n\n{get_result(1)}\r\n")
            connection.expect(submitted(1), state("success"), result("success", "a"))

    def test_several_objects_on_one_line_without_newlines(self):
        with Daemon() as daemon, daemon.connect() as connection:
            connection.send_bytes(run("echo", "}{") + run("echo", '\\"}') + " " + status(2) + get_result(1))
            connection.expect(submitted(1), submitted(2), state("success"), result("success", "}{"))

    def test_a_message_cut_anywhere(self):
        first, second = run("echo", "я"), get_result(1)
        text = (first + second).encode()
        with Daemon() as daemon:
            with daemon.connect() as connection:
                connection.send(run("echo", "я"), status(1))
                connection.expect(submitted(1), state("success"))
            for place in range(1, len(text)):
                with self.subTest(place=place), daemon.connect() as connection:
                    connection.send_bytes(text[:place])
                    if place >= len(first.encode()):
                        connection.expect(submitted(place + 1))
                    connection.send_bytes(text[place:])
                    if place < len(first.encode()):
                        connection.expect(submitted(place + 1))
                    connection.expect(result("success", "я"))


class AcceptedMessages(unittest.TestCase):
    def test_unusual_spellings_of_a_good_message(self):
        spellings = {
            "unknown members": '{"x":1,"type":"run","y":null,"task_name":"echo","z":"","data":"ok"}',
            "unknown nested members": '{"a":{"b":[{"type":"status"},[]]},"type":"run","task_name":"echo","data":"ok"}',
            "the same unknown member twice": '{"x":1,"x":2,"type":"run","task_name":"echo","data":"ok"}',
            "another order": '{"data":"ok","task_name":"echo","type":"run"}',
            "spaces and tabs": '{ "type" :\t"run" , "task_name": "echo",\r "data"  :"ok" }',
            "an escaped name": '{"\\u0074ype":"run","task_name":"echo","data":"ok"}',
            "escaped data": '{"type":"run","task_name":"echo","data":"\\u006f\\u006B"}',
        }
        with Daemon() as daemon:
            for task_id, (name, spelling) in enumerate(spellings.items(), 1):
                with self.subTest(name), daemon.connect() as connection:
                    connection.send(spelling)
                    connection.expect(submitted(task_id))
                    connection.send(status(task_id), get_result(task_id))
                    connection.expect(state("success"), result("success", "ok"))

    def test_a_pair_of_surrogates_is_one_character(self):
        with Daemon() as daemon, daemon.connect() as connection:
            connection.send('{"type":"run","task_name":"revers","data":"a\\ud83d\\ude00"}', status(1), get_result(1))
            connection.expect(submitted(1), state("success"), result("success", "😀a"))


class BrokenMessages(unittest.TestCase):
    """Each closes the connection without an answer, and nothing of it is done."""

    def check(self, broken):
        """broken: by name, what is sent, as text or bytes."""
        with Daemon() as daemon:
            with daemon.connect() as connection:
                connection.send(run("echo", "first"), status(1))
                connection.expect(submitted(1), state("success"))
            for name, text in broken.items():
                with self.subTest(name), daemon.connect() as connection:
                    connection.send_bytes(text)
                    connection.expect_end()
            with daemon.connect() as connection:
                connection.send(run("echo", "second"))
                connection.expect(submitted(2))

    def test_what_is_no_object(self):
        self.check({
            "a word": "hello\n",
            "one letter, with no newline": "h",
            "a list": "[1]\n",
            "a list of requests": "[" + run("echo") + "]\n",
            "a number": "42\n",
            "a string": '"run"\n',
            "a closing brace": "}\n",
            "a comma between objects": "," + run("echo") + "\n",
            "a zero byte": b"\x00",
            "a byte order mark": b"\xef\xbb\xbf" + run("echo").encode(),
            "another kind of space": "\u00a0" + run("echo"),
            "a vertical tab": "\v" + run("echo"),
        })

    def test_a_newline_inside_an_object(self):
        self.check({
            "between members": '{"type":"run",\n"task_name":"echo","data":""}\n',
            "before anything else came": "{\n",
            "inside a string": '{"type":"run","task_name":"echo","data":"a\nb"}\n',
            "inside a string, the rest never sent": '{"type":"run","task_name":"echo","data":"a\n',
            "as the specification prints it": '{\n    "type": "status",\n    "task_id": 1\n}\n',
        })

    def test_task_ids_that_are_no_ids(self):
        self.check({
            f"{kind} {text}": f'{{"type":"{kind}","task_id":{text}}}'
            for kind in ("status", "get_result")
            for text in (
                '"1"', "1.0", "1e0", "10E-1", "0", "-1", "-0", "01", "+1", "9007199254740992", "18446744073709551617",
                "null", "true", "[1]", "{}", "NaN")
        })

    def test_members_missing_or_of_the_wrong_type(self):
        self.check({
            "nothing": "{}",
            "no type": '{"task_name":"echo","data":""}',
            "an unknown type": '{"type":"stop"}',
            "the type in capitals": '{"type":"RUN","task_name":"echo","data":""}',
            "a type that is no string": '{"type":1,"task_name":"echo","data":""}',
            "no task name": '{"type":"run","data":""}',
            "no data": '{"type":"run","task_name":"echo"}',
            "a task name that is no string": '{"type":"run","task_name":null,"data":""}',
            "data that is a number": '{"type":"run","task_name":"echo","data":5}',
            "data that is an object": '{"type":"run","task_name":"echo","data":{}}',
            "no task id": '{"type":"status"}',
        })

    def test_a_known_member_twice(self):
        self.check({
            "type": '{"type":"status","type":"status","task_id":1}',
            "task_id": '{"type":"status","task_id":1,"task_id":1}',
            "task_name": '{"type":"run","task_name":"echo","task_name":"echo","data":""}',
            "data": '{"type":"run","task_name":"echo","data":"a","data":"b"}',
            "the second one escaped": '{"type":"run","task_name":"echo","data":"a","d\\u0061ta":"b"}',
        })

    def test_text_that_is_not_json(self):
        self.check({
            "a comma at the end": '{"type":"status","task_id":1,}',
            "no comma": '{"type":"status" "task_id":1}',
            "single quotes": "{'type':'status','task_id':1}",
            "a comment": '{"type":"status",/**/"task_id":1}',
            "an unknown member that is not JSON": '{"type":"status","task_id":1,"x":nul}',
            "brackets that do not match": '{"type":"status","task_id":1,"x":[}',
            "an unknown escape": '{"type":"run","task_name":"echo","data":"\\x"}',
            "a tab inside a string": '{"type":"run","task_name":"echo","data":"\t"}',
        })

    def test_text_that_is_not_unicode(self):
        def run_with(data):
            return b'{"type":"run","task_name":"echo","data":"' + data + b'"}\n'

        self.check({
            "a lone high surrogate": run_with(b"\\ud800"),
            "a lone low surrogate": run_with(b"\\udc00"),
            "surrogates in the wrong order": run_with(b"\\ude00\\ud83d"),
            "a surrogate in UTF-8": run_with(b"\xed\xa0\x80"),
            "a byte that UTF-8 does not have": run_with(b"\xff"),
            "half a character": run_with(b"\xd0"),
            "too long a form": run_with(b"\xc0\xaf"),
            "in a member that nobody reads": b'{"type":"run","task_name":"echo","data":"","x":"\\ud800"}',
        })

    def test_earlier_requests_of_the_same_send_are_answered_first(self):
        with Daemon() as daemon:
            for task_id, broken in enumerate(["garbage", '{"type":"status",', '{"type":"status","task_id":"1"}'], 1):
                with self.subTest(broken), daemon.connect() as connection:
                    connection.send(run("echo", "a"), get_result(task_id), broken, run("echo", "never"))
                    connection.expect(submitted(task_id))
                    # How far the task has come by then depends on the thread that runs it.
                    self.assertIn("status", connection.receive())
                    connection.expect_end()

    def test_they_are_answered_even_where_the_client_goes_on_sending(self):
        with Daemon() as daemon, daemon.connect() as connection:

            def send():
                connection.send(run("echo", "a"), "garbage")
                connection.send_bytes("x" * 4_000_000)
                connection.end_input()

            def receive():
                # Closed with bytes unread, the connection would be reset, and the answer could be lost.
                connection.expect(submitted(1))
                connection.expect_end()

            in_parallel(send, receive)

    def test_one_that_waits_behind_a_held_status_closes_after_its_answer(self):
        with Daemon(time_scale=0.1) as daemon, daemon.connect() as connection:
            connection.send(run("revers", "ab"), status(1), get_result(1), "garbage")
            connection.expect(submitted(1), state("success"), result("success", "ba"))
            connection.expect_end()

    def test_half_a_message_at_the_connections_end_is_no_request(self):
        with Daemon() as daemon, daemon.connect() as connection:
            connection.send_bytes(run("echo", "a") + run("echo", "b")[:-1])
            connection.end_input()
            connection.expect(submitted(1))
            connection.expect_end()
            with daemon.connect() as other:
                other.send(run("echo"))
                other.expect(submitted(2))

    def test_a_web_page_that_posts_a_request_gets_nothing(self):
        body = run("echo", "from a web page") + "\n"
        post = f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        with Daemon() as daemon:
            with daemon.connect() as connection:
                connection.send_bytes(post)
                connection.expect_end()
            with daemon.connect() as connection:
                connection.send(run("echo"))
                connection.expect(submitted(1))


class LongestMessage(unittest.TestCase):
    @staticmethod
    def run_of_length(length):
        """A request of exactly so many bytes, with its data."""
        data = "x" * (length - len(run("echo")))
        return run("echo", data), data

    def test_exactly_the_limit_is_taken_and_one_more_byte_is_refused(self):
        for options, limit in ((("--max-message", 200), 200), ((), 1 << 20)):
            with self.subTest(limit=limit), Daemon(*options) as daemon:
                request, data = self.run_of_length(limit)
                self.assertEqual(len(request), limit)
                with daemon.connect() as connection:
                    connection.send_bytes("  \n" + request + "  \n")
                    connection.send(status(1), get_result(1))
                    connection.expect(submitted(1), state("success"), result("success", data))
                with daemon.connect() as connection:
                    connection.send(self.run_of_length(limit + 1)[0])
                    connection.expect_end()
                with daemon.connect() as connection:
                    connection.send(run("echo"))
                    connection.expect(submitted(2))

    def test_too_long_a_message_is_refused_before_its_end(self):
        for options, limit in ((("--max-message", 200), 200), ((), 1 << 20)):
            with self.subTest(limit=limit), Daemon(*options) as daemon, daemon.connect() as connection:
                # Neither its closing brace nor a newline ever comes.
                connection.send_bytes(self.run_of_length(limit + 10)[0][: limit + 1])
                connection.expect_end()

    def test_a_long_unknown_member_counts(self):
        with Daemon("--max-message", 200) as daemon, daemon.connect() as connection:
            connection.send(message(type="run", task_name="echo", data="", padding="x" * 200))
            connection.expect_end()


if __name__ == "__main__":
    unittest.main()
