"""Leases among the processes of one host, wherever the books are kept.

Whoever changes the books grants what has become free in the same transaction, and wakes the winners after it. Each
process beats from a thread; one that dies is noticed at once by those who wait for what it holds.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection, Sequence
from typing import TypeVar
from weakref import WeakSet

from rotest_backends.locks.books import Books
from rotest_backends.locks.casualties import Casualties, find_casualties
from rotest_backends.locks.post import HostPostman
from rotest_backends.locks.session import HostSession
from rotest_core.allocation.ledger import Ledger
from rotest_core.allocation.showing import held_lease, status_of
from rotest_core.errors import LeaseError, StoreError
from rotest_core.leasing.letters import Content, content_of
from rotest_core.model.record import RecordKey
from rotest_core.plugin.protocols.locks import HeldLease, LeaseLost, LockEvent, LockStatus, Owner

ResultT = TypeVar("ResultT")

_BEATS_PER_LIFE = 3


_all: WeakSet[HostLocks] = WeakSet()


def _leave_home() -> None:
    for locks in _all:
        locks.at_home = False


os.register_at_fork(after_in_child=_leave_home)


class HostLocks:
    """Keep exclusion among the processes of one host.

    Args:
        books: where the ledger is kept.

    Attributes:
        at_home: False in a child that this process forked: there nothing of it may be used.
    """

    def __init__(self, books: Books) -> None:
        self._books = books
        self.at_home = True
        _all.add(self)
        self._postman = HostPostman()
        self._sessions: dict[int, HostSession] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._wake = threading.Event()
        self._heart: threading.Thread | None = None

    def open(self, owner: Owner, *, ttl: float) -> HostSession:
        """Open a session; see `LockStrategy.open`."""
        self.reap()
        session = HostSession(self, owner, ttl)
        with self._lock:
            self._sessions[session.number] = session
            self._wake.set()
            if self._heart is None:
                self._heart = threading.Thread(target=self._beat, name="rotest-heartbeat", daemon=True)
                self._heart.start()
        return session

    def status(self) -> LockStatus:
        """Return who holds what and who waits."""
        self.reap()
        return self._books.look(lambda ledger: status_of(ledger, time.monotonic()))

    def history(self, *, after: int = 0) -> Sequence[LockEvent]:
        """Return the events; see `LockStrategy.history`."""
        return self._books.history(after)

    def end(self, key: RecordKey, *, reason: str) -> Sequence[HeldLease]:
        """End the leases of a record by force; see `LockStrategy.end`."""

        def step(ledger: Ledger) -> list[tuple[str, HeldLease]]:
            return [
                (session.address, held_lease(row, session, ledger.book.offset))
                for session, row in ledger.end(key, time.monotonic(), reason=reason)
            ]

        ended = self.transact(step)
        for address, held in ended:
            self.send(address, LeaseLost(held.lease, reason))
        return [held for _, held in ended]

    def close(self) -> None:
        """Close all sessions; may be called twice."""
        if self._closed or not self.at_home:
            return
        self._closed = True
        for session in list(self._sessions.values()):
            session.close()
        self._wake.set()
        if self._heart is not None:
            self._heart.join()
        self._postman.close()
        self._books.close()

    # For sessions

    def transact(self, step: Callable[[Ledger], ResultT]) -> ResultT:
        """Change the books, and tell those for whom it changed something."""
        if not self.at_home:
            raise LeaseError("leases cannot be used in a process forked from the one that opened them")
        result, told = self._books.transact(step)
        for session, news in told:
            self.send(session.address, content_of(news))
        return result

    def look(self, reader: Callable[[Ledger], ResultT]) -> ResultT:
        """Read the books."""
        return self._books.look(reader)

    def send(self, address: str, content: Content) -> None:
        """Send a letter."""
        self._postman.deliver(address, content)

    def reap(self, suspects: Collection[int] | None = None) -> bool:
        """End the sessions of processes that died, and those whose time is up.

        Args:
            suspects: sessions whose processes may have died; None for all.

        Returns:
            Whether there were any.
        """
        return self.bury(self._books.look(lambda ledger: find_casualties(ledger, suspects)))

    def bury(self, casualties: Casualties) -> bool:
        """End sessions that were found dead; return whether there were any."""
        if casualties:
            self.transact(lambda ledger: ledger.reap(casualties.dead, time.monotonic()))
        return bool(casualties)

    def leave(self, session: int) -> None:
        """Forget a session that closed."""
        with self._lock:
            self._sessions.pop(session, None)

    def renumber(self, old: int, new: int) -> None:
        """Know a session by its new number, after it had been taken for dead."""
        with self._lock:
            session = self._sessions.pop(old, None)
            if session is not None:
                self._sessions[new] = session

    def _beat(self) -> None:
        while not self._closed:
            self._wake.wait(self._interval())
            self._wake.clear()
            try:
                self._beat_once()
            except StoreError:
                # The next beat may succeed; until the time to live is over nothing is lost.
                continue

    def _interval(self) -> float:
        with self._lock:
            return min((session.ttl for session in self._sessions.values()), default=1.0) / _BEATS_PER_LIFE

    def _beat_once(self) -> None:
        with self._lock:
            sessions = self._sessions.copy()
        for number in self._books.beat(sessions, time.monotonic()):
            sessions[number].revive()
        # What a letter may not have told.
        asking = [number for number, session in sessions.items() if session.may_be_wanted]
        if asking:
            wanted = self._books.look(lambda ledger: {number: ledger.wanted(number) for number in asking})
            for number, leases in wanted.items():
                sessions[number].hear_wanted(leases)
