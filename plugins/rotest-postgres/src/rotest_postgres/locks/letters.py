"""What processes tell one another about leases.

A letter is a hint that arrives at once. One that is lost costs time, never correctness: whoever waits looks again by
himself before long.
"""

from __future__ import annotations

import json
from typing import NamedTuple, TypeAlias

from rotest_core.plugin import ClaimExpired, Grant, Lease, LeaseLost, LeaseWanted, Owner
from rotest_postgres.locks.packing import pack_lease, pack_owner, unpack_lease, unpack_owner

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


class Rival(NamedTuple):
    """Tell who now holds what the receiver is next to have."""

    session: int
    owner: Owner


class Hint(NamedTuple):
    """Tell that something happened, without saying what."""


Content: TypeAlias = Grant | ClaimExpired | LeaseLost | LeaseWanted | Rival | Hint


def granted(address: str, session: int, grant: Grant) -> Letter:
    """Write to who was waiting that its claim is granted."""
    return _letter(address, session, "granted", grant.claim, *map(pack_lease, grant.leases))


def expired(address: str, session: int, claim: str) -> Letter:
    """Write to who was waiting that its claim has waited as long as it may."""
    return _letter(address, session, "expired", claim)


def ended(address: str, session: int, lease: Lease, reason: str) -> Letter:
    """Write to a holder whose lease was ended by force."""
    return _letter(address, session, "ended", reason, pack_lease(lease))


def wanted(address: str, session: int, lease: Lease) -> Letter:
    """Write to a holder that somebody waits for what it holds."""
    return _letter(address, session, "wanted", pack_lease(lease))


def rival(address: str, session: int, holder: int, owner: Owner) -> Letter:
    """Write to who is next in line who holds what it waits for."""
    return _letter(address, session, "rival", holder, pack_owner(owner))


def read(text: str) -> tuple[int, Content]:
    """Read a letter; return the number of the session that it is for, and what it says."""
    session, kind, *values = json.loads(text)
    match kind:
        case "granted":
            return session, Grant(values[0], tuple(map(unpack_lease, values[1:])))
        case "expired":
            return session, ClaimExpired(values[0])
        case "ended":
            return session, LeaseLost(unpack_lease(values[1]), values[0])
        case "wanted":
            return session, LeaseWanted(unpack_lease(values[0]))
        case "rival":
            return session, Rival(values[0], unpack_owner(values[1]))
        case _:
            return session, Hint()


def _letter(address: str, session: int, *values: object) -> Letter:
    text = json.dumps((session, *values), ensure_ascii=False, separators=(",", ":"))
    if len(text.encode()) > _LONGEST:
        text = json.dumps((session, "look"))
    return Letter(address, text)
