"""Leases among all processes, on all hosts, that can reach one PostgreSQL database.

Tables and protocol are described in docs/postgres.md of Rotest's repository.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from rotest_core import LeaseError, RecordKey, StoreError
from rotest_core.leasing import Ledger, NextInLine, content_of, held_lease, is_dead
from rotest_core.plugin import HeldLease, Lease, LeaseLost, LockEvent, LockStatus, Owner
from rotest_postgres.database import Database, Link
from rotest_postgres.locks import looks
from rotest_postgres.locks.books import Books, Desk
from rotest_postgres.locks.home import Home
from rotest_postgres.locks.inbox import Beat
from rotest_postgres.locks.letters import Letter, read, write
from rotest_postgres.locks.schema import STEPS
from rotest_postgres.locks.session import PostgresSession
from rotest_postgres.migrations import migrate

ResultT = TypeVar("ResultT")

_SETTINGS = "SET plan_cache_mode = force_generic_plan"
"""Statements are few, and to plan them takes longer than to carry them out."""

_BEATS_PER_LIFE = 3
_IDLE = 20.0
_QUICK = 2.0
"""Seconds within which the database answers to a look; who waits looks again anyway."""


class PostgresLocks:
    """Keep exclusion among all who use one database.

    Args:
        url: the database.
        patience: seconds to wait for a server that is out of reach when something is opened.
        direct: whether processes of this host may send word to this one without the database.

    Raises:
        StoreError: it cannot be reached, refuses, or holds leases of a newer version.
    """

    def __init__(self, url: str, *, patience: float = 0.0, direct: bool = True) -> None:
        self._database = Database(url, patience=patience, settings=_SETTINGS)
        migrate(self._database, component="locks", steps=STEPS)
        self._pid = os.getpid()
        self._direct = direct
        self._books = Books(self._database, _letters, lambda: list(self._sessions))
        self._sessions: dict[int, PostgresSession] = {}
        self._lock = threading.Lock()
        self._home: Home | None = None
        self._closed = False

    def open(self, owner: Owner, *, ttl: float) -> PostgresSession:
        """Open a session; see `LockStrategy.open`."""
        self._check_home()
        self._reap_all()
        with self._lock:
            if self._home is None:
                self._database.run(looks.tidy)
                self._home = Home(self._database, self, direct=self._direct)
        session = PostgresSession(self, owner, ttl, self._home.address)
        self._home.ring()
        return session

    def status(self) -> LockStatus:
        """Return who holds what and who waits."""
        self._reap_all()
        return self._database.run(looks.status)

    def history(self, *, after: int = 0) -> Sequence[LockEvent]:
        """Return the events; see `LockStrategy.history`."""
        return self._database.run(lambda link: looks.history(link, after))

    def end(self, key: RecordKey, *, reason: str) -> Sequence[HeldLease]:
        """End the leases of a record by force; see `LockStrategy.end`."""

        def step(desk: Desk) -> list[HeldLease]:
            found = desk.ledger.end(key, desk.now, reason=reason)
            desk.letters += [
                write(owner.address, owner.number, LeaseLost(row.lease, reason))
                for owner, row in found
                if owner.address
            ]
            return [held_lease(row, owner, desk.ledger.book.offset) for owner, row in found]

        return self.transact(step)

    def close(self) -> None:
        """Close all sessions; may be called twice."""
        if self._closed or os.getpid() != self._pid:
            return
        self._closed = True
        try:
            for session in list(self._sessions.values()):
                session.close()
        finally:
            if self._home is not None:
                self._home.close()
            self._books.close()
            self._database.close()

    # For sessions

    def transact(self, step: Callable[[Desk], ResultT]) -> ResultT:
        """Change the books, and tell those who were granted something by it."""
        self._check_home()
        return self._books.transact(step)

    def look(self, session: int) -> looks.Look:
        """Find out how a session stands, and watch who on this host holds something."""
        found = self._database.run(lambda link: looks.look(link, session), limit=_QUICK, patience=0.0)
        if self._home is not None:
            self._home.watch_only(found.rivals)
        return found

    def why_lost(self, lease: Lease) -> str:
        """Find out why a lease ended."""
        try:
            return self._database.run(lambda link: looks.why_lost(link, lease), limit=_QUICK, patience=0.0)
        except StoreError:
            return "somebody ended it"

    def watch(self, session: int, owner: Owner) -> None:
        """End a session when its process ends, or at once if it has ended."""
        if self._home is not None and not self._home.watch(session, owner):
            self.reap({session: owner}, overdue=False)

    def reap(self, suspicious: Mapping[int, Owner], *, overdue: bool) -> bool:
        """End the sessions of processes of this host that died, and those whose time is up.

        Args:
            suspicious: sessions whose processes may have died.
            overdue: whether the time of some session is up.

        Returns:
            Whether there were any.
        """
        dead = {
            number: f"its process {owner.pid} died" for number, owner in suspicious.items() if is_dead(owner)
        }
        if overdue or dead:
            self.transact(lambda desk: desk.ledger.reap(dead, desk.now))
        return overdue or bool(dead)

    def _reap_all(self) -> None:
        overdue, suspicious = self._database.run(looks.suspects)
        self.reap(suspicious, overdue=overdue)

    def settle(self, session: PostgresSession, old: int | None = None) -> None:
        """Know a session by its number, and no longer by its old one."""
        with self._lock:
            if old is not None:
                self._sessions.pop(old, None)
            self._sessions[session.number] = session

    def leave(self, session: PostgresSession) -> None:
        """Forget a session that closed."""
        with self._lock:
            self._sessions.pop(session.number, None)

    # For the home: see `Residents`

    def receive(self, text: str) -> None:
        number, content = read(text)
        session = self._sessions.get(number)
        if session is not None:
            session.inbox.put(content)

    def beat(self, link: Link) -> None:
        with self._lock:
            sessions = self._sessions.copy()
        if not sessions:
            return
        link.limit = max(_QUICK, self.interval())
        sent = time.monotonic()
        standing = looks.beat(link, list(sessions))
        for number, session in sessions.items():
            found = standing.get(number)
            if found is None:
                session.confirm(Beat(number, sent, None))
            else:
                session.confirm(Beat(number, sent, found.tokens, others_wait=found.others_wait))

    def interval(self) -> float:
        with self._lock:
            return min((session.ttl for session in self._sessions.values()), default=_IDLE) / _BEATS_PER_LIFE

    def arrived(self) -> None:
        for session in list(self._sessions.values()):
            session.look_soon()

    def died(self, sessions: Sequence[int]) -> None:
        dead = dict.fromkeys(sessions, "its process died")
        self.transact(lambda desk: desk.ledger.reap(dead, desk.now))

    def _check_home(self) -> None:
        if os.getpid() != self._pid:
            raise LeaseError("leases cannot be used in a process forked from the one that opened them")


def _letters(ledger: Ledger) -> Iterable[Letter]:
    """Write to those whom the news of a ledger concern."""
    for session, news in ledger.take_news():
        # Who cannot see the process of a holder has nothing to watch.
        if isinstance(news, NextInLine) and (
            news.holder.owner.boot != session.owner.boot or news.holder.reservation
        ):
            continue
        yield write(session.address, session.number, content_of(news))
