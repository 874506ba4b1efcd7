"""Servers that are not uv-taskd, or that misbehave."""

import socket
import threading

from harness import PATIENCE


class FakeServer:
    """Accepts one connection and passes it to serve(connection), on a thread of its own."""

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
    """Reads this many requests, so that closing the connection does not reset it."""
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


class UnusedPort:
    """A port on which nothing listens, and that no other program can take meanwhile."""

    def __enter__(self):
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        return self._socket.getsockname()[1]

    def __exit__(self, *_):
        self._socket.close()
