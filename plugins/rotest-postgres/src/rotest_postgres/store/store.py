"""Keep the inventory in a PostgreSQL database, for all hosts that can reach it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from itertools import count

from rotest_core import Query, Record, RecordKey
from rotest_core.plugin import check_storable, check_versions
from rotest_postgres.database import Database, Link
from rotest_postgres.migrations import migrate
from rotest_postgres.store.lookups import plan
from rotest_postgres.store.record_rows import READ, WIDTH, WRITE, record_of, row_of
from rotest_postgres.store.schema import STEPS

_LIMIT = 60.0
"""Seconds within which the server answers: an inventory may be large."""


class PostgresStore:
    """Keep records in a database; safe for many hosts, processes and threads.

    Args:
        url: the database.

    Raises:
        StoreError: it cannot be reached, refuses, or holds an inventory of a newer version.
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        migrate(self._database, component="store", steps=STEPS)

    def find(self, query: Query) -> Sequence[Record]:
        condition, texts, _ = found = plan(query)
        columns = ", ".join((READ, *(expression.text for expression in texts)))
        statement = (
            f"SELECT {columns} FROM rotest.record AS r0 WHERE {condition.text} ORDER BY r0.type, r0.name"
        )
        parameters = [value for piece in (*texts, condition) for value in piece.parameters]
        rows = self._database.run(
            lambda link: link.execute(statement.encode(), parameters).fetchall(), limit=_LIMIT
        )
        return [record_of(row) for row in rows if found.accepts(row[WIDTH:])]

    def get(self, key: RecordKey) -> Record | None:
        statement = f"SELECT {READ} FROM rotest.record AS r0 WHERE r0.type = %s AND r0.name = %s".encode()
        row = self._database.run(lambda link: link.execute(statement, (key.type, key.name)).fetchone())
        return None if row is None else record_of(row)

    def apply(
        self,
        *,
        put: Iterable[Record] = (),
        remove: Iterable[RecordKey] = (),
        notes: Mapping[str, str] | None = None,
    ) -> int:
        change = _Change(tuple(put), tuple(remove), notes or {})
        return self._database.run(change.make, limit=_LIMIT)

    def note(self, name: str) -> str:
        row = self._database.run(
            lambda link: link.execute("SELECT text FROM rotest.note WHERE name = %s", (name,)).fetchone()
        )
        return "" if row is None else str(row[0])

    def revision(self) -> int:
        return self._database.run(_revision)

    def close(self) -> None:
        self._database.close()


class _Change:
    """A change of the inventory, which happens once however often it must be tried."""

    def __init__(
        self, put: tuple[Record, ...], remove: tuple[RecordKey, ...], notes: Mapping[str, str]
    ) -> None:
        check_storable(put, remove)
        self._put = put
        self._remove = remove
        self._notes = notes
        self._mark = os.urandom(16).hex()
        self._tries = count()

    def make(self, link: Link) -> int:
        with link.transaction():
            # One change at a time: what is checked here stays so until it is written.
            revision = _revision(link, " FOR UPDATE")
            if next(self._tries):
                done = link.execute(
                    "SELECT revision FROM rotest.inventory_change WHERE mark = %s", (self._mark,)
                ).fetchone()
                if done is not None:
                    return int(done[0])
            check_versions(self._put, self._remove, self._versions(link).get)
            return self._write(link, revision + bool(self._put or self._remove))

    def _versions(self, link: Link) -> dict[RecordKey, int]:
        keys = [*(record.key for record in self._put), *self._remove]
        rows = link.execute(
            "SELECT type, name, version FROM rotest.record JOIN unnest(%s::text[], %s::text[]) AS key (type, name) "
            "USING (type, name)",
            ([key.type for key in keys], [key.name for key in keys]),
        )
        return {RecordKey(record_type, name): version for record_type, name, version in rows}

    def _write(self, link: Link, revision: int) -> int:
        with link.cursor() as cursor:
            if self._remove:
                cursor.executemany(
                    "DELETE FROM rotest.record WHERE type = %s AND name = %s",
                    [(key.type, key.name) for key in self._remove],
                )
            if self._put:
                cursor.executemany(WRITE, map(row_of, self._put))
            if self._notes:
                cursor.executemany(
                    "INSERT INTO rotest.note VALUES (%s, %s) "
                    "ON CONFLICT (name) DO UPDATE SET text = excluded.text",
                    list(self._notes.items()),
                )
            cursor.execute("UPDATE rotest.inventory SET revision = %s", (revision,))
            cursor.execute("INSERT INTO rotest.inventory_change VALUES (%s, %s)", (self._mark, revision))
            cursor.execute("DELETE FROM rotest.inventory_change WHERE moment < now() - interval '1 hour'")
        return revision


def _revision(link: Link, suffix: str = "") -> int:
    row = link.execute(f"SELECT revision FROM rotest.inventory{suffix}".encode()).fetchone()
    assert row is not None, "the table rotest.inventory has one row"
    return int(row[0])
