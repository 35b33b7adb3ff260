"""The sessions that are open, in their table; read as far as a turn needs them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rotest_core.leasing import SessionRow
from rotest_postgres.database import Link, Row
from rotest_postgres.locks.script import Script

_COLUMNS = 'number, run, "user", host, boot, pid, started, address, ttl, beat, reservation'


class TableSessions:
    """Hold the sessions; see `rotest_core.leasing.Sessions`."""

    def __init__(self) -> None:
        self._link: Link | None = None
        self._rows: dict[int, SessionRow] = {}
        self._added: dict[int, SessionRow] = {}
        self._removed: set[int] = set()

    def resume(self, link: Link) -> None:
        """Read over this connection from now on."""
        self._link = link

    def reset(self, rows: Iterable[Row]) -> None:
        """Begin anew; these are some of the sessions that there are, as they stand in the table."""
        self._rows = {row[0]: SessionRow.of_values(row) for row in rows}

    def write(self, script: Script) -> None:
        """Write down what was added and removed since the last time."""
        if self._removed:
            script.add("DELETE FROM rotest.lock_session WHERE number = ANY(%s)", list(self._removed))
        script.add_rows(
            f"INSERT INTO rotest.lock_session ({_COLUMNS}) VALUES",
            [row.values for row in self._added.values()],
        )
        self._added = {}
        self._removed = set()

    @property
    def changed(self) -> bool:
        """Tell whether there is something to write down."""
        return bool(self._added or self._removed)

    def add(self, row: SessionRow) -> None:
        self._rows[row.number] = self._added[row.number] = row

    def remove(self, number: int) -> None:
        self._rows.pop(number, None)
        if self._added.pop(number, None) is None:
            self._removed.add(number)

    def get(self, number: int) -> SessionRow | None:
        row = self._rows.get(number)
        if row is None and number not in self._removed:
            row = next(iter(self._read("WHERE number = %s", [number])), None)
            if row is not None:
                self._rows[number] = row
        return row

    def rows(self) -> Sequence[SessionRow]:
        return [*self._read("", []), *self._added.values()]

    def overdue(self, now: float) -> Sequence[SessionRow]:
        # None of these can beat until the turn is over: one that comes too late learns it at once.
        found = self._read("WHERE beat + ttl < %s ORDER BY number FOR UPDATE", [now])
        return [*found, *(row for row in self._added.values() if row.until < now)]

    def _read(self, condition: str, values: Sequence[float]) -> list[SessionRow]:
        assert self._link is not None, "the sessions are used outside of a turn"
        statement = f"SELECT {_COLUMNS} FROM rotest.lock_session {condition}"
        rows = self._link.execute(statement.encode(), values).fetchall()
        return [SessionRow.of_values(row) for row in rows if row[0] not in self._removed]
