"""What processes tell one another about leases.

A letter is a hint that arrives at once. One that is lost costs time, never correctness.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from rotest_core.allocation.ledger import News
from rotest_core.leasing.packing import Packed, pack_lease, pack_owner, unpack_lease, unpack_owner
from rotest_core.plugin.protocols.locks import ClaimExpired, Grant, LeaseLost, LeaseWanted, Notice, Owner


class Rival(NamedTuple):
    """Tell who now holds what the receiver is next to have: it had better watch that process."""

    session: int
    owner: Owner


class Hint(NamedTuple):
    """Tell that something happened, without saying what."""


Content: TypeAlias = Notice | Rival | Hint


def content_of(news: News) -> Notice | Rival:
    """Return what to write to a session whom news of the ledger concern."""
    if isinstance(news, Grant | ClaimExpired | LeaseWanted):
        return news
    return Rival(news.holder.number, news.holder.owner)


def pack_content(content: Content) -> Packed:
    """Pack what a letter says into JSON values."""
    if isinstance(content, Grant):
        return ["granted", content.claim, *map(pack_lease, content.leases)]
    if isinstance(content, ClaimExpired):
        return ["expired", content.claim]
    if isinstance(content, LeaseLost):
        return ["ended", content.reason, pack_lease(content.lease)]
    if isinstance(content, LeaseWanted):
        return ["wanted", pack_lease(content.lease)]
    if isinstance(content, Rival):
        return ["rival", content.session, pack_owner(content.owner)]
    return ["look"]


def unpack_content(packed: Packed) -> Content:
    """Unpack what a letter says; a hint where that is not known, as when a later version wrote it."""
    match packed:
        case ["granted", claim, *leases]:
            return Grant(claim, tuple(map(unpack_lease, leases)))
        case ["expired", claim]:
            return ClaimExpired(claim)
        case ["ended", reason, lease]:
            return LeaseLost(unpack_lease(lease), reason)
        case ["wanted", lease]:
            return LeaseWanted(unpack_lease(lease))
        case ["rival", session, owner]:
            return Rival(session, unpack_owner(owner))
        case _:
            return Hint()
