"""Records as rows of an SQLite table, and the tables of the store."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from rotest_core.model.matching import canonical
from rotest_core.model.record import Record

if TYPE_CHECKING:
    from sqlite_utils import Database

Row: TypeAlias = tuple[Any, ...]

COLUMNS = (
    'type, name, "group", comment, usable, unusable_reason, reserved_for, reserved_until, capacity, origin, '
    "version, fields"
)


def create_tables(database: Database) -> None:
    """Make the first schema."""
    database.table("record").create(
        {
            "type": str,
            "name": str,
            "group": str,
            "comment": str,
            "usable": int,
            "unusable_reason": str,
            "reserved_for": str,
            "reserved_until": str,
            "capacity": int,
            "origin": str,
            "version": int,
            "fields": str,
        },
        pk=("type", "name"),
        not_null={
            "group",
            "comment",
            "usable",
            "unusable_reason",
            "reserved_for",
            "capacity",
            "origin",
            "version",
        },
    )
    database.table("record").create_index(["type", "group"], index_name="record_group")
    database.table("note").create({"name": str, "text": str}, pk="name", not_null={"text"})
    database.table("meta").insert({"component": "store", "key": "revision", "value": 0})


def to_row(record: Record) -> Row:
    """Give the values of the columns, as the record is to be stored: one version on."""
    until = record.reserved_until
    return (
        record.type,
        record.name,
        record.group,
        record.comment,
        record.usable,
        record.unusable_reason,
        record.reserved_for,
        until.astimezone(UTC).isoformat() if until else None,
        record.capacity,
        record.origin,
        record.version + 1,
        canonical(dict(record.fields)),
    )


def to_record(row: Row) -> Record:
    """Make the record of a row."""
    (
        type_name,
        name,
        group,
        comment,
        usable,
        unusable_reason,
        reserved_for,
        reserved_until,
        capacity,
        origin,
        version,
        fields,
    ) = row
    return Record(
        type=type_name,
        name=name,
        group=group,
        comment=comment,
        usable=bool(usable),
        unusable_reason=unusable_reason,
        reserved_for=reserved_for,
        reserved_until=datetime.fromisoformat(reserved_until) if reserved_until else None,
        capacity=capacity,
        origin=origin,
        version=version,
        fields=json.loads(fields),
    )
