"""Keep the inventory in an SQLite file, for all processes of one host."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from operator import itemgetter
from pathlib import Path

import attrs

from rotest_backends.sqlite_file import DEFAULT_PATH, SqliteFile
from rotest_backends.stores.sql_lookups import INDEXED, field_expression, where
from rotest_backends.stores.sqlite_rows import COLUMNS, Row, create_tables, to_record, to_row
from rotest_core.errors import StoreError
from rotest_core.model.lookup import Query
from rotest_core.model.matching import pattern
from rotest_core.model.record import ENVELOPE_FIELDS, Record, RecordKey
from rotest_core.model.storable import check_storable, check_versions
from rotest_core.plugin.options import PluginContext

_SCAN_LIMIT = 200
"""Up to so many records, reading them all is faster than making an index first."""

_INDEX_LIMIT = 24
"""How many fields may have an index: each makes every change of the inventory a little slower."""


class SqliteStore:
    """Keep records in a file; safe for many processes and threads.

    Args:
        path: the file; made when it is missing.

    Raises:
        StoreError: the file is damaged, somebody else's, written by a newer version, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(path, component="store", migrations=(create_tables,))
        self._raised: BaseException | None = None
        self._indexed: set[str] = set()
        with self._file.reading() as connection:
            connection.create_function("rotest_fold", 1, _fold, deterministic=True)
            connection.create_function("rotest_search", 3, self._search, deterministic=True)

    def find(self, query: Query) -> Sequence[Record]:
        condition = where(query)
        self._index_fields(query)
        with self._reading() as connection:
            # Sorted here: asked for an order, SQLite walks the primary key and leaves a field's index aside.
            rows: list[Row] = connection.execute(
                f"SELECT {COLUMNS} FROM record AS r0 WHERE {condition.sql}", condition.parameters
            ).fetchall()
        return [to_record(row) for row in sorted(rows, key=itemgetter(0, 1))]

    def get(self, key: RecordKey) -> Record | None:
        with self._reading() as connection:
            row: Row | None = connection.execute(
                f"SELECT {COLUMNS} FROM record WHERE type = ? AND name = ?", (key.type, key.name)
            ).fetchone()
        return to_record(row) if row else None

    def apply(
        self,
        *,
        put: Iterable[Record] = (),
        remove: Iterable[RecordKey] = (),
        notes: Mapping[str, str] | None = None,
    ) -> int:
        put, remove = tuple(put), tuple(remove)
        check_storable(put, remove)
        with self._file.writing() as connection:
            check_versions(put, remove, lambda key: _version(connection, key))
            connection.executemany(
                "DELETE FROM record WHERE type = ? AND name = ?", ((key.type, key.name) for key in remove)
            )
            connection.executemany(
                f"INSERT OR REPLACE INTO record ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                map(to_row, put),
            )
            connection.executemany(
                "INSERT OR REPLACE INTO note (name, text) VALUES (?, ?)", (notes or {}).items()
            )
            if put or remove:
                connection.execute(
                    "UPDATE meta SET value = value + 1 WHERE component = 'store' AND key = 'revision'"
                )
            return _revision(connection)

    def note(self, name: str) -> str:
        with self._reading() as connection:
            row = connection.execute("SELECT text FROM note WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def revision(self) -> int:
        with self._reading() as connection:
            return _revision(connection)

    def close(self) -> None:
        self._file.close()

    @contextmanager
    def _reading(self) -> Generator[sqlite3.Connection]:
        """Read, and let what a function of ours raised (Ctrl-C, say) come out as what it is.

        SQLite itself would only tell that some function failed.
        """
        with self._file.reading() as connection:
            self._raised = None
            try:
                yield connection
            except sqlite3.Error:
                if self._raised is not None:
                    raise self._raised from None
                raise

    def _search(self, expression: str, ignore_case: int, value: object) -> bool:
        try:
            compiled = pattern(expression, ignore_case=bool(ignore_case))
            return isinstance(value, str) and compiled.search(value) is not None
        except BaseException as error:
            self._raised = error
            raise

    def _index_fields(self, query: Query) -> None:
        """Make an index for each field that is looked up, once there are many records."""
        fields = {
            lookup.path[0]
            for lookup in query.lookups
            if len(lookup.path) == 1 and lookup.operator in INDEXED and lookup.path[0] not in ENVELOPE_FIELDS
        }
        if fields <= self._indexed:
            return
        # A file that can only be read is slower to search, but no reason to fail.
        with suppress(StoreError):
            with self._file.reading() as connection:
                (last,) = connection.execute("SELECT max(rowid) FROM record").fetchone()
                if (last or 0) <= _SCAN_LIMIT:
                    return
                self._indexed = _indexed_fields(connection)
            missing = sorted(fields - self._indexed)[: _INDEX_LIMIT - len(self._indexed)]
            if missing:
                with self._file.writing() as connection:
                    for field in missing:
                        connection.execute(
                            f'CREATE INDEX IF NOT EXISTS "{_INDEX_PREFIX}{field}" '
                            f"ON record (type, {field_expression('', field)})"
                        )
        self._indexed |= fields


_INDEX_PREFIX = "record_field_"


def sqlite(context: PluginContext) -> SqliteStore:
    """Open the store in the file that the configuration names, relative to the project's directory."""
    return SqliteStore(context.root / context.options(SqliteOptions).path)


@attrs.frozen
class SqliteOptions:
    """Say where the file is."""

    path: str = attrs.field(
        default=DEFAULT_PATH, metadata={"help": "the SQLite file, made when it is missing"}
    )


def _fold(value: object) -> str | None:
    return value.casefold() if isinstance(value, str) else None


def _version(connection: sqlite3.Connection, key: RecordKey) -> int | None:
    row = connection.execute(
        "SELECT version FROM record WHERE type = ? AND name = ?", (key.type, key.name)
    ).fetchone()
    return int(row[0]) if row else None


def _revision(connection: sqlite3.Connection) -> int:
    (revision,) = connection.execute(
        "SELECT value FROM meta WHERE component = 'store' AND key = 'revision'"
    ).fetchone()
    return int(revision)


def _indexed_fields(connection: sqlite3.Connection) -> set[str]:
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'record_field_%'"
    )
    return {name.removeprefix(_INDEX_PREFIX) for (name,) in names}
