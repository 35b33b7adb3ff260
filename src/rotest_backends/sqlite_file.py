"""Open the SQLite file that stores and lock strategies share, and keep its schema.

Several components live in one file, each with tables, schema version and migrations of its own::

    file = SqliteFile(path, component="store", migrations=MIGRATIONS)
    with file.writing() as database:  # BEGIN IMMEDIATE ... COMMIT, or ROLLBACK when the block raises
        database.execute("UPDATE record SET usable = 0")
    with file.reading() as database:
        rows = database.execute("SELECT ...").fetchall()

Only this module talks to ``sqlite3`` about connections, and only here do its errors become `StoreError`.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, TypeAlias

from rotest_core.errors import StoreError

if TYPE_CHECKING:
    from sqlite_utils import Database

Migration: TypeAlias = Callable[["Database"], None]
"""One step of a schema; it happens whole or not at all, so it neither begins nor commits."""

DEFAULT_PATH = ".rotest/rotest.db"
"""Where the file is unless the configuration says otherwise, in the project's directory."""

BUSY_SECONDS = 30.0
"""How long a statement waits for other processes; their transactions take milliseconds."""

_APPLICATION_ID = 0x526F7431
"""Marks the file as Rotest's own (``PRAGMA application_id``): nobody else's database is ever changed."""

_REASONS = {
    sqlite3.SQLITE_NOTADB: "is not an SQLite database, or is damaged; move it away or restore a copy",
    sqlite3.SQLITE_CORRUPT: "is damaged; move it away or restore a copy",
    sqlite3.SQLITE_READONLY: "cannot be written: the file or its directory is read-only",
    sqlite3.SQLITE_PERM: "cannot be written: the file or its directory is read-only",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: it, or its directory, is missing or may not be written",
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full",
    sqlite3.SQLITE_IOERR: "cannot be read or written: the disk is full or failing",
    sqlite3.SQLITE_BUSY: f"stayed locked by another process for {BUSY_SECONDS:g} seconds",
}


class SqliteFile:
    """Hold one connection to the file, usable from several threads, one at a time.

    Args:
        path: the file; it and its directory are made when missing.
        component: whose tables these are: ``store``, ``locks``.
        migrations: the steps from an empty file to the newest schema; a step, once released, never changes.

    Raises:
        StoreError: the file is damaged, somebody else's, written by a newer version, or cannot be written.
    """

    def __init__(self, path: Path, *, component: str, migrations: Sequence[Migration]) -> None:
        self.path = path
        self.component = component
        self._lock = RLock()
        self._connection: sqlite3.Connection | None = None
        with self._translated():
            path.parent.mkdir(parents=True, exist_ok=True)
            # The time limit comes first: processes that open the file at once collide while it is recovered.
            connection = sqlite3.connect(
                path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare(connection, migrations)
            except BaseException:
                connection.close()
                raise
        self._connection = connection

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """Give the connection for statements that each see one state of the file.

        Raises:
            StoreError: the storage failed, or the file was closed.
        """
        with self._lock, self._translated():
            yield self._open_connection()

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """Give the connection inside a transaction that no other process writes along with.

        An exception in the block undoes everything; one that is not of the storage is passed on as it is.

        Raises:
            StoreError: the storage failed, or the file was closed.
        """
        with self._lock, self._translated(), _immediate(self._open_connection()) as connection:
            yield connection

    def failure(self, error: OSError | sqlite3.Error) -> StoreError:
        """Say in a user's words what failed."""
        if isinstance(error, OSError):
            where = f"{error.filename}: " if error.filename else ""
            return StoreError(f"{self.path} cannot be made: {where}{error.strerror or error}")
        code = getattr(error, "sqlite_errorcode", None)
        reason = _REASONS.get(code & 0xFF) if isinstance(code, int) else None
        return StoreError(f"{self.path} {reason} ({error})" if reason else f"{self.path}: {error}")

    def close(self) -> None:
        """Close the connection; may be called twice."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _open_connection(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StoreError(f"{self.path} was closed")
        return self._connection

    def _prepare(self, connection: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
        if not _is_ours_or_empty(connection):
            raise StoreError(f"{self.path} is the database of another program; choose another file")
        _enable_wal(connection)
        # With the write-ahead log a power failure may undo the last changes, but never tears the file.
        connection.execute("PRAGMA synchronous = NORMAL")
        # Fewer, larger checkpoints: the slowest transactions are those that pay for one.
        connection.execute("PRAGMA wal_autocheckpoint = 10000")
        while self._schema_version(connection) != len(migrations):
            with _immediate(connection):
                # Another process may have been faster: what counts is what stands here now.
                version = self._schema_version(connection)
                if version > len(migrations):
                    raise StoreError(
                        f"{self.path}: its {self.component} has schema version {version}, but this Rotest "
                        f"knows versions up to {len(migrations)}: update rotest-core, or choose another file"
                    )
                if version < len(migrations):
                    self._take_step(connection, version, migrations[version])

    def _take_step(self, connection: sqlite3.Connection, version: int, migration: Migration) -> None:
        from sqlite_utils import Database

        connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS meta "
            "(component TEXT, key TEXT, value, PRIMARY KEY (component, key)) WITHOUT ROWID"
        )
        migration(Database(connection, recursive_triggers=False, execute_plugins=False))
        connection.execute(
            "INSERT OR REPLACE INTO meta (component, key, value) VALUES (?, 'schema', ?)",
            (self.component, version + 1),
        )

    def _schema_version(self, connection: sqlite3.Connection) -> int:
        if _is_empty(connection):
            return 0
        row = connection.execute(
            "SELECT value FROM meta WHERE component = ? AND key = 'schema'", (self.component,)
        ).fetchone()
        return int(row[0]) if row else 0

    @contextmanager
    def _translated(self) -> Generator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            raise self.failure(error) from error


@contextmanager
def _immediate(connection: sqlite3.Connection) -> Generator[sqlite3.Connection]:
    # A plain BEGIN reads first, and fails when it comes to write after somebody else has written meanwhile.
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        # A full disk undoes the transaction by itself: then there is none left to undo.
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def _enable_wal(connection: sqlite3.Connection) -> None:
    # This one statement fails at once where others wait, when several processes meet over a new file.
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.005)
        else:
            return


def _is_ours_or_empty(connection: sqlite3.Connection) -> bool:
    # In one transaction, for another process may be creating the file just now.
    connection.execute("BEGIN")
    try:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        return application == _APPLICATION_ID or _is_empty(connection)
    finally:
        connection.execute("COMMIT")


def _is_empty(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None
