"""Stores keep the inventory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from rotest_core.model.lookup import Query
from rotest_core.model.record import Record, RecordKey
from rotest_core.plugin.options import PluginContext


class Store(Protocol):
    """Keep records, safely for many processes.

    Every method raises `StoreError` when the storage itself fails (corrupt, newer version, read-only, full),
    and each change happens whole or not at all.
    """

    def find(self, query: Query) -> Sequence[Record]:
        """Return the records that match, ordered by type and name.

        Conditions are evaluated where the records are; what they mean is said, and done for one record, by
        `rotest_core.model.matching`.
        """
        ...

    def get(self, key: RecordKey) -> Record | None:
        """Return one record, or None."""
        ...

    def apply(
        self,
        *,
        put: Iterable[Record] = (),
        remove: Iterable[RecordKey] = (),
        notes: Mapping[str, str] | None = None,
    ) -> int:
        """Add, replace and remove records in one transaction.

        A record put with version 0 must not exist yet; with a version above 0 it must exist with just that
        version. What is stored has the version raised by one.

        Args:
            put: records to add or to replace.
            remove: keys of records to remove.
            notes: texts to keep under names of their own, beside the records (see `note`).

        Returns:
            The revision of the inventory: a higher one if any record was added, replaced or removed.

        Raises:
            InventoryError: a record to add exists, or one to replace or remove is missing or was changed
                meanwhile, or one is named twice, or holds what no store can keep
                (`rotest_core.model.storable`); one line in `problems` for each.
        """
        ...

    def note(self, name: str) -> str:
        """Return the text kept under a name, or an empty one."""
        ...

    def revision(self) -> int:
        """Return a number that rises with every change of a record, cheaply."""
        ...

    def close(self) -> None:
        """Let go of files and connections; may be called twice."""
        ...


StoreFactory = Callable[[PluginContext], Store]
