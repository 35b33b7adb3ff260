"""Leases in a directory of plain files, for the processes of one host: no database is needed.

``leases.json`` is the whole state, and replaced as a whole; ``events.jsonl`` is the history. Both change behind a lock
on the file ``gate``. For a few dozens of records and processes this is quick enough.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import attrs

from rotest_backends.locks.file_state import pack_event, pack_ledger, unpack_event, unpack_ledger
from rotest_backends.locks.gate import Gate
from rotest_backends.locks.host import HostLocks
from rotest_core.allocation.ledger import Ledger, News
from rotest_core.allocation.owner import boot_identifier
from rotest_core.allocation.rows import SessionRow
from rotest_core.errors import StoreError
from rotest_core.plugin.options import PluginContext
from rotest_core.plugin.protocols.locks import LockEvent

ResultT = TypeVar("ResultT")

_FORMAT = 1
_LARGEST_HISTORY = 16_000_000
"""Bytes of history after which its older half is dropped."""


class FileBooks:
    """Keep the ledger in files; see `Books`.

    Args:
        directory: where they are; made when it is missing.

    Raises:
        StoreError: the files are damaged, written by a newer version, or cannot be written.
    """

    def __init__(self, directory: Path) -> None:
        self._state = directory / "leases.json"
        self._events = directory / "events.jsonl"
        self._lock = threading.RLock()
        self._ledger = Ledger()
        # The state that is in the ledger: while it is open, no other file can have its number.
        self._read_file: int | None = None
        self._history = 0
        self._boot = ""
        self._offset = 0.0
        with self._translated():
            directory.mkdir(parents=True, exist_ok=True)
            self._gate = Gate(directory / "gate")
        self._start()

    def transact(self, step: Callable[[Ledger], ResultT]) -> tuple[ResultT, list[tuple[SessionRow, News]]]:
        """Change the ledger; see `Books.transact`."""
        with self._lock, self._translated(), self._gate.inside():
            self._read()
            try:
                result = step(self._ledger)
                self._write()
            except BaseException:
                # What the step did has not happened: begin with an empty ledger, and read.
                self._forget()
                raise
            return result, self._ledger.take_news()

    def look(self, reader: Callable[[Ledger], ResultT]) -> ResultT:
        """Read the ledger; see `Books.look`."""
        with self._lock, self._translated():
            self._read()
            return reader(self._ledger)

    def beat(self, sessions: Iterable[int], now: float) -> set[int]:
        """Renew sessions; see `Books.beat`."""

        def step(ledger: Ledger) -> set[int]:
            gone: set[int] = set()
            for number in sessions:
                row = ledger.sessions.get(number)
                if row is None:
                    gone.add(number)
                else:
                    ledger.sessions.add(row._replace(beat=now))
            return gone

        return self.transact(step)[0]

    def history(self, after: int) -> Sequence[LockEvent]:
        """Return events; see `Books.history`."""
        with self._lock, self._translated():
            self._read()
            if not self._events.exists():
                return []
            # Behind what the state knows of there may be events of a process that died before it wrote the state.
            lines = self._events.read_bytes()[: self._history].splitlines()
            events = [unpack_event(json.loads(line)) for line in lines]
            return [event for event in events if event.number > after]

    def close(self) -> None:
        """Close the files."""
        with self._lock:
            self._forget()
            self._gate.close()

    def _start(self) -> None:
        """See whether the host was started anew since the files were last used."""
        boot = boot_identifier().partition("/")[0]
        with self._lock, self._translated(), self._gate.inside():
            self._read()
            if self._boot == boot:
                return
            now, offset = time.monotonic(), time.time() - time.monotonic()
            ledger = self._ledger
            # The clock began anew, and a crash may have undone the last changes, numbers of tokens with them.
            ledger.book.epoch = max(ledger.book.epoch + 1, int(time.time()) // 600 % (1 << 22))
            moved = self._offset - offset if self._boot else 0.0
            for row in ledger.sessions.rows():
                ledger.sessions.add(row._replace(beat=row.beat + moved))
            # Whoever was on another host has his time to live: his boot may not be over.
            host = socket.gethostname()
            gone = [
                row.number for row in ledger.sessions.rows() if not row.reservation and row.owner.host == host
            ]
            ledger.bury(dict.fromkeys(gone, "the host was started anew"), now)
            self._boot, self._offset = boot, offset
            self._write(lasting=True)
            ledger.take_news()

    def _read(self) -> None:
        """Bring the ledger up to date."""
        self._ledger.book.offset = time.time() - time.monotonic()
        if self._read_file is not None and _is_at(self._read_file, self._state):
            return
        self._forget()
        try:
            file = os.open(self._state, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        self._read_file = file
        try:
            with open(file, "rb", closefd=False) as content:
                state = json.load(content)
            if state["format"] > _FORMAT:
                raise StoreError(f"{self._state} was written by a newer Rotest: update rotest-core")
            self._ledger = unpack_ledger(state)
            self._history, self._boot, self._offset = state["history"], state["boot"], state["offset"]
        except (ValueError, KeyError, TypeError) as error:
            self._forget()
            raise StoreError(f"{self._state} is damaged ({error!r}); move it away") from error
        self._ledger.book.offset = time.time() - time.monotonic()

    def _write(self, *, lasting: bool = False) -> None:
        """Write the history, and then the state that says how much of the history has happened."""
        self._write_history()
        state = {
            "format": _FORMAT,
            "boot": self._boot,
            "offset": self._offset,
            "history": self._history,
            **pack_ledger(self._ledger),
        }
        temporary = self._state.with_name(f"leases-{os.getpid()}.tmp")
        file = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
        try:
            _write_all(file, json.dumps(state).encode())
            if lasting:
                os.fsync(file)
            temporary.replace(self._state)
        except BaseException:
            os.close(file)
            raise
        if self._read_file is not None:
            os.close(self._read_file)
        self._read_file = file

    def _write_history(self) -> None:
        events = self._ledger.take_changes().events
        if not events:
            return
        content = b"".join(json.dumps(pack_event(event.public())).encode() + b"\n" for event in events)
        with self._events.open("r+b" if self._events.exists() else "x+b") as file:
            if self._history > _LARGEST_HISTORY:
                file.seek(self._history // 2)
                file.readline()
                content = file.read(self._history - file.tell()) + content
                self._history = 0
            file.truncate(self._history)
            file.seek(self._history)
            file.write(content)
        self._history += len(content)

    def _forget(self) -> None:
        self._ledger = Ledger()
        if self._read_file is not None:
            os.close(self._read_file)
            self._read_file = None

    @contextmanager
    def _translated(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(f"{error.filename or self._state}: {error.strerror or error}") from error


def _is_at(file: int, path: Path) -> bool:
    """Tell whether an open file is still the one of a path."""
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    here = os.fstat(file)
    return (here.st_ino, here.st_dev) == (there.st_ino, there.st_dev)


def _write_all(file: int, content: bytes) -> None:
    while content:
        content = content[os.write(file, content) :]


@attrs.frozen
class FileLocksOptions:
    """Say where the files are."""

    directory: str = attrs.field(
        default=".rotest/leases", metadata={"help": "the directory of the files, made when it is missing"}
    )


def open_files(directory: Path) -> HostLocks:
    """Open the leases in a directory."""
    return HostLocks(FileBooks(directory))


def file(context: PluginContext) -> HostLocks:
    """Open the leases in the directory that the configuration names, relative to the project's."""
    return open_files(context.root / context.options(FileLocksOptions).directory)
