"""What a record may hold so that every store can keep it and give it back unchanged."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import cast

from rotest_core.errors import InventoryError
from rotest_core.model.record import Record, RecordKey

_TEXTS = ("type", "name", "group", "comment", "unusable_reason", "reserved_for", "origin")


def problems_of(record: Record) -> Iterator[str]:
    """Name everything about a record that some store could not keep.

    Yields:
        One line per problem, starting with the key of the record.
    """
    for attribute in _TEXTS:
        yield from _problems(getattr(record, attribute), f"{record.key}: {attribute}")
    if not record.name or not record.type:
        yield f"{record.key}: a record needs a type and a name"
    if record.capacity < 1:
        yield f"{record.key}: capacity is {record.capacity}, but must be at least 1"
    if record.reserved_until is not None and record.reserved_until.tzinfo is None:
        yield f"{record.key}: reserved_until has no time zone"
    for name, value in record.fields.items():
        if name.isidentifier():
            yield from _problems(value, f"{record.key}: {name}")
        else:
            yield f"{record.key}: {name!r} is no name of a field"


def check_storable(put: list[Record], remove: list[RecordKey]) -> None:
    """Reject a change that names a record twice, or a record that a store could not keep.

    Raises:
        InventoryError: with one line per problem.
    """
    problems: list[str] = []
    seen: set[RecordKey] = set()
    for key in (*(record.key for record in put), *remove):
        if key in seen:
            problems.append(f"{key} is named twice in one change")
        seen.add(key)
    for record in put:
        problems.extend(problems_of(record))
    if problems:
        raise InventoryError("the inventory was not changed", problems)


def _problems(value: object, where: str) -> Iterator[str]:
    for place, leaf in _leaves(value, where):
        problem = _problem(leaf)
        if problem:
            yield f"{place} {problem}"


def _leaves(value: object, where: str) -> Iterator[tuple[str, object]]:
    """Yield each plain value in a JSON value, keys included, with the place where it stands."""
    if isinstance(value, list):
        for index, item in enumerate(cast("list[object]", value)):
            yield from _leaves(item, f"{where}[{index}]")
    elif isinstance(value, dict):
        for key, item in cast("dict[object, object]", value).items():
            yield f"{where}: key {key!r}", key if isinstance(key, str) else object()
            yield from _leaves(item, f"{where}.{key}")
    else:
        yield where, value


def _problem(leaf: object) -> str:
    match leaf:
        case str():
            if "\0" in leaf:
                return "holds a NUL character"
            if not leaf.isascii() and any("\ud800" <= character <= "\udfff" for character in leaf):
                return "holds half of a character (a lone surrogate)"
        case float():
            if not math.isfinite(leaf):
                return f"is {leaf}, which is no number that JSON knows"
        case None | bool() | int():
            pass
        case _:
            return f"is a {type(leaf).__name__}, which is no JSON value"
    return ""
