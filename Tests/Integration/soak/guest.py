"""One visit of one client to the daemon."""

import random
import time

from harness import Connection, error_code, failure_code, numbered


class CountingConnection(Connection):
    """Counts the lines that it sends."""

    lines_sent = 0

    def send_bytes(self, data):
        super().send_bytes(data)
        self.lines_sent += data.count("\n" if isinstance(data, str) else b"\n")


class Guest:
    """What a client has at hand, in a with statement that closes its connections."""

    def __init__(self, daemon, oracle, dice):
        self.daemon = daemon
        self.oracle = oracle
        self.dice = dice
        self.latencies = []
        self._connections = []
        # Those that were closed as soon as they were there.
        self.storm_count = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in self._connections:
            connection.close()

    def connect(self):
        connection = CountingConnection(self.daemon.port)
        self._connections.append(connection)
        return connection

    @property
    def connection_count(self):
        return len(self._connections) + self.storm_count

    @property
    def lines_sent(self):
        return sum(connection.lines_sent for connection in self._connections)

    def pause(self, longest):
        """Sleeps for at most so many seconds: clients come and go as they like."""
        time.sleep(self.dice.random() * longest)

    def timed(self, connection, *lines):
        """Sends, and gives the reply to the first line, which the daemon has no reason to hold."""
        start = time.monotonic()
        connection.send(*lines)
        reply = connection.receive()
        self.latencies.append(time.monotonic() - start)
        return reply

    def ask(self, connection, kind, **members):
        """Asks with a seq what is answered at once."""
        start = time.monotonic()
        reply = connection.ask(kind, **members)
        self.latencies.append(time.monotonic() - start)
        return reply

    def some_task(self):
        """The id of a rather new task of anyone; 0 where there is none yet."""
        last = self.oracle.last_id
        return self.dice.randint(max(last - 500, 1), last) if last else 0

    def submit(self, connection, submission, **members):
        """Submits with a seq, and gives the id."""
        reply = self.ask(connection, "run", task_name=submission.name, data=submission.data, **members)
        if error_code(reply):
            raise AssertionError(f"a submit was refused: {reply}")
        self.oracle.acknowledge(submission, reply["task_id"])
        return reply["task_id"]

    def check_ended(self, task_id, reply):
        """The reply to a request that waited for the end of a task without a time-out."""
        if error_code(reply):
            raise AssertionError(f"task {task_id}, which somebody waits for: {reply}")
        if reply["status"] not in ("success", "error"):
            raise AssertionError(f"task {task_id} was said to have ended: {str(reply)[:300]}")
        if "data" in reply:
            self.oracle.check_result(task_id, reply)
        else:
            self.oracle.check_status(task_id, reply["status"], failure_code(reply))


def dice_of(seed, *names):
    """Random numbers that are the same for the same seed and names."""
    return random.Random(" ".join(map(str, (seed, *names))))


def submit_line(seq, submission, **members):
    """A run with a seq."""
    return numbered(seq, "run", task_name=submission.name, data=submission.data, **members)
