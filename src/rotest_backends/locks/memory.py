"""Leases in the memory of one process, among its threads.

Nothing outlives the process and no other process takes part, so there is no heartbeat either: whoever could expire
here would expire together with all others.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence

from rotest_core.allocation.ledger import Ledger, NextInLine
from rotest_core.allocation.rows import EventRow
from rotest_core.allocation.showing import held_lease, status_of
from rotest_core.errors import LeaseError, LeaseLostError
from rotest_core.model.record import RecordKey
from rotest_core.plugin.options import PluginContext
from rotest_core.plugin.protocols.locks import (
    Claim,
    Grant,
    HeldLease,
    Lease,
    LeaseLost,
    LeaseWanted,
    LockEvent,
    LockStatus,
    Notice,
    Owner,
)

_EVENTS_KEPT = 1_000
_FOR_EVER = float("inf")


class MemoryLocks:
    """Keep exclusion among the sessions of one process.

    Args:
        ledger: the state to begin with; by default there are no leases.
    """

    def __init__(self, ledger: Ledger | None = None) -> None:
        self._lock = threading.Lock()
        self._ledger = Ledger() if ledger is None else ledger
        self._ledger.book.offset = time.time() - time.monotonic()
        self._events: deque[EventRow] = deque(maxlen=_EVENTS_KEPT)
        self._sessions: dict[int, MemorySession] = {}

    def open(self, owner: Owner, *, ttl: float) -> MemorySession:
        """Open a session; see `LockStrategy.open`."""
        with self._lock:
            number = self._ledger.open(owner, time.monotonic(), ttl=_FOR_EVER).number
            session = self._sessions[number] = MemorySession(self, number, self._ledger, self._lock)
            self.publish()
            return session

    def status(self) -> LockStatus:
        """Return who holds what and who waits."""
        with self._lock:
            now = self.enter()
            self.publish()
            return status_of(self._ledger, now)

    def history(self, *, after: int = 0) -> Sequence[LockEvent]:
        """Return the last events; see `LockStrategy.history`."""
        with self._lock:
            return [event.public() for event in self._events if event.number > after]

    def end(self, key: RecordKey, *, reason: str) -> Sequence[HeldLease]:
        """End the leases of a record by force; see `LockStrategy.end`."""
        with self._lock:
            ended = self._ledger.end(key, self.enter(), reason=reason)
            for session, row in ended:
                self._tell(session.number, LeaseLost(row.lease, reason))
            self.publish()
            return [held_lease(row, session, self._ledger.book.offset) for session, row in ended]

    def close(self) -> None:
        """Close all sessions; may be called twice."""
        for session in list(self._sessions.values()):
            session.close()

    # For sessions, which hold the lock while they call these.

    def enter(self) -> float:
        """Return the moment, after reservations were ended whose time is up by then."""
        now = time.monotonic()
        self._ledger.reap({}, now)
        return now

    def publish(self) -> None:
        """Write history and tell the winners."""
        self._events.extend(self._ledger.take_changes().events)
        for session, news in self._ledger.take_news():
            if not isinstance(news, NextInLine):
                self._tell(session.number, news)

    def leave(self, session: int) -> None:
        """Forget a session that closes."""
        self._sessions.pop(session, None)

    def _tell(self, session: int, notice: Notice) -> None:
        if session in self._sessions:
            self._sessions[session].tell(notice)


class MemorySession:
    """Claim, hold and release on behalf of some threads of the process.

    Args:
        strategy: the strategy that opened the session.
        number: under which it is known.
        ledger: the strategy's.
        lock: held by whoever uses the ledger.
    """

    def __init__(self, strategy: MemoryLocks, number: int, ledger: Ledger, lock: threading.Lock) -> None:
        self._strategy = strategy
        self._number = number
        self._ledger = ledger
        self._lock = lock
        self._condition = threading.Condition(lock)
        self._notices: list[Notice] = []
        # Tokens of the leases of which it was told that others wait for them.
        self._wanted: set[int] = set()

    def submit(self, claim: Claim) -> Grant | None:
        """Ask for a claim; see `LockSession.submit`."""
        with self._lock:
            now = self._enter()
            grant = self._ledger.submit(self._number, claim, now)
            self._strategy.publish()
            return grant

    def wait(self, timeout: float) -> Sequence[Notice]:
        """Return what happened; see `LockSession.wait`."""
        deadline = time.monotonic() + timeout
        with self._lock:
            while True:
                now = self._strategy.enter()
                self._ledger.expire(now)
                self._strategy.publish()
                for lease in self._ledger.wanted(self._number):
                    self.tell(LeaseWanted(lease))
                if self._notices or now >= deadline or self._ledger.sessions.get(self._number) is None:
                    notices, self._notices = self._notices, []
                    return notices
                self._condition.wait(min(deadline, self._next_moment()) - now)

    def cancel(self, claim: str) -> Grant | None:
        """Take a waiting claim back; see `LockSession.cancel`."""
        with self._lock:
            now = self._enter()
            self._ledger.cancel(self._number, claim, now)
            self._strategy.publish()
            told = [notice for notice in self._notices if isinstance(notice, Grant) and notice.claim == claim]
            self._notices = [notice for notice in self._notices if notice not in told]
            return told[0] if told else None

    def release(self, leases: Sequence[Lease], *, dirty: bool = False) -> None:
        """Give leases back; see `LockSession.release`."""
        with self._lock:
            lost = self._ledger.release(self._number, leases, self._enter(), dirty=dirty)
            self._wanted.difference_update([lease.token for lease in leases])
            self._strategy.publish()
        if lost:
            raise LeaseLostError(str(lease.key) for lease in lost)

    def hold(self, leases: Sequence[Lease], *, name: str, duration: float, reason: str = "") -> None:
        """Turn leases into a reservation; see `LockSession.hold`."""
        with self._lock:
            now = self._enter()
            lost = self._ledger.hold(self._number, leases, now, name=name, duration=duration, reason=reason)
            self._strategy.publish()
        if lost:
            raise LeaseLostError(str(lease.key) for lease in lost)

    def adopt(self, name: str) -> Grant | None:
        """Take over a reservation; see `LockSession.adopt`."""
        with self._lock:
            grant = self._ledger.adopt(self._number, name, self._enter())
            self._strategy.publish()
            return grant

    def close(self) -> None:
        """Cancel all claims and release all leases; see `LockSession.close`."""
        with self._lock:
            self._strategy.leave(self._number)
            self._ledger.close(self._number, time.monotonic())
            self._strategy.publish()
            self._condition.notify_all()

    def tell(self, notice: Notice) -> None:
        """Keep news until the session waits; called with the lock held."""
        if isinstance(notice, LeaseWanted):
            if notice.lease.token in self._wanted:
                return
            self._wanted.add(notice.lease.token)
        self._notices.append(notice)
        self._condition.notify_all()

    def _enter(self) -> float:
        if self._ledger.sessions.get(self._number) is None:
            raise LeaseError("the session was closed")
        return self._strategy.enter()

    def _next_moment(self) -> float:
        """Return when time alone will next change something: a claim or a reservation runs out."""
        claims = self._ledger.queue.of_session(self._number)
        deadlines = [claim.deadline for claim in claims if claim.deadline is not None]
        return min([*deadlines, *(session.until for session in self._ledger.sessions.rows())])


def memory(context: PluginContext) -> MemoryLocks:
    """Make the strategy of a run that shares nothing with other processes."""
    return MemoryLocks()
