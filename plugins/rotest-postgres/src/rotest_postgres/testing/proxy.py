"""A relay on the loopback interface that can be cut, to have a bad network at will."""

from __future__ import annotations

import os
import select
import socket
import threading
from contextlib import suppress
from types import TracebackType

_LARGEST = 65_536


class Proxy:
    """Relay TCP connections to a port of this host, until told otherwise.

    Args:
        target: the port to relay to.

    Attributes:
        port: the port to connect to instead.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._peers: dict[socket.socket, socket.socket] = {}
        self._servers: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._forwarding = True
        self._swallow = 0
        self._closed = False
        self._bell, self._rope = os.pipe()
        self._thread = threading.Thread(target=self._relay, name="proxy", daemon=True)
        self._thread.start()

    def __enter__(self) -> Proxy:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def stop(self) -> None:
        """Forward nothing more, as if packets vanished: connections stay, new ones get no answer."""
        self._set_forwarding(False)

    def resume(self) -> None:
        """Forward again, also what came meanwhile."""
        self._set_forwarding(True)

    def cut(self) -> None:
        """Close all connections."""
        with self._lock:
            for connection in list(self._peers):
                self._drop(connection)
        self._ring()

    def cut_at_answer(self, number: int) -> None:
        """Let the server get what it is asked, and close the connection instead of delivering an answer.

        Args:
            number: which of the packets that come from the server, from 1.
        """
        with self._lock:
            self._swallow = number

    def close(self) -> None:
        """Close everything."""
        self._closed = True
        self._ring()
        self._thread.join()
        self.cut()
        self._listener.close()
        os.close(self._bell)
        os.close(self._rope)

    def _set_forwarding(self, forwarding: bool) -> None:
        with self._lock:
            self._forwarding = forwarding
        self._ring()

    def _ring(self) -> None:
        os.write(self._rope, b"!")

    def _relay(self) -> None:
        while not self._closed:
            with self._lock:
                watched = [self._listener, *self._peers] if self._forwarding else []
            by_descriptor = {connection.fileno(): connection for connection in watched}
            ready, _, _ = select.select([self._bell, *by_descriptor], [], [])
            if self._bell in ready:
                os.read(self._bell, 4096)
                continue
            with self._lock:
                for descriptor in ready:
                    self._attend(by_descriptor[descriptor])

    def _attend(self, connection: socket.socket) -> None:
        if connection is self._listener:
            self._accept()
        elif connection in self._peers:
            self._forward(connection)

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        try:
            server = socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            client.close()
            return
        for connection in (client, server):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._peers[client], self._peers[server] = server, client
        self._servers.add(server)

    def _forward(self, connection: socket.socket) -> None:
        try:
            content = connection.recv(_LARGEST)
            if connection in self._servers and self._swallow:
                self._swallow -= 1
                if self._swallow == 0:
                    content = b""
            if content:
                self._peers[connection].sendall(content)
        except OSError:
            content = b""
        if not content:
            self._drop(connection)

    def _drop(self, connection: socket.socket) -> None:
        peer = self._peers.pop(connection, None)
        if peer is not None:
            del self._peers[peer]
            for side in (connection, peer):
                self._servers.discard(side)
                with suppress(OSError):
                    side.close()
