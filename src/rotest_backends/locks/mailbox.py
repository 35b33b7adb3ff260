"""Short messages between the processes of a host: datagrams that wake who waits.

A message is a hint that arrives at once. One that is lost costs time, never correctness: whoever waits looks again by
himself before long.
"""

from __future__ import annotations

import os
import socket

_LARGEST = 65_536


class Mailbox:
    """Receive the messages of one session.

    Attributes:
        address: where to send to. It holds a secret that is to be known only to those who may read the leases: names
            of sockets can be seen by everybody on the host, and a message may say that a lease was granted.
    """

    def __init__(self) -> None:
        secret = os.urandom(8).hex()
        name = f"rotest-{os.urandom(8).hex()}"
        self.address = f"{name} {secret}"
        self._secret = secret.encode()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(f"\0{name}")

    def fileno(self) -> int:
        """Return the descriptor to wait on."""
        return self._socket.fileno()

    def receive(self) -> list[bytes]:
        """Return the messages that have arrived."""
        messages: list[bytes] = []
        while True:
            try:
                datagram = self._socket.recv(_LARGEST)
            except OSError:
                return messages
            secret, _, content = datagram.partition(b" ")
            if secret == self._secret:
                messages.append(content)

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()


class Postman:
    """Send messages; never waits."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)

    def send(self, address: str, message: bytes) -> None:
        """Send a message; it is lost if nobody is there to take it, or has room for it."""
        name, _, secret = address.partition(" ")
        try:
            self._socket.sendto(b"%s %s" % (secret.encode(), message), f"\0{name}")
        except OSError:
            return

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()
