"""What processes write to one another about leases, so that whoever waits need not ask the database."""

from __future__ import annotations

import json
from typing import NamedTuple

from rotest_core.leasing import Content, Hint, pack_content, unpack_content

_LONGEST = 7_900
"""Bytes that a payload of NOTIFY may have (8,000, PostgreSQL's manual on NOTIFY), with something to spare."""


class Letter(NamedTuple):
    """A text for a session.

    Args:
        address: where the session's process takes letters.
        text: begins with the number of the session.
    """

    address: str
    text: str


def write(address: str, session: int, content: Content) -> Letter:
    """Write to a session; what is too long for a letter is left to be asked for."""
    text = _pack(session, content)
    return Letter(address, text if len(text.encode()) <= _LONGEST else _pack(session, Hint()))


def read(text: str) -> tuple[int, Content]:
    """Read a letter; return the number of the session that it is for, and what it says."""
    session, *packed = json.loads(text)
    return session, unpack_content(packed)


def _pack(session: int, content: Content) -> str:
    return json.dumps((session, *pack_content(content)), ensure_ascii=False, separators=(",", ":"))
