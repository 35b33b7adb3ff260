"""Keep the ledger and the tables the same."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from typing import Any, TypeAlias

from rotest_backends.locks.sqlite_holdings import SqliteHoldings
from rotest_backends.locks.sqlite_queue import SqliteQueue
from rotest_backends.locks.sqlite_sessions import SqliteSessions
from rotest_core.allocation.ledger import Ledger
from rotest_core.allocation.rows import EventRow, LeaseRow
from rotest_core.leasing.packing import pack_names, unpack_names
from rotest_core.model.record import RecordKey
from rotest_core.plugin.protocols.locks import Lease, LockEvent, LockStep

Row: TypeAlias = tuple[Any, ...]

_BREAK = "\x1f"
"""Stands between packed values: ASCII's unit separator."""

_NEWS = """
SELECT (SELECT max(number) FROM lock_record),
       (SELECT value FROM meta WHERE component = 'locks' AND key = 'capacities'),
       (SELECT value FROM meta WHERE component = 'locks' AND key = 'endings'),
       EXISTS (SELECT 1 FROM lock_dirty)
"""
_ENDINGS = {LockStep.CLOSED, LockStep.ENDED, LockStep.LOST}
"""Steps by which a session may lose what it has without doing anything."""

_COUNT_ENDING = """
INSERT INTO meta (component, key, value) VALUES ('locks', 'endings', 1)
ON CONFLICT (component, key) DO UPDATE SET value = value + 1
"""
_ADD_EVENT = "INSERT INTO lock_event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


class Tables:
    """Read into a new ledger what the tables hold, and write down what changes in it.

    Args:
        connection: to the file; every method is called inside a transaction.
        epoch: of the tokens.
    """

    def __init__(self, connection: sqlite3.Connection, epoch: int) -> None:
        self._execute = connection.cursor().execute
        self._executemany = connection.cursor().executemany
        self._sessions = SqliteSessions(connection)
        self.ledger = Ledger(sessions=self._sessions)
        self._queue = SqliteQueue(connection, self.ledger.records)
        self.ledger.queue = self._queue
        self._holdings = self.ledger.book.holdings = SqliteHoldings(connection, self.ledger.records)
        self.ledger.book.epoch = epoch
        self.ledger.book.offset = time.time() - time.monotonic()
        self._records = 0
        self._capacities: int | None = None
        self._endings: int | None = None
        self._revision = 0

    def read(self) -> None:
        """Bring the ledger up to date."""
        book = self.ledger.book
        last = self._execute("SELECT max(number) FROM lock_event").fetchone()[0] or 0
        if last == book.counter:
            return
        records, capacities, endings, dirty = self._execute(_NEWS).fetchone()
        if records != self._records - 1 or capacities != self._capacities:
            self._read_records(capacities)
        safe = self._sessions.opened
        if endings != self._endings:
            self._endings, safe = endings, set[int]()
            self._sessions.forget()
        self._holdings.forget(safe, dirty=bool(dirty))
        book.counter = last
        self._queue.forget()
        self.ledger.forget_outlook()

    def write(self) -> None:
        """Write down what changed in the ledger."""
        # Leases, sessions and the queue write themselves down; what is left is what they do not know of.
        changes = self.ledger.take_changes()
        records = self.ledger.records
        if len(records.keys) > self._records or records.revision != self._revision:
            self._write_records()
        execute = self._execute
        for event in changes.events:
            execute(_ADD_EVENT, self._event_values(event))
            if event.step in _ENDINGS:
                execute(_COUNT_ENDING)
        for record, token in changes.dirty.items():
            if token:
                execute("INSERT OR REPLACE INTO lock_dirty VALUES (?, ?)", (record, token))
            else:
                execute("DELETE FROM lock_dirty WHERE record = ?", (record,))

    def history(self, after: int) -> Sequence[LockEvent]:
        """Return the events above a number."""
        events = self._execute(
            "SELECT number, time, step, run, claim, label, wants, leases, dirty, reason FROM lock_event "
            "WHERE number > ? ORDER BY number",
            (after,),
        )
        return [self._event(row) for row in events.fetchall()]

    def _read_records(self, capacities: int | None) -> None:
        """Learn of new records and changed capacities, up to this revision of them."""
        records = self.ledger.records
        for record_type, name in self._execute(
            "SELECT type, name FROM lock_record WHERE number >= ? ORDER BY number", (self._records,)
        ).fetchall():
            records.number(RecordKey(record_type, name))
        self._records = len(records.keys)
        wide = self._execute("SELECT number, capacity FROM lock_record WHERE capacity != 1").fetchall()
        records.set_capacities(dict(wide))
        self._capacities = capacities

    def _write_records(self) -> None:
        records = self.ledger.records
        new = enumerate(records.keys[self._records :], self._records)
        self._executemany(
            "INSERT INTO lock_record (number, type, name) VALUES (?, ?, ?)",
            [(number, key.type, key.name) for number, key in new],
        )
        self._records = len(records.keys)
        if records.revision == self._revision:
            return
        self._execute("UPDATE lock_record SET capacity = 1 WHERE capacity != 1")
        self._executemany(
            "UPDATE lock_record SET capacity = ? WHERE number = ?",
            [(capacity, number) for number, capacity in records.capacity.items()],
        )
        (self._capacities,) = self._execute(
            "UPDATE meta SET value = value + 1 WHERE component = 'locks' AND key = 'capacities' RETURNING value"
        ).fetchone()
        self._revision = records.revision

    def _event_values(self, event: EventRow) -> Row:
        wants = event.wants or tuple(dict.fromkeys([row.lease.want for row in event.leases]))
        return (
            event.number,
            event.time,
            str.__str__(event.step),  # quicker than its value
            event.session,
            event.run,
            event.claim,
            event.label,
            pack_names(wants),
            _BREAK.join([self._pack(row, wants) for row in event.leases]),
            event.dirty,
            event.reason,
        )

    def _pack(self, row: LeaseRow, wants: tuple[str, ...]) -> str:
        lease = row.lease
        whole = "" if lease.part_of is None else self.ledger.records.find(lease.part_of)
        want = wants.index(lease.want)
        return f"{row.record} {lease.token} {want} {lease.dirty:d} {lease.exclusive:d} {whole}"

    def _event(self, row: Row) -> LockEvent:
        number, moment, step, run, claim, label, names, leases, dirty, reason = row
        wants = unpack_names(names)
        packed = leases.split(_BREAK) if leases else ()
        asked = step in {LockStep.WAITING, LockStep.GRANTED}
        return LockEvent(
            number=number,
            time=moment,
            step=LockStep(step),
            claim=claim,
            run=run,
            label=label,
            wants=wants if asked else (),
            leases=tuple([self._unpack(claim, wants, text) for text in packed]),
            dirty=bool(dirty),
            reason=reason,
        )

    def _unpack(self, claim: str, wants: tuple[str, ...], packed: str) -> Lease:
        record, token, want, dirty, exclusive, whole = packed.split(" ")
        keys = self.ledger.records.keys
        return Lease(
            claim=claim,
            want=wants[int(want)],
            key=keys[int(record)],
            token=int(token),
            dirty=dirty == "1",
            part_of=keys[int(whole)] if whole else None,
            exclusive=exclusive == "1",
        )
