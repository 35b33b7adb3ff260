"""Leases in an SQLite file, for all processes of one host; by default in the file of the store.

Tables and protocol are described in docs/leases.md.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import attrs

from rotest_backends.locks.gate import Gate
from rotest_backends.locks.host import HostLocks
from rotest_backends.locks.sqlite_rows import Tables
from rotest_backends.locks.sqlite_schema import create_tables
from rotest_backends.sqlite_file import DEFAULT_PATH, SqliteFile
from rotest_core.allocation.ledger import Ledger
from rotest_core.allocation.owner import boot_identifier
from rotest_core.plugin.options import PluginContext
from rotest_core.plugin.protocols.locks import LockEvent

ResultT = TypeVar("ResultT")

_EVENTS_KEPT = 100_000


class SqliteBooks:
    """Keep the ledger in tables; see `Books`.

    Args:
        path: the file; made when it is missing.

    Raises:
        StoreError: the file is damaged, somebody else's, written by a newer version, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(path, component="locks", migrations=(create_tables,))
        self._gate = Gate(path.with_name(f"{path.name}-gate"))
        self._lock = threading.RLock()
        self._epoch = 1
        self._forget()
        self._start()

    def transact(self, step: Callable[[Ledger], ResultT], *, beats: bool = False) -> ResultT:
        """Change the ledger; see `Books.transact`."""
        with self._lock:
            try:
                with self._gate, self._file.writing() as connection:
                    self._tables.read(connection)
                    if beats:
                        self._tables.read_beats(connection)
                    result = step(self._ledger)
                    self._tables.write(connection)
            except BaseException:
                # What the step did to the ledger has not happened: begin with an empty one, and read.
                self._forget()
                raise
            return result

    def look(self, reader: Callable[[Ledger], ResultT]) -> ResultT:
        """Read the ledger; see `Books.look`."""
        with self._lock, self._file.reading() as connection:
            connection.execute("BEGIN")
            try:
                self._tables.read(connection)
                self._tables.read_beats(connection)
            finally:
                connection.execute("COMMIT")
            return reader(self._ledger)

    def beat(self, sessions: Iterable[int], now: float) -> set[int]:
        """Renew sessions; see `Books.beat`."""
        with self._lock, self._gate, self._file.writing() as connection:
            gone = {
                number
                for number in sessions
                if not connection.execute(
                    "UPDATE lock_session SET beat = ? WHERE number = ?", (now, number)
                ).rowcount
            }
            connection.execute(
                "DELETE FROM lock_event WHERE number < (SELECT max(number) FROM lock_event) - ?",
                (_EVENTS_KEPT,),
            )
            return gone

    def history(self, after: int) -> Sequence[LockEvent]:
        """Return events; see `Books.history`."""
        with self._lock, self._file.reading() as connection:
            return self._tables.history(connection, after)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()
            self._gate.close()

    def _forget(self) -> None:
        self._ledger = Ledger()
        self._ledger.epoch = self._epoch
        self._tables = Tables(self._ledger)

    def _start(self) -> None:
        """See whether the host was started anew since the file was last used."""
        boot, offset = boot_identifier().partition("/")[0], time.time() - time.monotonic()
        with self._lock, self._gate, self._file.writing() as connection:
            facts = dict(
                connection.execute("SELECT key, value FROM meta WHERE component = 'locks'").fetchall()
            )
            if facts.get("boot") == boot:
                self._epoch = self._ledger.epoch = facts["epoch"]
                return
            # The clock began anew, and a crash may have undone the last transactions, numbers of tokens with them.
            self._epoch = self._ledger.epoch = facts.get("epoch", 0) + 1
            _move_clock(connection, facts.get("offset", offset) - offset)
            _write_facts(
                connection, boot=boot, epoch=self._epoch, offset=offset, capacities=facts.get("capacities", 0)
            )
            self._tables.read(connection)
            gone = [row.number for row in self._ledger.sessions.values() if not row.reservation]
            self._ledger.bury(dict.fromkeys(gone, "the host was started anew"), time.monotonic())
            self._tables.write(connection)
            self._ledger.take_news()
        self._make_lasting()

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
