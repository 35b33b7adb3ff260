"""What the processes of a host tell one another about leases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from rotest_backends.locks.packing import pack_lease, pack_owner, unpack_lease, unpack_owner
from rotest_core.allocation.ledger import Ledger, News
from rotest_core.plugin.protocols.locks import ClaimExpired, Grant, Lease, LeaseLost, Owner


class Watch(NamedTuple):
    """Ask to watch the process that now holds what the receiver is next to have."""

    session: int
    owner: Owner


Letter: TypeAlias = Grant | ClaimExpired | LeaseLost | Watch


def news_letters(ledger: Ledger, session: int, news: News) -> Iterator[tuple[str, bytes]]:
    """Write to who was waiting, and to who is next in line for what he got, with their addresses.

    Args:
        ledger: as it is now.
        session: number of the session that was waiting.
        news: what became of its claim.
    """
    winner = ledger.sessions[session]
    if isinstance(news, ClaimExpired):
        yield winner.address, _write("expired", news.claim)
        return
    yield winner.address, _write("granted", news.claim, *map(pack_lease, news.leases))
    bits = 0
    for lease in news.leases:
        bits |= 1 << ledger.records.number(lease.key)
    heir = next((row for row in ledger.queue if row.reach & bits and row.session != session), None)
    if heir is not None:
        yield ledger.sessions[heir.session].address, _write("watch", session, pack_owner(winner.owner))


def ended_letter(lease: Lease, reason: str) -> bytes:
    """Write to a holder whose lease was ended by force."""
    return _write("ended", reason, pack_lease(lease))


def wake_letter() -> bytes:
    """Write nothing, only to wake."""
    return b""


def read_letter(content: bytes) -> Letter | None:
    """Read a letter; None for one that says nothing."""
    if not content:
        return None
    kind, first, *values = json.loads(content)
    if kind == "granted":
        return Grant(first, tuple(map(unpack_lease, values)))
    if kind == "expired":
        return ClaimExpired(first)
    if kind == "ended":
        return LeaseLost(unpack_lease(values[0]), first)
    return Watch(first, unpack_owner(values[0]))


def _write(kind: str, *values: object) -> bytes:
    return json.dumps((kind, *values)).encode()
