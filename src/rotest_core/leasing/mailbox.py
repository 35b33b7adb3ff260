"""Datagrams between the processes of a host, which wake who waits.

They go to sockets in the abstract name space (unix(7)), whose names everybody on the host can see. So each carries a
secret that only those know who may read the leases: a letter may say that a lease was granted.
"""

from __future__ import annotations

import os
import socket
import sys

_LARGEST = 65_536
_HAS_ABSTRACT_SOCKETS = sys.platform == "linux"


class Mailbox:
    """Receive datagrams.

    Args:
        reachable: whether anybody may send any.

    Attributes:
        name: of the socket; empty where nobody can send to it.
        secret: what each datagram begins with.
    """

    def __init__(self, *, reachable: bool = True) -> None:
        self.name: str = f"rotest-{os.urandom(8).hex()}" if reachable and _HAS_ABSTRACT_SOCKETS else ""
        self.secret: str = os.urandom(8).hex()
        self._expected = self.secret.encode()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        if self.name:
            self._socket.bind(f"\0{self.name}")

    def fileno(self) -> int:
        """Return the descriptor to wait for."""
        return self._socket.fileno()

    def receive(self) -> list[bytes]:
        """Return what has arrived."""
        messages: list[bytes] = []
        while True:
            try:
                datagram = self._socket.recv(_LARGEST)
            except OSError:
                return messages
            secret, _, content = datagram.partition(b" ")
            if secret == self._expected:
                messages.append(content)

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()


class Postman:
    """Send datagrams; never waits."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)

    def send(self, name: str, secret: str, content: bytes) -> bool:
        """Send to a mailbox; return False if nobody is there to take it, or has room for it."""
        try:
            self._socket.sendto(b"%s %s" % (secret.encode(), content), f"\0{name}")
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()
