"""Leases in an SQLite file, for all processes of one host; by default in the file of the store.

Tables and protocol are described in docs/leases.md.
"""

from __future__ import annotations

import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import attrs

from rotest_backends.locks.gate import Gate
from rotest_backends.locks.host import HostLocks
from rotest_backends.locks.sqlite_rows import Tables
from rotest_backends.locks.sqlite_schema import create_tables
from rotest_backends.sqlite_file import DEFAULT_PATH, SqliteFile
from rotest_core.allocation.ledger import Ledger, News
from rotest_core.allocation.owner import boot_identifier
from rotest_core.allocation.rows import SessionRow
from rotest_core.plugin.options import PluginContext
from rotest_core.plugin.protocols.locks import LockEvent

ResultT = TypeVar("ResultT")

_NUMBERS_KEPT = 200_000
"""How far the history goes back; a claim and its release take about five numbers."""


class SqliteBooks:
    """Keep the ledger in tables; see `Books`.

    Args:
        path: the file; made when it is missing.

    Raises:
        StoreError: the file is damaged, somebody else's, written by a newer version, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(path, component="locks", migrations=(create_tables,))
        # Who writes goes through a gate, first come, first served: SQLite's own waiting is a loop of sleeps, in which
        # some processes starve while others go through again and again.
        self._gate = Gate(path.with_name(f"{path.name}-gate"))
        self._lock = threading.RLock()
        with self._file.reading() as connection:
            self._connection = connection
        self._execute = connection.cursor().execute
        self._epoch = 1
        self._tables = Tables(connection, self._epoch)
        self._start()

    def transact(self, step: Callable[[Ledger], ResultT]) -> tuple[ResultT, list[tuple[SessionRow, News]]]:
        """Change the ledger; see `Books.transact`."""
        # Written out without the comforts of context managers: this is what a claim and a release cost.
        with self._lock:
            tables, execute = self._tables, self._execute
            try:
                self._gate.enter()
                try:
                    execute("BEGIN IMMEDIATE")
                    tables.read()
                    result = step(tables.ledger)
                    tables.write()
                    execute("COMMIT")
                except BaseException:
                    self._undo()
                    raise
                finally:
                    self._gate.leave()
            except (OSError, sqlite3.Error) as error:
                raise self._file.failure(error) from error
            return result, tables.ledger.take_news()

    def _undo(self) -> None:
        """End the transaction; what was done to the ledger has not happened: begin with an empty one, and read."""
        with suppress(sqlite3.Error):
            self._execute("ROLLBACK")
        self._tables = Tables(self._connection, self._epoch)

    def look(self, reader: Callable[[Ledger], ResultT]) -> ResultT:
        """Read the ledger; see `Books.look`."""
        with self._lock, self._file.reading() as connection:
            connection.execute("BEGIN")
            try:
                self._tables.read()
                return reader(self._tables.ledger)
            finally:
                connection.execute("COMMIT")

    def beat(self, sessions: Iterable[int], now: float) -> set[int]:
        """Renew sessions; see `Books.beat`."""
        with self._lock, self._gate.inside(), self._file.writing() as connection:
            gone = {
                number
                for number in sessions
                if not connection.execute(
                    "UPDATE lock_session SET beat = ? WHERE number = ?", (now, number)
                ).rowcount
            }
            connection.execute(
                "DELETE FROM lock_event WHERE number < (SELECT max(number) FROM lock_event) - ?",
                (_NUMBERS_KEPT,),
            )
            return gone

    def history(self, after: int) -> Sequence[LockEvent]:
        """Return events; see `Books.history`."""
        return self.look(lambda _: self._tables.history(after))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()
            self._gate.close()

    def _start(self) -> None:
        """See whether the host was started anew since the file was last used."""
        boot, offset = boot_identifier().partition("/")[0], time.time() - time.monotonic()
        with self._lock, self._gate.inside(), self._file.writing() as connection:
            facts = dict(
                connection.execute("SELECT key, value FROM meta WHERE component = 'locks'").fetchall()
            )
            self._epoch = facts.get("epoch", 0)
            if facts.get("boot") != boot:
                # The clock began anew, and a crash may have undone the last transactions, tokens with them.
                self._epoch += 1
                _move_clock(connection, facts.get("offset", offset) - offset)
                capacities = facts.get("capacities", 0)
                _write_facts(connection, boot=boot, epoch=self._epoch, offset=offset, capacities=capacities)
            self._tables = Tables(connection, self._epoch)
            self._tables.read()
            if facts.get("boot") != boot:
                self._end_all()
            connection.execute(
                "DELETE FROM lock_shape WHERE NOT EXISTS (SELECT 1 FROM lock_session WHERE NOT reservation)"
            )
        if facts.get("boot") != boot:
            self._make_lasting()

    def _end_all(self) -> None:
        ledger = self._tables.ledger
        # Whoever was on another host has his time to live: his boot may not be over.
        host = socket.gethostname()
        gone = [
            row.number for row in ledger.sessions.rows() if not row.reservation and row.owner.host == host
        ]
        ledger.bury(dict.fromkeys(gone, "the host was started anew"), time.monotonic())
        self._tables.write()

    def _make_lasting(self) -> None:
        """Have a new epoch on the disk before anybody holds a token of it."""
        with self._lock, self._file.reading() as connection:
            connection.execute("PRAGMA wal_checkpoint(FULL)")


def _move_clock(connection: sqlite3.Connection, seconds: float) -> None:
    """Carry over to the clock of this boot the moments that outlast a boot: those of reservations."""
    connection.execute("UPDATE lock_session SET beat = beat + ?", (seconds,))
    connection.execute("UPDATE lock_lease SET since = since + ?", (seconds,))


def _write_facts(connection: sqlite3.Connection, **facts: str | float) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO meta (component, key, value) VALUES ('locks', ?, ?)", facts.items()
    )


@attrs.frozen
class SqliteLocksOptions:
    """Say where the file is."""

    path: str = attrs.field(
        default="", metadata={"help": "the SQLite file, made when it is missing; empty for that of the store"}
    )


def open_sqlite(path: Path) -> HostLocks:
    """Open the leases in a file."""
    return HostLocks(SqliteBooks(path))


def sqlite(context: PluginContext) -> HostLocks:
    """Open the leases in the file that the configuration names, relative to the project's directory."""
    path = context.options(SqliteLocksOptions).path or context.sibling("store").get("path") or DEFAULT_PATH
    return open_sqlite(context.root / str(path))
