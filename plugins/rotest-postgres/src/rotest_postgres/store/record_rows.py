"""Records as rows of the table ``rotest.record``."""

from __future__ import annotations

from rotest_core import Record
from rotest_postgres.database import Row
from rotest_postgres.store.search_form import canonical, folded_form, search_form

READ = (
    'r0.type, r0.name, r0."group", r0.comment, r0.usable, r0.unusable_reason, r0.reserved_for, r0.reserved_until, '
    "r0.capacity, r0.origin, r0.version, r0.fields"
)
"""What `record_of` takes, of a table called r0."""

WIDTH = 12
"""The number of columns in READ."""

WRITE = """
INSERT INTO rotest.record (
    type, name, "group", comment, usable, unusable_reason, reserved_for, reserved_until, capacity, origin, version,
    fields, search, folded
)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::json, %s::jsonb, %s::jsonb)
ON CONFLICT (type, name) DO UPDATE SET
    "group" = excluded."group", comment = excluded.comment, usable = excluded.usable,
    unusable_reason = excluded.unusable_reason, reserved_for = excluded.reserved_for,
    reserved_until = excluded.reserved_until, capacity = excluded.capacity, origin = excluded.origin,
    version = excluded.version, fields = excluded.fields, search = excluded.search, folded = excluded.folded
"""


def row_of(record: Record) -> Row:
    """Return the parameters of WRITE for a record; its version is raised."""
    return (
        record.type,
        record.name,
        record.group,
        record.comment,
        record.usable,
        record.unusable_reason,
        record.reserved_for,
        record.reserved_until,
        record.capacity,
        record.origin,
        record.version + 1,
        canonical(dict(record.fields)),
        search_form(record),
        folded_form(record),
    )


def record_of(row: Row) -> Record:
    """Return the record of a row of READ."""
    return Record(
        type=row[0],
        name=row[1],
        group=row[2],
        comment=row[3],
        usable=row[4],
        unusable_reason=row[5],
        reserved_for=row[6],
        reserved_until=row[7],
        capacity=row[8],
        origin=row[9],
        version=row[10],
        fields=row[11],
    )
