"""The state of all leases, and what can be asked of it without changing anything."""

from __future__ import annotations

from rotest_core.allocation.lease_book import LeaseBook
from rotest_core.allocation.queue import MemoryQueue, Queue
from rotest_core.allocation.records import Records
from rotest_core.allocation.rows import SessionRow
from rotest_core.allocation.sessions import MemorySessions, Sessions
from rotest_core.plugin.protocols.locks import Claim, Grant, Lease


class LedgerState:
    """Hold sessions, leases and the queue.

    Args:
        queue: the claims that wait; by default in memory.
        sessions: those that are open; by default in memory.

    Attributes:
        records: the numbers of the records.
        book: the leases.
    """

    def __init__(self, queue: Queue | None = None, sessions: Sessions | None = None) -> None:
        self.records: Records = Records()
        self.book: LeaseBook = LeaseBook(self.records)
        self.queue: Queue = MemoryQueue() if queue is None else queue
        self.sessions: Sessions = MemorySessions() if sessions is None else sessions

    def reach(self, claim: Claim) -> int:
        """Return the bits of all records and parts that could serve a claim."""
        reach = 0
        for want in claim.wants:
            reach |= self.records.pool(want.candidates).reach
        return reach

    def in_the_way(self, reach: int) -> list[SessionRow]:
        """Return the sessions and reservations that hold something of a mask."""
        numbers = sorted({row.session for row in self.book.holdings.among(reach)})
        return [row for number in numbers if (row := self.sessions.get(number)) is not None]

    def granted(self, session: int, claim: str) -> Grant | None:
        """Return the grant of a claim from the leases that stand, or None if there are none."""
        rows = self.book.holdings.of_session(session)
        leases = tuple([row.lease for row in rows if row.lease.claim == claim])
        return Grant(claim, leases) if leases else None

    def wanted(self, session: int) -> list[Lease]:
        """Return the leases of a session that could be of use to others who wait."""
        reach = 0
        for row in self.queue.rows():
            if row.session != session:
                reach |= row.reach
        if not reach:
            return []
        return [row.lease for row in self.book.holdings.of_session(session) if reach >> row.record & 1]

    def _session(self, number: int) -> SessionRow:
        session = self.sessions.get(number)
        assert session is not None, f"session {number} is gone"
        return session
