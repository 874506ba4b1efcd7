"""Every oddity of JSON in a request, through real sockets: what is taken, what is refused, and what is broken."""

import unittest

from harness import Daemon, error_code


def deep(opening, closing, depth, inside="1"):
    """A request whose member x is nested so deep that with the request's own braces it is `depth`."""
    return '{"seq":5,"type":"list","x":' + opening * (depth - 1) + inside + closing * (depth - 1) + "}"


def with_member(text):
    return f'{{"seq":5,"type":"list","x":{text}}}'


# In members that no request has, everything that is JSON is passed over.
TAKEN = {
    "numbers": with_member("[-0,0.0,-0.0,1e3,1E+3,1e-3,1.0,0e0,-1.5e-7]"),
    "the smallest and the largest of 64 bits": with_member("[-9223372036854775808,18446744073709551615]"),
    "numbers at the end of what a double holds": with_member("[1.7976931348623157e308,5e-324,1e-400]"),
    "a fraction of 400 digits": with_member("0." + "3" * 400),
    "minus nought as limit of time": '{"seq":5,"type":"list","timeout_ms":-0}',
    "every escape": with_member(r'"\"\\\/\b\f\n\r\t\u0000\u001f\u007F\uD83D\uDE00"'),
    "a zero byte escaped": with_member(r'"a\u0000b"'),
    "what Unicode has no characters for": with_member('"\ufffe\uffff\U0010ffff"'),
    "a byte order mark in a string": with_member('"\ufeff"'),
    "line separators and DEL in a string": with_member('"\u2028\u2029\x7f"'),
    "an unknown member twice": with_member('1,"x":2'),
    "a known member twice, inside another": with_member('{"seq":1,"seq":2,"type":3}'),
    "empty names, objects and arrays": with_member('[{},[],{"":{"":[[]]}}]'),
    "an escaped name": '{"\\u0073e\\u0071":5,"type":"list"}',
    "a name with other letters that look the same": '{"seq":5,"type":"list","ѕeq":1,"se\u0301q":2}',
    "white space wherever it may be": '\t{\r "seq"\t:\r5 , "type" : "list"\t}\r',
    "arrays 1023 deep": deep("[", "]", 1023),
    "objects 1023 deep": deep('{"x":', "}", 1023),
}

# With a seq that can be read.
REFUSED = {
    "an empty type": '{"seq":5,"type":""}',
    "a type with a zero byte": r'{"seq":5,"type":"list\u0000"}',
    "a type in capitals": '{"seq":5,"type":"LIST"}',
    "limit 1.0": '{"seq":5,"type":"list","limit":1.0}',
    "limit 1e2": '{"seq":5,"type":"list","limit":1e2}',
    "limit -0": '{"seq":5,"type":"list","limit":-0}',
    "before 2^63": '{"seq":5,"type":"list","before":9223372036854775808}',
    "a task id with a fraction of nothing": '{"seq":5,"type":"status","task_id":1.000}',
    "a member twice, once escaped": r'{"seq":5,"type":"list","limit":1,"l\u0069mit":1}',
    "a member twice, once wrong": '{"seq":5,"type":"list","limit":1,"limit":[]}',
}

# No reader could tell what was meant: there is no seq in the reply.
BROKEN = {
    "nothing but braces": "{}",
    "an array": '[{"seq":5,"type":"list"}]',
    "a byte order mark before it": '\ufeff{"seq":5,"type":"list"}',
    "a comment before it": '//\n',
    "a comma at the end": '{"seq":5,"type":"list",}',
    "a comma at the beginning": '{,"seq":5,"type":"list"}',
    "two commas": '{"seq":5,,"type":"list"}',
    "no colon": '{"seq" 5,"type":"list"}',
    "a name without quotes": '{seq:5,"type":"list"}',
    "single quotes": "{'seq':5,'type':'list'}",
    "a name that is no text": '{5:5,"seq":5,"type":"list"}',
    "a zero byte between tokens": '{"seq":5,\0"type":"list"}',
    "another kind of space": '{"seq":5,\u00a0"type":"list"}',
    "a form feed": '{"seq":5,\f"type":"list"}',
    "the seq twice": '{"seq":5,"type":"list","seq":5}',
    "the seq twice, once escaped": r'{"seq":5,"type":"list","\u0073eq":5}',
    **{f"seq {text}": f'{{"seq":{text},"type":"list"}}' for text in ("5.0", "5e0", "-1", "1e400", '"5"', "[5]")},
    **{
        f"the value {text}": with_member(text)
        for text in (
            "", "[1,]", "[,]", "[1 2]", "[1", "1]", '{"y"}', '{"y":}', "{1}", "1/**/", "1//", "01", "-01", "00", "+1",
            "-", "--1", ".5", "5.", "1e", "1e+", "1.e3", "0x10", "1_000", "1e400", "-1e400", "NaN", "Infinity", "-Infinity",
            "18446744073709551616", "-9223372036854775809", "9" * 400, "True", "nul", "nulls", "undefined", "tru e",
            r'"\x41"', r'"\u12"', r'"\u12G4"', r'"\U0041"', r'"\u{41}"', r'"\0"', r'"\ "', r'"\ud800"', r'"\udc00"',
            r'"\udc00\ud800"', r'"\ud800\ud800"', r'"\ud800\u0041"', r'"\ud800x"', r'"\ud83d\ude0"', '"\0"', '"\t"',
            '"\x1f"', '"\r"', r'{"\ud800":1}', r'{"\x":1}')
    },
    **{
        f"the bytes {octets.hex()} {where}": b'{"seq":5,"type":"list","x":' + text % octets + b"}"
        for octets in (
            b"\xff", b"\x80", b"\xc0\x80", b"\xc1\xbf", b"\xe0\x80\x80", b"\xed\xa0\x80", b"\xe2\x82",
            b"\xf0\x80\x80\x80", b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80")
        for where, text in (("in a string", b'"%s"'), ("in a name", b'{"%s":1}'), ("as a value", b"%s"))
    },
    "arrays 1024 deep": deep("[", "]", 1024),
    "objects 1024 deep": deep('{"x":', "}", 1024),
    "arrays 500,000 deep": deep("[", "]", 500_000),
    "objects 200,000 deep, none closed": '{"x":' * 200_000 + "\n",
}


class JSONOddities(unittest.TestCase):
    """All on one connection: nothing disturbs what comes after it."""

    def test_each_is_taken_refused_or_broken_and_the_connection_goes_on(self):
        with Daemon() as daemon, daemon.connect() as connection:
            connection.ask("info")
            for expected, oddities in ((self.taken, TAKEN), (self.refused, REFUSED), (self.broken, BROKEN)):
                for name, text in oddities.items():
                    with self.subTest(name):
                        # A newline ends what has no end of its own; behind a broken one it is an empty line.
                        connection.send_bytes((text if isinstance(text, bytes) else text.encode()) + b"\n")
                        expected(connection.receive())
                        self.assertEqual(connection.ask("info")["protocol"], 1)
            self.assertEqual(daemon.ask("stats")["submitted"], 0)

    def taken(self, reply):
        self.assertEqual(reply, {"seq": 5, "tasks": []})

    def refused(self, reply):
        self.assertEqual(reply["seq"], 5)
        self.assertIn(error_code(reply), ("bad_request", "unknown_request"))

    def broken(self, reply):
        self.assertNotIn("seq", reply)
        self.assertEqual(error_code(reply), "bad_request")

    def test_odd_data_comes_back_as_it_was(self):
        texts = ("\0", "\ufeff", "\ufeffa\ufeff", "\ufffe\uffff", "\U0010ffff", "\x7f\u2028", "e\u0301é", '\\"', "")
        with Daemon() as daemon, daemon.connect() as connection:
            for text in texts:
                with self.subTest(ascii(text)):
                    task = connection.ask("run", task_name="echo", data=text)["task_id"]
                    self.assertEqual(connection.ask("get_result", task_id=task, wait=True)["data"], text)


if __name__ == "__main__":
    unittest.main()
