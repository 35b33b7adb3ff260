"""Stores keep the inventory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from rotest_core.model.lookup import Query
from rotest_core.model.record import Record, RecordKey
from rotest_core.plugin.options import PluginContext


class Store(Protocol):
    """Keep records, safely for many processes.

    Every method raises `StoreError` when the storage itself fails (corrupt, newer version, read-only, full), and each
    change happens whole or not at all.
    """

    def find(self, query: Query) -> Sequence[Record]:
        """Return the records that match, ordered by type and name.

        Conditions are evaluated where the records are; a reference that leads nowhere matches ``isnull=True`` only.
        """
        ...

    def get(self, key: RecordKey) -> Record | None:
        """Return one record, or None."""
        ...

    def apply(self, *, put: Iterable[Record] = (), remove: Iterable[RecordKey] = ()) -> int:
        """Add, replace and remove records in one transaction.

        A record put with version 0 must not exist yet; with a version above 0 it must exist with just that version.
        What is stored has the version raised by one.

        Returns:
            The new revision of the inventory.

        Raises:
            InventoryError: a record to add exists, or one to replace or remove is missing or was changed meanwhile;
                one line in `problems` for each.
        """
        ...

    def revision(self) -> int:
        """Return a number that rises with every change, cheaply."""
        ...

    def close(self) -> None:
        """Let go of files and connections; may be called twice."""
        ...


StoreFactory = Callable[[PluginContext], Store]
