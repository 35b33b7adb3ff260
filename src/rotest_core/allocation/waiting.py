"""Say in one line why a claim waits."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence

from rotest_core.model.record import RecordKey
from rotest_core.plugin.protocols.locks import Candidate, Claim, HeldLease, LockStatus, Want

_SHOWN = 3


def why(claim: Claim, status: LockStatus) -> str:
    """Say what a claim waits for: its place in the queue, the records that match, and who holds each.

    Args:
        claim: a claim that waits.
        status: everything that is held and waited for.
    """
    held: dict[RecordKey, list[HeldLease]] = {}
    for lease in status.held:
        held.setdefault(lease.lease.key, []).append(lease)
    pieces = [piece for want in claim.wants if (piece := _want(want, held))]
    if not pieces:
        pieces.append("what is free is kept for those who asked before")
    place = next((waiting.position for waiting in status.waiting if waiting.claim.id == claim.id), None)
    if place is not None:
        pieces.append(f"place {place} of {len(status.waiting)} in the queue")
    return "; ".join(pieces)


def holder_line(held: HeldLease) -> str:
    """Say who holds a record: ``calc1 is held by dan@lab (run 4711) for test_x since 10:02:03, until 10:07:00``."""
    owner = held.owner
    label = f" for {held.label}" if held.label else ""
    until = "" if math.isinf(held.until) else f", until {clock(held.until)} unless renewed"
    return (
        f"{held.lease.key.name} is held by {owner.user}@{owner.host} (run {owner.run}){label} "
        f"since {clock(held.since)}{until}"
    )


def clock(moment: float) -> str:
    """Return the local time of day of a moment in seconds since the epoch."""
    return time.strftime("%H:%M:%S", time.localtime(moment))


def _want(want: Want, held: Mapping[RecordKey, Sequence[HeldLease]]) -> str:
    """Say who holds what a want could have; nothing if some of it is free."""
    in_the_way: list[HeldLease] = []
    for candidate in want.candidates:
        blockers = _blockers(candidate, want.exclusive, held)
        if not blockers:
            return ""
        in_the_way += (blocker for blocker in blockers if blocker not in in_the_way)
    matching = len(want.candidates)
    shown = ", ".join(holder_line(blocker) for blocker in in_the_way[:_SHOWN])
    more = f", and {len(in_the_way) - _SHOWN} more" if len(in_the_way) > _SHOWN else ""
    count = "the only record that matches" if matching == 1 else f"all {matching} records that match"
    return f"{want.name}: {count}: {shown}{more}"


def _blockers(
    candidate: Candidate, exclusive: bool, held: Mapping[RecordKey, Sequence[HeldLease]]
) -> list[HeldLease]:
    units = [(candidate.key, candidate.capacity), *((part.key, part.capacity) for part in candidate.parts)]
    blockers: list[HeldLease] = []
    for key, capacity in units:
        holders = held.get(key, ())
        alone = [holder for holder in holders if holder.lease.exclusive]
        shared = len(alone) < len(holders)
        if len(alone) + (shared and exclusive) >= capacity:
            blockers += holders
    return blockers
