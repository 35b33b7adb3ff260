"""The leases in their table: what they take is known, what else there is of them is read when it is asked for."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TypeAlias

from rotest_core.allocation.board import Board
from rotest_core.allocation.holdings import Holdings
from rotest_core.allocation.records import Records
from rotest_core.allocation.rows import LeaseRow
from rotest_core.plugin.protocols.locks import Lease

Row: TypeAlias = tuple[int, int, int, int, int, str, str, str, int, int | None, float]

_TAKEN = "SELECT record, seat = 0 FROM lock_lease WHERE token != 0"
_LEASES = """
SELECT record, slot, seat, token, session, claim, want, label, dirty, whole, since FROM lock_lease
WHERE token != 0
"""
_ADD = "INSERT INTO lock_lease VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_REMOVE = "DELETE FROM lock_lease WHERE record = ? AND slot = ? AND seat = ? AND token = ?"


class SqliteHoldings(Holdings):
    """Hold the leases in a table; see `Holdings`.

    Args:
        connection: to the file; every method is called inside a transaction.
        records: numbers the records.
    """

    def __init__(self, connection: sqlite3.Connection, records: Records) -> None:
        super().__init__(records)
        self._execute = connection.cursor().execute
        # Those that began here, as long as nobody else can have ended them.
        self._known: dict[int, LeaseRow] = {}

    def forget(self, sessions: Collection[int], *, dirty: bool) -> None:
        """Know that others have changed something; what leases take is read when it is asked for.

        Args:
            sessions: those whose leases nobody else can have ended.
            dirty: whether there are dirty records.
        """
        self._known = {token: row for token, row in self._known.items() if row.session in sessions}
        self._board = None
        self._dirty = None if dirty else {}

    def __iter__(self) -> Iterator[LeaseRow]:
        return iter(self._read(""))

    def add(self, row: LeaseRow) -> None:
        lease = row.lease
        units = self._records.capacity.get(row.record, 1)
        if not lease.exclusive:
            self._guard(row, units)
        self._execute(
            _ADD,
            (
                row.record,
                row.slot,
                row.seat,
                units,
                lease.token,
                row.session,
                lease.claim,
                lease.want,
                row.label,
                lease.dirty,
                None if lease.part_of is None else self._records.find(lease.part_of),
                row.since,
            ),
        )
        if self._board is not None:
            self._board.take(row.record, lease.exclusive)
        self._known[lease.token] = row

    def remove(self, row: LeaseRow) -> None:
        removed = self._execute(_REMOVE, (row.record, row.slot, row.seat, row.lease.token))
        assert removed.rowcount == 1, f"{row.lease} does not stand"
        if not row.lease.exclusive:
            # With the last of those that share a unit goes what kept it from others.
            self._execute(
                f"{_REMOVE} AND NOT EXISTS (SELECT 1 FROM lock_lease WHERE record = ? AND slot = ? AND seat != 0)",
                (row.record, row.slot, 0, 0, row.record, row.slot),
            )
        if self._board is not None:
            self._board.give(row.record, row.lease.exclusive)
        self._known.pop(row.lease.token, None)

    def of_record(self, record: int) -> Sequence[LeaseRow]:
        return self._read("AND record = ?", record)

    def of_session(self, session: int) -> list[LeaseRow]:
        return self._read("AND session = ? ORDER BY token", session)

    def owned(self, session: int, leases: Sequence[Lease]) -> tuple[list[LeaseRow], list[Lease]]:
        rows: list[LeaseRow] = []
        lost: list[Lease] = []
        for lease in leases:
            row = self._find(lease)
            if row is None or row.session != session or row in rows:
                lost.append(lease)
            else:
                rows.append(row)
        return rows, lost

    def free_slot(self, record: int, exclusive: bool) -> int:
        if record not in self._records.capacity:
            return 0
        return self._free_slot(self.of_record(record), exclusive)

    def _find(self, lease: Lease) -> LeaseRow | None:
        known = self._known.get(lease.token)
        record = None if known is not None else self._records.find(lease.key)
        if record is None:
            return known
        return next(iter(self._read("AND record = ? AND token = ?", record, lease.token)), None)

    def _guard(self, row: LeaseRow, units: int) -> None:
        """Take seat 0 for those who share, unless they have it; an exclusive lease there makes this fail."""
        self._execute(
            "INSERT INTO lock_lease SELECT ?1, ?2, 0, ?3, 0, 0, '', '', '', 0, NULL, 0 WHERE NOT EXISTS "
            "(SELECT 1 FROM lock_lease WHERE record = ?1 AND slot = ?2 AND seat = 0 AND token = 0)",
            (row.record, row.slot, units),
        )

    def _read(self, condition: str, *values: object) -> list[LeaseRow]:
        return [self._row(row) for row in self._execute(f"{_LEASES} {condition}", values).fetchall()]

    def _row(self, row: Row) -> LeaseRow:
        record, slot, seat, token, session, claim, want, label, dirty, whole, since = row
        keys = self._records.keys
        lease = Lease(
            claim=claim,
            want=want,
            key=keys[record],
            token=token,
            dirty=bool(dirty),
            part_of=None if whole is None else keys[whole],
            exclusive=seat == 0,
        )
        return LeaseRow(lease, record, slot, session, label, since)

    def _weigh(self) -> Board:
        board = Board(self._records.capacity)
        for record, exclusive in self._execute(_TAKEN).fetchall():
            board.take(record, bool(exclusive))
        return board

    def _read_dirty(self) -> dict[int, int]:
        return dict(self._execute("SELECT record, token FROM lock_dirty").fetchall())

    def replace(self, rows: Iterable[LeaseRow]) -> None:
        raise NotImplementedError("the table holds the leases")
