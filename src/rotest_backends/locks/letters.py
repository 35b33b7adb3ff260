"""What the processes of a host tell one another about leases."""

from __future__ import annotations

import json
from typing import NamedTuple, TypeAlias

from rotest_backends.locks.packing import pack_lease, pack_owner, unpack_lease, unpack_owner
from rotest_core.allocation.ledger import News
from rotest_core.plugin.protocols.locks import (
    ClaimExpired,
    Grant,
    Lease,
    LeaseLost,
    LeaseWanted,
    Owner,
)


class Watch(NamedTuple):
    """Ask to watch the process that now holds what the receiver is next to have."""

    session: int
    owner: Owner


Letter: TypeAlias = Grant | ClaimExpired | LeaseLost | LeaseWanted | Watch


def news_letter(news: News) -> bytes:
    """Write to a session what became of its claim, or what it holds that others wait for."""
    if isinstance(news, Grant):
        return _write("granted", news.claim, *map(pack_lease, news.leases))
    if isinstance(news, ClaimExpired):
        return _write("expired", news.claim)
    if isinstance(news, LeaseWanted):
        return _write("wanted", pack_lease(news.lease))
    return _write("watch", news.holder.number, pack_owner(news.holder.owner))


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
    if kind == "wanted":
        return LeaseWanted(unpack_lease(first))
    if kind == "ended":
        return LeaseLost(unpack_lease(values[0]), first)
    return Watch(first, unpack_owner(values[0]))


def _write(kind: str, *values: object) -> bytes:
    return json.dumps((kind, *values)).encode()
