"""Keep the inventory in memory, for one process: for tests, and where a file is the inventory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from threading import Lock

import attrs

from rotest_core.model.lookup import Query
from rotest_core.model.matching import matches
from rotest_core.model.record import Record, RecordKey
from rotest_core.model.storable import check_storable, check_versions
from rotest_core.plugin.options import PluginContext


class MemoryStore:
    """Keep records as long as the process lives; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._records: dict[RecordKey, Record] = {}
        self._notes: dict[str, str] = {}
        self._revision = 0

    def find(self, query: Query) -> Sequence[Record]:
        with self._lock:
            # A change replaces the mapping, so that readers go on undisturbed with the one they have.
            records = self._records
        found = (record for record in records.values() if matches(record, query, records.get))
        return sorted(found, key=lambda record: record.key)

    def get(self, key: RecordKey) -> Record | None:
        with self._lock:
            return self._records.get(key)

    def apply(
        self,
        *,
        put: Iterable[Record] = (),
        remove: Iterable[RecordKey] = (),
        notes: Mapping[str, str] | None = None,
    ) -> int:
        put, remove = tuple(put), tuple(remove)
        check_storable(put, remove)
        with self._lock:
            check_versions(put, remove, self._version_of)
            if put or remove:
                records = {key: record for key, record in self._records.items() if key not in set(remove)}
                records.update(
                    (record.key, attrs.evolve(record, version=record.version + 1)) for record in put
                )
                self._records = records
                self._revision += 1
            self._notes.update(notes or {})
            return self._revision

    def note(self, name: str) -> str:
        with self._lock:
            return self._notes.get(name, "")

    def revision(self) -> int:
        return self._revision

    def close(self) -> None:
        """Keep everything: what is in memory ends with the process."""

    def _version_of(self, key: RecordKey) -> int | None:
        record = self._records.get(key)
        return record.version if record else None


def memory(context: PluginContext) -> MemoryStore:
    """Make an empty store.

    Raises:
        ConfigError: the section holds a key; there is nothing to set.
    """
    context.options(MemoryOptions)
    return MemoryStore()


@attrs.frozen
class MemoryOptions:
    """Take no options."""
