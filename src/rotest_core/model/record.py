"""One row of the inventory, and what one may ask of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias

import attrs

Json: TypeAlias = bool | int | float | str | list[Any] | dict[str, Any] | None
"""A JSON value: what a store keeps of a field."""


@attrs.frozen(order=True)
class RecordKey:
    """Identify a record: `name` is unique within `type`."""

    type: str
    name: str

    def __str__(self) -> str:
        return f"{self.type}/{self.name}"


@attrs.frozen(kw_only=True)
class Record:
    """Describe one resource that exists, as a store keeps it.

    Args:
        type: the type name of its ResourceData subclass (`ResourceData.type_name()`).
        name: unique within the type.
        group: who the resource belongs to; free text, used in lookups.
        comment: free text.
        usable: False takes the record out of every match.
        unusable_reason: why it is not usable, empty when it is.
        reserved_for: user who alone may lease it, empty for everybody.
        reserved_until: end of the reservation (aware, UTC), None for no end.
        capacity: how many shared or exclusive leases may exist at once.
        fields: the typed fields of the ResourceData subclass as JSON values; a field that refers to another
            record holds that record's name.
        origin: the inventory file that the record came from and follows, empty for one added by itself.
        version: rises by one with every change; 0 before the record is stored.
    """

    type: str
    name: str
    group: str = ""
    comment: str = ""
    usable: bool = True
    unusable_reason: str = ""
    reserved_for: str = ""
    reserved_until: datetime | None = None
    capacity: int = 1
    fields: Mapping[str, Json] = attrs.field(factory=dict[str, Json])
    origin: str = ""
    version: int = 0

    @property
    def key(self) -> RecordKey:
        """Give the record's identity."""
        return RecordKey(self.type, self.name)


ENVELOPE_FIELDS = ("name", "group", "comment", "usable", "reserved_for", "capacity")
"""Fields of every record that lookups and tables may name beside the typed ones."""
