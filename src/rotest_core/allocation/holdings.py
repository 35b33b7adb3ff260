"""The leases that stand, by record, by session and as a board."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rotest_core.allocation.board import Board
from rotest_core.allocation.records import Records
from rotest_core.allocation.rows import LeaseRow
from rotest_core.plugin.protocols.locks import Lease


class Holdings:
    """Hold the leases that stand; here in memory, strategies may keep them where they like.

    Args:
        records: numbers the records.
    """

    def __init__(self, records: Records) -> None:
        self._records = records
        self._leases: dict[int, LeaseRow] = {}
        self._by_record: dict[int, list[LeaseRow]] = {}
        self._board: Board | None = Board(records.capacity)
        self._dirty: dict[int, int] | None = {}

    @property
    def board(self) -> Board:
        """Give what the leases take."""
        if self._board is None:
            self._board = self._weigh()
        return self._board

    @board.setter
    def board(self, board: Board) -> None:
        self._board = board

    @property
    def dirty(self) -> dict[int, int]:
        """Give for each dirty record the token that a later lease must exceed to clean it by a clean release."""
        if self._dirty is None:
            self._dirty = self._read_dirty()
        return self._dirty

    @dirty.setter
    def dirty(self, dirty: dict[int, int]) -> None:
        self._dirty = dirty

    def __iter__(self) -> Iterator[LeaseRow]:
        return iter(self._leases.values())

    def replace(self, rows: Iterable[LeaseRow]) -> None:
        """Hold these leases and no others."""
        self._leases = {}
        self._by_record = {}
        self._board = Board(self._records.capacity)
        for row in rows:
            self.add(row)

    def weigh_again(self) -> None:
        """Count what the leases take once more: a capacity has changed."""
        self._board = None

    def add(self, row: LeaseRow) -> None:
        """Let a lease begin."""
        self._leases[row.lease.token] = row
        self._by_record.setdefault(row.record, []).append(row)
        if self._board is not None:
            self._board.take(row.record, row.exclusive)

    def remove(self, row: LeaseRow) -> None:
        """Let a lease end."""
        del self._leases[row.lease.token]
        rows = self._by_record[row.record]
        rows.remove(row)
        if not rows:
            del self._by_record[row.record]
        if self._board is not None:
            self._board.give(row.record, row.exclusive)

    def of_record(self, record: int) -> Sequence[LeaseRow]:
        """Return the leases of a record."""
        return self._by_record.get(record, ())

    def among(self, bits: int) -> Sequence[LeaseRow]:
        """Return the leases of the records of a mask."""
        return [row for row in self if bits >> row.record & 1]

    def of_session(self, session: int) -> list[LeaseRow]:
        """Return the leases of a session, in the order of their tokens."""
        return sorted((row for row in self if row.session == session), key=lambda row: row.lease.token)

    def owned(self, session: int, leases: Sequence[Lease]) -> tuple[list[LeaseRow], list[Lease]]:
        """Tell which leases are the session's, and which are no longer."""
        rows: list[LeaseRow] = []
        lost: list[Lease] = []
        for lease in leases:
            row = self._leases.get(lease.token)
            if row is None or row.session != session or row in rows:
                lost.append(lease)
            else:
                rows.append(row)
        return rows, lost

    def free_slot(self, record: int, exclusive: bool) -> int:
        """Return the unit of a record that a new lease takes: that of those who share, or the lowest free one."""
        return self._free_slot(self._by_record.get(record, ()), exclusive)

    @staticmethod
    def _free_slot(rows: Sequence[LeaseRow], exclusive: bool) -> int:
        if not rows:
            return 0
        if not exclusive:
            shared = next((row.slot for row in rows if not row.exclusive), None)
            if shared is not None:
                return shared
        slots = {row.slot for row in rows}
        return next(slot for slot in range(len(slots) + 1) if slot not in slots)

    def _weigh(self) -> Board:
        board = Board(self._records.capacity)
        for row in self:
            board.take(row.record, row.exclusive)
        return board

    def _read_dirty(self) -> dict[int, int]:
        return {}
