"""The floor for leases in SQLite: two transactions that each change one row, by a bare cursor."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import TracebackType


class RawCycle:
    """Take a row and give it back, with nothing around it.

    Args:
        path: of the database; made when it is missing.
    """

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=30)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("PRAGMA wal_autocheckpoint = 10000")
        self._connection.execute("CREATE TABLE IF NOT EXISTS lease (record INTEGER PRIMARY KEY, owner TEXT)")
        self._connection.executemany(
            "INSERT OR IGNORE INTO lease VALUES (?, NULL)", [(number,) for number in range(20)]
        )
        self._cursor = self._connection.cursor()

    def __enter__(self) -> RawCycle:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def __call__(self) -> None:
        execute = self._cursor.execute
        execute("BEGIN IMMEDIATE")
        (record,) = execute("SELECT record FROM lease WHERE owner IS NULL LIMIT 1").fetchone()
        execute("UPDATE lease SET owner = 'me' WHERE record = ?", (record,))
        execute("COMMIT")
        execute("BEGIN IMMEDIATE")
        execute("UPDATE lease SET owner = NULL WHERE record = ? AND owner = 'me'", (record,))
        execute("COMMIT")
