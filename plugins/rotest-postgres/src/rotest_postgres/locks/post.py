"""How letters travel: between processes of one host directly, as datagrams, and between hosts through NOTIFY.

PostgreSQL wakes every process that listens in a database for each NOTIFY, whomever it is for; so what can go another
way does. Letters that cannot be delivered directly, as into another network name space, go through NOTIFY as well.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from rotest_core.leasing import Mailbox, Postman, boot_identifier
from rotest_postgres.locks.letters import Letter


class Address(NamedTuple):
    """Say where a process takes letters.

    Args:
        channel: on which it listens for NOTIFY.
        boot: identifies its host, boot and process name space.
        socket: name of its mailbox there; empty where there is none.
        secret: of the mailbox.
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


class LabMailbox(Mailbox):
    """Take the letters that come directly.

    Args:
        direct: whether to take any.

    Attributes:
        address: of the process.
    """

    def __init__(self, *, direct: bool) -> None:
        super().__init__(reachable=direct)
        self.address = Address(f"rotest_{os.urandom(8).hex()}", _place(), self.name, self.secret)


class LabPostman(Postman):
    """Deliver letters to processes of this host."""

    def __init__(self) -> None:
        super().__init__()
        self._place = _place()

    def is_near(self, letter: Letter) -> bool:
        """Tell whether a letter can perhaps be delivered directly."""
        address = Address.parse(letter.address)
        return address.boot == self._place and bool(address.socket)

    def deliver(self, letter: Letter) -> bool:
        """Deliver a letter; return False if that could not be done."""
        address = Address.parse(letter.address)
        return self.send(address.socket, address.secret, letter.text.encode())


def _place() -> str:
    return boot_identifier().replace(" ", "_")
