"""How sessions of a host write to one another."""

from __future__ import annotations

import json

from rotest_core.leasing.letters import Content, Hint, pack_content, unpack_content
from rotest_core.leasing.mailbox import Mailbox, Postman


class HostMailbox(Mailbox):
    """Take the letters of one session."""

    @property
    def address(self) -> str:
        """Give where to send them."""
        return f"{self.name} {self.secret}"


class HostPostman(Postman):
    """Send letters; one that nobody takes is lost."""

    def deliver(self, address: str, content: Content) -> None:
        """Send a letter to a session."""
        name, _, secret = address.partition(" ")
        self.send(
            name, secret, b"" if isinstance(content, Hint) else json.dumps(pack_content(content)).encode()
        )


def read(letter: bytes) -> Content:
    """Read a letter."""
    return unpack_content(json.loads(letter)) if letter else Hint()
