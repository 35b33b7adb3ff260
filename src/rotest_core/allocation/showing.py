"""Show a ledger to others."""

from __future__ import annotations

from rotest_core.allocation.ledger import Ledger
from rotest_core.allocation.rows import LeaseRow, SessionRow
from rotest_core.plugin.protocols.locks import HeldLease, LockStatus, WaitingClaim


def status_of(ledger: Ledger, now: float) -> LockStatus:
    """Return who holds what, by record, and who waits, in order."""
    sessions = {row.number: row for row in ledger.sessions.rows()}
    held = sorted(ledger.book.holdings, key=lambda row: (row.lease.key, row.slot, row.lease.token))
    return LockStatus(
        now + ledger.book.offset,
        tuple(held_lease(row, sessions[row.session], ledger.book.offset) for row in held),
        tuple(
            WaitingClaim(
                claim=row.claim,
                owner=sessions[row.session].owner,
                position=position,
                since=row.since + ledger.book.offset,
            )
            for position, row in enumerate(ledger.queue.rows(), 1)
        ),
    )


def held_lease(row: LeaseRow, session: SessionRow, offset: float) -> HeldLease:
    """Return a lease as others see it.

    Args:
        row: the lease.
        session: its holder's.
        offset: what must be added to a moment to have seconds since the epoch of the calendar.
    """
    return HeldLease(
        lease=row.lease,
        owner=session.owner,
        label=row.label,
        since=row.since + offset,
        until=session.until + offset,
    )
