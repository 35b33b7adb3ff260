"""Show a ledger to others."""

from __future__ import annotations

from rotest_core.allocation.ledger import Ledger
from rotest_core.allocation.rows import LeaseRow
from rotest_core.plugin.protocols.locks import HeldLease, LockStatus, WaitingClaim


def status_of(ledger: Ledger, now: float) -> LockStatus:
    """Return who holds what, by record, and who waits, in order."""
    held = sorted(ledger.holdings, key=lambda row: (row.lease.key, row.slot, row.lease.token))
    return LockStatus(
        now + ledger.offset,
        tuple(held_lease(ledger, row) for row in held),
        tuple(
            WaitingClaim(
                claim=row.claim,
                owner=ledger.sessions[row.session].owner,
                position=position,
                since=row.since + ledger.offset,
            )
            for position, row in enumerate(ledger.queue, 1)
        ),
    )


def held_lease(ledger: Ledger, row: LeaseRow) -> HeldLease:
    """Return a lease as others see it."""
    session = ledger.sessions[row.session]
    return HeldLease(
        lease=row.lease,
        owner=session.owner,
        label=row.label,
        since=row.since + ledger.offset,
        until=session.until + ledger.offset,
    )
