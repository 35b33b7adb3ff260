"""The sessions in their table; each is read when it is asked for."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, TypeAlias

from rotest_core.allocation.rows import SessionRow

Row: TypeAlias = tuple[Any, ...]

_SESSION = (
    "SELECT number, run, user, host, boot, pid, started, address, ttl, beat, reservation FROM lock_session"
)


class SqliteSessions:
    """Hold the sessions in a table; see `Sessions`.

    Args:
        connection: to the file; every method is called inside a transaction.

    Attributes:
        opened: numbers of those that were opened here.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._execute = connection.cursor().execute
        # All of a session but its heartbeats stays as it is, as long as there is the session.
        self._known: dict[int, SessionRow] = {}
        self.opened: set[int] = set()

    def forget(self) -> None:
        """Know that others may have ended any session."""
        self._known.clear()

    def add(self, row: SessionRow) -> None:
        self._execute("INSERT INTO lock_session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row.values)
        self._known[row.number] = row
        self.opened.add(row.number)

    def remove(self, number: int) -> None:
        self._execute("DELETE FROM lock_session WHERE number = ?", (number,))
        self._known.pop(number, None)
        self.opened.discard(number)

    def get(self, number: int) -> SessionRow | None:
        known = self._known.get(number)
        if known is None:
            row = self._execute(f"{_SESSION} WHERE number = ?", (number,)).fetchone()
            if row is None:
                return None
            known = self._known[number] = SessionRow.of_values(row)
        return known

    def rows(self) -> Sequence[SessionRow]:
        return self._select(_SESSION)

    def overdue(self, now: float) -> Sequence[SessionRow]:
        return self._select(f"{_SESSION} WHERE beat + ttl < ?", now)

    def _select(self, query: str, *values: object) -> Sequence[SessionRow]:
        return [SessionRow.of_values(row) for row in self._execute(query, values).fetchall()]
