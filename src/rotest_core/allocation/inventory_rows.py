"""Rows of inventory files: raw values with the line where they stand, checked into records, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import attrs

from rotest_core.errors import InventoryError, PlanError, RecordError
from rotest_core.model.catalogue import data_type
from rotest_core.model.conversion import ConversionError, convert
from rotest_core.model.record import Json, Record, RecordKey
from rotest_core.model.resource_data import check_fields, field_names
from rotest_core.model.storable import problems_of

ENVELOPE: Mapping[str, object] = {
    "name": str,
    "group": str,
    "comment": str,
    "usable": bool,
    "unusable_reason": str,
    "reserved_for": str,
    "reserved_until": datetime | None,
    "capacity": int,
}
"""What a row may say of every record, beside its typed fields, with the types."""

STATE = ("usable", "unusable_reason", "reserved_for", "reserved_until")
"""What happens to a record while it is used: a row that does not mention these leaves them as they are."""


class RawRow(NamedTuple):
    """Hold one row as it stands in a file.

    Args:
        type: the type name.
        values: raw values by key, the name included.
        line: where the row begins, from 1; 0 when unknown.
        text: the values are texts, to be read as the declared types.
    """

    type: str
    values: Mapping[str, object]
    line: int
    text: bool = False


class Row(NamedTuple):
    """Hold one row after it was checked.

    Args:
        record: what the row says, at version 0.
        given: the keys that stand in the row.
        line: where the row begins, from 1; 0 when unknown.
    """

    record: Record
    given: frozenset[str]
    line: int

    def merged(self, existing: Record | None, *, origin: str = "") -> Record:
        """Return the record as it is to be stored over an existing one.

        Args:
            existing: the record of that key in the store, or None.
            origin: the file that the record is to follow from now on, empty for none.
        """
        if existing is None:
            return attrs.evolve(self.record, origin=origin)
        kept = {name: getattr(existing, name) for name in STATE if not _mentioned(self.given, name)}
        return attrs.evolve(self.record, **kept, origin=origin, version=existing.version)


def check_rows(rows: Iterable[RawRow]) -> list[Row]:
    """Check rows against the declared types.

    Raises:
        InventoryError: one line in `problems` for everything that is wrong, each with the line of its row.
    """
    checked: list[Row] = []
    problems: list[str] = []
    lines: dict[RecordKey, int] = {}
    for raw in rows:
        try:
            row = check_row(raw)
        except InventoryError as error:
            problems.extend(error.problems)
            continue
        key = row.record.key
        if key in lines:
            problems.append(
                f"{at(row.line)}{key}: stands twice{f', first in line {lines[key]}' if lines[key] else ''}"
            )
        lines.setdefault(key, row.line)
        checked.append(row)
    if problems:
        raise InventoryError("some rows do not fit", problems)
    return checked


def check_row(raw: RawRow) -> Row:
    """Check one row against its declared type.

    Raises:
        InventoryError: one line in `problems` for everything that is wrong, each with the line and the key of the row.
    """
    name = raw.values.get("name")
    subject = f"{raw.type}/{name}" if name else raw.type
    problems: list[str] = []
    envelope = _check_envelope(raw, problems)
    if "name" not in raw.values:
        problems.append("name: missing; every record needs one")
    fields = _check_fields(raw, problems)
    if "name" in envelope:
        record = Record(type=raw.type, **envelope, fields=fields)
        problems.extend(problems_of(record))
        if not problems:
            return Row(record, frozenset(raw.values), raw.line)
    start = f"{at(raw.line)}{subject}: "
    raise InventoryError(
        "the row does not fit", [start + problem.removeprefix(f"{subject}: ") for problem in problems]
    )


def edited(record: Record, values: Mapping[str, object], *, text: bool = False) -> Record:
    """Return a record with some of its values changed.

    A record that becomes usable loses the reason why it was not; fields that its type no longer declares are dropped.

    Args:
        record: what is to be changed.
        values: new values by key.
        text: the values are texts, to be read as the declared types.

    Raises:
        InventoryError: one line in `problems` for every value that does not fit.
    """
    raw = RawRow(record.type, values, 0, text)
    problems: list[str] = []
    if "name" in values:
        problems.append("name: cannot be changed; add a record of the new name, and remove this one")
    envelope = _check_envelope(raw, problems)
    if envelope.get("usable"):
        envelope["unusable_reason"] = ""
    if envelope.get("reserved_for") == "":
        envelope["reserved_until"] = None
    fields = _check_fields(raw, problems, partial=True)
    if fields and not problems:
        # Values that are good one by one need not be good together.
        declared = {key: value for key, value in record.fields.items() if key in _declared_order(record.type)}
        fields = _check_fields(RawRow(record.type, declared | fields, 0), problems, name=record.name)
    changed = record if problems else attrs.evolve(record, **envelope, fields=fields or record.fields)
    problems.extend(problems_of(changed))
    if problems:
        raise InventoryError(
            f"{record.key} was not changed", [problem.removeprefix(f"{record.key}: ") for problem in problems]
        )
    return changed


def at(line: int) -> str:
    """Say where a row stands, as the start of a message."""
    return f"line {line}: " if line else ""


def _check_envelope(raw: RawRow, problems: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key in ENVELOPE.keys() & raw.values.keys():
        try:
            value = convert(raw.values[key], ENVELOPE[key], text=raw.text)
        except ConversionError as error:
            problems.extend(str(problem.below(key)) for problem in error.problems)
            continue
        if isinstance(value, datetime):
            if value.tzinfo is None:
                problems.append(f"{key}: {value} has no time zone; write {value.isoformat()}Z for UTC")
                continue
            value = value.astimezone(UTC)
        values[key] = value
    if values.get("unusable_reason") and "usable" not in values:
        values["usable"] = False
    return values


def _check_fields(
    raw: RawRow, problems: list[str], *, partial: bool = False, name: str = ""
) -> dict[str, Json]:
    fields = {key: value for key, value in raw.values.items() if key not in ENVELOPE}
    if partial and not fields:
        return {}
    name = name or str(raw.values.get("name", ""))
    try:
        return check_fields(data_type(raw.type), fields, text=raw.text, partial=partial, name=name)
    except RecordError as error:
        problems.extend(error.problems or (error.problem,))
    except PlanError as error:
        hint = "" if "[resources]" in str(error) else "; types come from the modules in [resources] modules"
        problems.append(f"{error}{hint}")
    return {}


def values_of(record: Record) -> dict[str, object]:
    """Return what a row says of a record: the name first, then what differs from a new record, then its fields.

    Typed fields stand in the order in which they were declared, where that is known.
    """
    values: dict[str, object] = {"name": record.name}
    for attribute in attrs.fields(Record):
        value = getattr(record, attribute.name)
        if attribute.name in ENVELOPE and attribute.name != "name" and value != attribute.default:
            values[attribute.name] = value
    return values | fields_in_order(record)


def fields_in_order(record: Record) -> dict[str, Json]:
    """Return the typed fields in the order in which they were declared; those that no type declares come last."""
    declared = [name for name in _declared_order(record.type) if name in record.fields]
    return {name: record.fields[name] for name in (*declared, *sorted(record.fields.keys() - {*declared}))}


def _declared_order(type_name: str) -> tuple[str, ...]:
    try:
        return field_names(data_type(type_name))
    except PlanError:
        return ()


def _mentioned(given: frozenset[str], state: str) -> bool:
    """Tell whether a row says anything of a state: a state and what goes with it are one."""
    return not given.isdisjoint(STATE[:2] if state in STATE[:2] else STATE[2:])
