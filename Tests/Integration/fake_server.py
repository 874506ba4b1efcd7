"""Servers that are not uv-taskd, or misbehave, for the client to meet."""

import json
import socket
import struct
import threading

from harness import PATIENCE


class FakeServer:
    """Takes one connection and gives it to serve(connection), which runs on a thread of its own."""

    def __init__(self, serve):
        self.host = "127.0.0.1"
        self._serve = serve
        self._listener = socket.create_server((self.host, 0))
        self._listener.settimeout(PATIENCE)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._take_one)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._thread.join(PATIENCE)
        self._listener.close()

    def _take_one(self):
        connection, _ = self._listener.accept()
        with connection:
            connection.settimeout(PATIENCE)
            self._serve(connection)


def read_lines(connection, count):
    """Reads until so many requests have come, so that closing the connection does not reset it."""
    received = b""
    while received.count(b"\n") < count:
        piece = connection.recv(4096)
        if not piece:
            break
        received += piece
    return received


def read_to_end(connection):
    """Reads until the other side closes."""
    try:
        while connection.recv(4096):
            pass
    except ConnectionResetError:
        pass


class WaitingTasks:
    """What a FakeServer serves as: tasks that end, in the order of their ids, only when nothing more is asked.

    So it sees how many waits a client has under way.
    """

    INSTANCE = "00000000000000ff"
    # As long as it takes a client to ask for more, in seconds.
    QUIET = 0.1
    # So many end at a time.
    END = 250

    def __init__(self):
        self.most_waits = 0
        self._data = []
        self._waits = []

    def __call__(self, connection):
        connection.settimeout(self.QUIET)
        rest = b""
        while True:
            try:
                piece = connection.recv(1 << 20)
                if not piece:
                    return
                *lines, rest = (rest + piece).split(b"\n")
                replies = [self._reply(json.loads(line)) for line in lines]
            except TimeoutError:
                replies = [self._end(*wait) for wait in self._waits[:self.END]]
                del self._waits[:self.END]
            self.most_waits = max(self.most_waits, len(self._waits))
            connection.sendall("".join(json.dumps(reply) + "\n" for reply in replies if reply).encode())

    def _reply(self, request):
        seq = request["seq"]
        if request["type"] == "info":
            return {"seq": seq, "name": "uv-taskd", "version": "1", "protocol": 1, "instance": self.INSTANCE,
                    "task_types": [], "limits": {}}
        if request["type"] == "run":
            self._data.append(request["data"])
            return {"seq": seq, "task_id": len(self._data), "instance": self.INSTANCE, "status": "waiting"}
        assert request["type"] == "get_result" and request["wait"]
        self._waits.append((seq, request["task_id"]))
        return None

    def _end(self, seq, task_id):
        return {"seq": seq, "status": "success", "data": self._data[task_id - 1]}


def reset_at_close(connection):
    """Makes closing it look like a crash of the other side's machine, not like a good end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class UnusedPort:
    """A port on which nothing listens, and that no other program can take meanwhile."""

    def __enter__(self):
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        return self._socket.getsockname()[1]

    def __exit__(self, *_):
        self._socket.close()
