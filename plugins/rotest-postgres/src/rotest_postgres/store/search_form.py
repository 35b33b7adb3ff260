"""The shape in which a record's values are searched.

PostgreSQL compares JSON in its own way: 1 and true differ, 1 and 1.0 are the same also within lists, case is that of a
language. So beside a record's fields, just as they were given, stand two JSON objects in which what is equal for a
lookup (`rotest_core.plugin.compare`) is equal for PostgreSQL:

* ``search``: text as it is; numbers and booleans as numbers; a list as ``{"text": its JSON, "items": [...]}``, an
  object as ``{"text": its JSON}``; what is null is not there.
* ``folded``: texts, and the texts in lists, without regard to case.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any, cast

from rotest_core import InventoryError, Json, Record

ENVELOPE = ("name", "group", "comment", "usable", "reserved_for", "capacity")
"""What lookups may name of every record, beside the fields of its type."""

_INTEGERS = range(-(2**63), 2**63)
_ONLY_WHOLE = 2.0**53
"""From here on every float is a whole number, and its shortest decimal form is another number."""

_BEYOND_FLOATS = 10**400


def search_form(record: Record) -> str:
    """Return the JSON object in which lookups find a record's values."""
    return dumps({name: searchable(value) for name, value in _values(record) if value is not None})


def folded_form(record: Record) -> str:
    """Return the JSON object in which lookups find a record's texts whatever their case."""
    return dumps({name: folded(value) for name, value in _values(record) if isinstance(value, str | list)})


def searchable(value: Json) -> Json:
    """Return the form of one value."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value if value in _INTEGERS else _whole(_float(value))
    if isinstance(value, float):
        return _whole(value) if abs(value) >= _ONLY_WHOLE else value
    if isinstance(value, list):
        return {"text": canonical(value), "items": [searchable(item) for item in value]}
    if isinstance(value, dict):
        return {"text": canonical(value)}
    return value


def folded(value: str | list[Any]) -> Json:
    """Return the form of one text or list without regard to case."""
    if isinstance(value, str):
        return value.casefold()
    return {"items": [item.casefold() for item in value if isinstance(item, str)]}


def canonical(value: object) -> str:
    """Write a JSON value in the one way that equal values have in common."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def dumps(value: object) -> str:
    """Write JSON that PostgreSQL takes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def check_text(wanted: object, lookup: object) -> None:
    """Reject what no record can hold and PostgreSQL would refuse: NUL characters and halves of characters.

    Raises:
        InventoryError: naming the lookup.
    """
    text = json.dumps(wanted, ensure_ascii=False)
    if "\\u0000" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise InventoryError(f"{lookup} holds a character that no record can hold")


def _values(record: Record) -> Iterable[tuple[str, Json]]:
    yield from record.fields.items()
    # Last, for these names mean the same in every record.
    for name in ENVELOPE:
        yield name, cast("Json", getattr(record, name))


def _float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _whole(value: float) -> int:
    if math.isinf(value):
        return _BEYOND_FLOATS if value > 0 else -_BEYOND_FLOATS
    return int(value)
