"""What a change of the inventory must be so that every store can make it, and give back what it was given."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
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


def check_storable(put: Sequence[Record], remove: Sequence[RecordKey]) -> None:
    """Reject a change that names a record twice, or a record that some store could not keep.

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
    _refuse(problems)


def check_versions(
    put: Sequence[Record], remove: Sequence[RecordKey], version_of: Callable[[RecordKey], int | None]
) -> None:
    """Reject a change of records that are not there, or no longer as the change supposes.

    Args:
        put: records to add or to replace.
        remove: keys of records to remove.
        version_of: gives the version of a record in the store, or None; asked inside the store's transaction.

    Raises:
        InventoryError: with one line per problem.
    """
    problems: list[str] = []
    for record in put:
        stored = version_of(record.key)
        if stored is None and record.version:
            problems.append(f"{record.key} does not exist any more")
        elif stored is not None and not record.version:
            problems.append(f"{record.key} exists already")
        elif stored is not None and stored != record.version:
            problems.append(
                f"{record.key} was changed meanwhile: it is at version {stored}, not {record.version}"
            )
    problems.extend(f"{key} does not exist" for key in remove if version_of(key) is None)
    _refuse(problems)


def _refuse(problems: list[str]) -> None:
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


def text_problem(text: str) -> str:
    """Say why no store could keep a text, or nothing.

    Databases end a text at a NUL or refuse it, and half of a character has no form in UTF-8.
    """
    if "\0" in text:
        return "holds a NUL character"
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        return "holds half of a character (a lone surrogate)"
    return ""


def _problem(leaf: object) -> str:
    match leaf:
        case str():
            return text_problem(leaf)
        case float():
            if not math.isfinite(leaf):
                return f"is {leaf}, which is no number that JSON knows"
        case None | bool() | int():
            pass
        case _:
            return f"is a {type(leaf).__name__}, which is no JSON value"
    return ""
