"""The ledger of a process, kept in the tables of the leases; all processes take turns at it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

import psycopg

from rotest_core.leasing import Ledger
from rotest_postgres.database import Database, Link, Row
from rotest_postgres.locks.leases import LeaseTables
from rotest_postgres.locks.letters import Letter
from rotest_postgres.locks.pools import Pools
from rotest_postgres.locks.post import LabPostman, notify
from rotest_postgres.locks.queue import TableQueue
from rotest_postgres.locks.script import Script
from rotest_postgres.locks.sessions import TableSessions

ResultT = TypeVar("ResultT")

_LEAVE = """
UPDATE rotest.lock_state SET turn = %s, counter = %s, epoch = %s, started = %s, moment = %s;
COMMIT
"""


class Desk:
    """What a step of a turn works with.

    Attributes:
        ledger: up to date.
        now: the moment, in seconds since the epoch, by the database's clock.
        letters: to send when the turn is over; those that the ledger's news make necessary come by themselves.
    """

    def __init__(self, ledger: Ledger, now: float) -> None:
        self.ledger = ledger
        self.now = now
        self.letters: list[Letter] = []


class Books:
    """Keep the ledger; safe for the threads of this process and for all other processes.

    Args:
        database: where the tables are.
        write_letters: writes to those whom the ledger's news concern.
        residents: gives the numbers of this process's sessions.
    """

    def __init__(
        self,
        database: Database,
        write_letters: Callable[[Ledger], Iterable[Letter]],
        residents: Callable[[], Iterable[int]],
    ) -> None:
        self._database = database
        self._write_letters = write_letters
        self.postman = LabPostman()
        self._residents = residents
        self._lock = threading.RLock()
        self.forget()

    def transact(self, step: Callable[[Desk], ResultT]) -> ResultT:
        """Let `step` change the ledger, and write it down, while nobody else does the same.

        Args:
            step: neither waits nor reads nor writes anything but the ledger; it may be taken again when the connection
                broke, but never when what it did came about.

        Raises:
            StoreError: the database failed; the step has not happened, as far as can be known.
        """
        with self._lock:
            turn = _Turn(self, step)
            return self._database.run(turn.take)

    def forget(self) -> None:
        """Begin with an empty ledger: what stands in this one may not have happened."""
        self._turn = -1
        self._started = 0.0
        self._new_epoch = False
        self._emptied = 0
        self._pools = Pools()
        self._sessions = TableSessions()
        self._ledger = Ledger(sessions=self._sessions)
        self._queue = self._ledger.queue = TableQueue(self._ledger.records, self._pools)
        self._tables = LeaseTables(self._ledger)

    def close(self) -> None:
        """Send no more letters."""
        self.postman.close()

    def enter(self, link: Link) -> Desk:
        """Begin a turn: wait for it, and bring the ledger up to date."""
        script = Script()
        script.add("BEGIN")
        script.add(
            "SELECT rotest.lock_enter(%s, %s, %s)", self._turn, self._tables.known, list(self._residents())
        )
        _, (((turn, counter, epoch, started, server, now, emptied, news),),) = script.run(link)
        self._queue.resume(link)
        self._sessions.resume(link)
        book = self._ledger.book
        book.epoch, self._started = epoch, started
        if emptied != self._emptied:
            self._pools.clear()
            self._emptied = emptied
        if turn != self._turn:
            book.counter = counter
            self._refresh(*(rows or () for rows in news))
            self._turn = turn
        if started != server:
            self._begin_epoch(link, server, now)
        return Desk(self._ledger, now)

    def leave(self, desk: Desk, mark: str) -> tuple[Script, int]:
        """Prepare the end of a turn.

        Returns:
            What is to be sent, and the number of the last event in it, 0 if there is none.
        """
        desk.letters.extend(self._write_letters(self._ledger))
        changes = self._ledger.take_changes()
        script = Script()
        self._pools.write(script)
        self._tables.write(script, changes, mark)
        self._queue.write(script)
        self._sessions.write(script)
        for letter in desk.letters:
            if not self.postman.is_near(letter):
                script.add(*notify(letter))
        if script.empty and not self._new_epoch:
            script.add("COMMIT")
            return script, 0
        self._turn += 1
        self._new_epoch = False
        book = self._ledger.book
        script.add(_LEAVE, self._turn, book.counter, book.epoch, self._started, desk.now)
        return script, changes.events[-1].number if changes.events else 0

    def _refresh(
        self,
        names: Sequence[Row],
        capacities: Sequence[Row],
        dirty: Sequence[Row],
        leases: Sequence[Row],
        lines: Sequence[Row],
        heads: Sequence[Row],
        sessions: Sequence[Row],
    ) -> None:
        """Take over what others have changed, as the function lock_enter tells it."""
        self._tables.reset(names, capacities, dirty, leases)
        self._queue.reset(lines, heads)
        self._sessions.reset(sessions)
        self._ledger.forget_outlook()

    def _begin_epoch(self, link: Link, server: float, now: float) -> None:
        """Begin anew after the server was started: the last tokens may be lost, and nobody could beat meanwhile."""
        self._ledger.book.epoch += 1
        self._started = server
        self._new_epoch = True
        link.execute("UPDATE rotest.lock_session SET beat = %s WHERE NOT reservation", (now,))


class _Turn(Generic[ResultT]):
    """Take one turn, once, however often the connection breaks."""

    def __init__(self, books: Books, step: Callable[[Desk], ResultT]) -> None:
        self._books = books
        self._step = step
        self._mark = os.urandom(8).hex()
        self._doubt: tuple[int, ResultT] | None = None

    def take(self, link: Link) -> ResultT:
        try:
            desk = self._books.enter(link)
            if self._doubt is not None and self._came_about(link, self._doubt[0]):
                link.rollback()
                return self._doubt[1]
            self._doubt = None
            result = self._step(desk)
            script, event = self._books.leave(desk, self._mark)
            if event:
                self._doubt = event, result
            script.run(link)
        except BaseException:
            self._books.forget()
            raise
        self._doubt = None
        self._deliver(link, desk.letters)
        return result

    def _deliver(self, link: Link, letters: Iterable[Letter]) -> None:
        """Deliver what can be delivered directly; a letter that is lost costs time and nothing else."""
        postman = self._books.postman
        returned = [letter for letter in letters if postman.is_near(letter) and not postman.deliver(letter)]
        with suppress(psycopg.Error):
            for letter in returned:
                statement, *values = notify(letter)
                link.execute(statement.encode(), values)

    def _came_about(self, link: Link, event: int) -> bool:
        """Tell whether the connection broke only after the turn was written down."""
        found = link.execute(
            "SELECT FROM rotest.lock_event WHERE number = %s AND mark = %s", (event, self._mark)
        ).fetchone()
        return found is not None
