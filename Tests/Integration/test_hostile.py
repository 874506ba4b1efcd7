"""Random bytes and requests with mistakes: the daemon lives, and serves the others.

Clients that vanish are tested in WaitTests, and in soak, which checks that nothing is left of them.

Environment:
  UV_TASK_SEED  the seed of the random bytes, to see a failure again
"""

import contextlib
import os
import random
import unittest

from harness import Daemon, error_code, get_result, message, numbered, run, status, wait_until


class RandomBytes(unittest.TestCase):
    REQUESTS = [
        run("echo", "a"), status(1), get_result(1), numbered(1, "list"), numbered(2, "stats"), numbered(3, "info"),
        numbered(4, "run", task_name="revers", data="ы\\\"", key="k"), numbered(5, "cancel", task_id=2),
        numbered(6, "status", task_id=1, wait=True, timeout_ms=5),
        message(type="run", task_name="", data="\U0001f600x"),
    ]

    def test_nobody_else_notices(self):
        seed = int(os.environ.get("UV_TASK_SEED") or random.SystemRandom().getrandbits(32))
        dice = random.Random(seed)
        options = "--max-message", 5000, "--max-queued", 100, "--keep-results", 100
        with self.subTest(UV_TASK_SEED=seed), Daemon(*options) as daemon, daemon.connect() as good:
            for number in range(100):
                for connection in [daemon.connect() for _ in range(10)]:
                    with connection, contextlib.suppress(ConnectionResetError, BrokenPipeError):
                        for _ in range(dice.randrange(4)):
                            connection.send_bytes(self.random_bytes(dice))
                        if dice.random() < 0.5:
                            connection.reset()
                reply = good.ask("run", task_name="echo", data=str(number))
                if error_code(reply) != "queue_full":
                    waited = good.ask("get_result", task_id=reply["task_id"], wait=True)
                    self.assertIn(waited.get("data"), (str(number), None))
            wait_until(lambda: good.ask("stats")["connections"] == 1, "the end of the others")
            self.assertEqual(good.ask("stats")["waits"], 0)

    def random_bytes(self, dice):
        """Noise, or requests of which some bytes may be changed."""
        if dice.random() < 0.25:
            return dice.randbytes(dice.randrange(1, 20_000))
        lines = bytearray("\n".join(dice.choices(self.REQUESTS, k=dice.randrange(1, 40))).encode())
        for _ in range(dice.randrange(5)):
            place = dice.randrange(len(lines))
            lines[place:place + dice.randrange(20)] = dice.choice(
                [dice.randbytes(1), b"", b"{", b"}", b'"', b"\\", b"\n", b"[" * 50])
            lines = lines or bytearray(b"{")
        return bytes(lines)
