"""A store: keeps the inventory in one file, which is read for each question and replaced by each change."""

from __future__ import annotations

import fcntl
import os
import pickle
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import attrs

from rotest_core import Query, Record, RecordKey, StoreError
from rotest_core.plugin import check_storable, check_versions, matches


@attrs.frozen(kw_only=True)
class FileStoreOptions:
    """What ``[store]`` in rotest.toml may say beside ``backend = "file"``."""

    path: Path = Path("inventory.pickle")


class Contents(NamedTuple):
    """What the file holds."""

    revision: int
    records: dict[RecordKey, Record]
    notes: dict[str, str]


class FileStore:
    """Keep records in one file, for several processes of one host."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def find(self, query: Query) -> Sequence[Record]:
        """Return the records that match."""
        records = self._read().records
        return [records[key] for key in sorted(records) if matches(records[key], query, records.get)]

    def get(self, key: RecordKey) -> Record | None:
        """Return one record, or None."""
        return self._read().records.get(key)

    def apply(
        self,
        *,
        put: Iterable[Record] = (),
        remove: Iterable[RecordKey] = (),
        notes: Mapping[str, str] | None = None,
    ) -> int:
        """Add, replace and remove records, all or nothing."""
        put, remove = tuple(put), tuple(remove)
        check_storable(put, remove)
        with self._alone():
            revision, records, old_notes = self._read()
            versions = {key: record.version for key, record in records.items()}
            check_versions(put, remove, versions.get)
            changed = {record.key: attrs.evolve(record, version=record.version + 1) for record in put}
            kept = {key: record for key, record in records.items() if key not in remove}
            revision += bool(put or remove)
            self._write(Contents(revision, kept | changed, {**old_notes, **(notes or {})}))
            return revision

    def note(self, name: str) -> str:
        """Return the text kept under a name, or an empty one."""
        return self._read().notes.get(name, "")

    def revision(self) -> int:
        """Return a number that rises with every change."""
        return self._read().revision

    def close(self) -> None:
        """Do nothing: the file is closed after each use."""

    def _read(self) -> Contents:
        try:
            return Contents(*pickle.loads(self._path.read_bytes()))
        except FileNotFoundError:
            return Contents(0, {}, {})
        except (OSError, pickle.UnpicklingError, EOFError, TypeError) as error:
            raise StoreError(f"cannot read the inventory {self._path}: {error}") from error

    def _write(self, contents: Contents) -> None:
        temporary = self._path.with_suffix(".new")
        try:
            temporary.write_bytes(pickle.dumps(tuple(contents)))
            temporary.replace(self._path)
        except OSError as error:
            raise StoreError(f"cannot write the inventory {self._path}: {error}") from error

    @contextmanager
    def _alone(self) -> Generator[None]:
        try:
            lock = os.open(self._path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR)
        except OSError as error:
            raise StoreError(f"cannot lock the inventory {self._path}: {error}") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)
