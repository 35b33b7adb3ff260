"""How letters travel: between processes of one host directly, as datagrams, and between hosts through NOTIFY.

PostgreSQL wakes every process that listens in a database for each NOTIFY, whomever it is for; so what can go another
way does. Letters that cannot be delivered directly, as into another network name space, go through NOTIFY as well.
"""

from __future__ import annotations

import os
import socket
import sys
from typing import NamedTuple

from rotest_core.leasing import boot_identifier
from rotest_postgres.locks.letters import Letter

_LARGEST = 65_536
_HAS_ABSTRACT_SOCKETS = sys.platform == "linux"


class Address(NamedTuple):
    """Say where a process takes letters.

    Args:
        channel: on which it listens for NOTIFY.
        boot: identifies its host, boot and process name space.
        socket: name of its socket there, in the abstract name space (unix(7)); empty where there is none.
        secret: to be known only to those who may read the leases, for the names of sockets can be seen by everybody on
            the host, and a letter may say that a lease was granted.
    """

    channel: str
    boot: str
    socket: str
    secret: str

    def __str__(self) -> str:
        return " ".join(self)

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read what `str` has written."""
        return cls(*text.split(" "))


def notify(letter: Letter) -> tuple[str, str, str]:
    """Return the statement that sends a letter through the database, with its two values."""
    return "SELECT pg_notify(%s, %s)", Address.parse(letter.address).channel, letter.text


class Mailbox:
    """Take the letters that come directly.

    Args:
        direct: whether to take any.

    Attributes:
        address: of the process.
    """

    def __init__(self, *, direct: bool) -> None:
        name = f"rotest-{os.urandom(8).hex()}" if direct and _HAS_ABSTRACT_SOCKETS else ""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        if name:
            self._socket.bind(f"\0{name}")
        self.address = Address(
            channel=f"rotest_{os.urandom(8).hex()}",
            boot=boot_identifier().replace(" ", "_"),
            socket=name,
            secret=os.urandom(8).hex(),
        )

    def fileno(self) -> int:
        """Return the descriptor to wait for."""
        return self._socket.fileno()

    def receive(self) -> list[str]:
        """Return the letters that have arrived."""
        texts: list[str] = []
        while True:
            try:
                datagram = self._socket.recv(_LARGEST)
            except OSError:
                return texts
            secret, _, text = datagram.partition(b" ")
            if secret == self.address.secret.encode():
                texts.append(text.decode())

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()


class Postman:
    """Deliver letters to processes of this host; never waits."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._boot = boot_identifier().replace(" ", "_")

    def is_near(self, letter: Letter) -> bool:
        """Tell whether a letter can perhaps be delivered directly."""
        address = Address.parse(letter.address)
        return address.boot == self._boot and bool(address.socket)

    def deliver(self, letter: Letter) -> bool:
        """Deliver a letter; return False if that could not be done."""
        address = Address.parse(letter.address)
        try:
            self._socket.sendto(f"{address.secret} {letter.text}".encode(), f"\0{address.socket}")
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()
