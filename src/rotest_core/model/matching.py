"""What a lookup means: the reference that every store is held against.

A store evaluates lookups where its records are; what it finds must be what these functions say.

* A lookup through references (``power__port=1``) asks whether *some* record at the end of the path satisfies
  it; a reference that leads nowhere satisfies ``isnull=True`` only.
* ``None`` is equal to itself only: ``exact=None`` is ``isnull=True``, and ``ne=5`` holds for ``None``.
* Numbers and booleans compare as numbers, text by code points; a number and a text are neither equal nor
  ordered. An integer of more than 64 bits compares as the float next to it.
* Lists and objects are equal when their JSON is, but for the order of keys; ``contains`` on a list asks for
  an item.
* Case is ignored by `str.casefold`. Regular expressions are those of `re`, and may match anywhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from operator import ge, gt, le, lt
from typing import Any, TypeAlias, cast

from rotest_core.errors import InventoryError
from rotest_core.model.lookup import Lookup, Operator, Query
from rotest_core.model.record import ENVELOPE_FIELDS, Json, Record, RecordKey

Resolve: TypeAlias = Callable[[RecordKey], Record | None]
References: TypeAlias = Mapping[tuple[str, ...], tuple[str, ...]]

PATTERN_LIMIT = 1000
"""Longest regular expression, in characters: a request is no place for a parser."""

_INTEGERS = range(-(2**63), 2**63)


def matches(record: Record, query: Query, resolve: Resolve) -> bool:
    """Tell whether a record is of the types asked for and satisfies every lookup.

    Args:
        record: the record to test.
        query: what is asked.
        resolve: gives the record of a key, or None.

    Raises:
        InventoryError: a lookup's regular expression is none.
    """
    if query.types and record.type not in query.types:
        return False
    return all(satisfies(record, lookup, query.references, resolve) for lookup in query.lookups)


def satisfies(record: Record, lookup: Lookup, references: References, resolve: Resolve) -> bool:
    """Tell whether a record satisfies one lookup.

    Args:
        record: the record to test.
        lookup: the condition.
        references: the type names that each reference may lead to, as in `Query`.
        resolve: gives the record of a key, or None.
    """
    ends = _follow(record, lookup.path, references, resolve)
    wants_null = null_wanted(lookup)
    if wants_null is not None:
        return any(field_value(end, lookup.path[-1]) is not None for end in ends) is not wants_null
    return any(compare(field_value(end, lookup.path[-1]), lookup.operator, lookup.value) for end in ends)


def null_wanted(lookup: Lookup) -> bool | None:
    """Tell whether a lookup asks for a missing value (True), a present one (False), or neither (None)."""
    match lookup.operator:
        case Operator.ISNULL:
            return bool(lookup.value)
        case Operator.EXACT | Operator.IEXACT if lookup.value is None:
            return True
        case Operator.NE if lookup.value is None:
            return False
        case _:
            return None


def field_value(record: Record, name: str) -> Json:
    """Return a field of a record, be it of every record or of its type; None where it has none."""
    if name in ENVELOPE_FIELDS:
        return cast("Json", getattr(record, name))
    return record.fields.get(name)


def compare(value: Json, operator: Operator, wanted: Any) -> bool:
    """Tell whether a value satisfies an operator.

    Args:
        value: what a record holds.
        operator: any but ``isnull``.
        wanted: what the lookup asks for.
    """
    match operator:
        case Operator.EXACT:
            return equal(value, wanted)
        case Operator.NE:
            return not equal(value, wanted)
        case Operator.IN:
            return any(equal(value, item) for item in wanted)
        case Operator.RANGE:
            return _ordered(ge, value, wanted[0]) and _ordered(le, value, wanted[1])
        case Operator.GT | Operator.GTE | Operator.LT | Operator.LTE:
            return _ordered(_ORDERS[operator], value, wanted)
        case Operator.CONTAINS if isinstance(value, list):
            return any(equal(item, wanted) for item in value)
        case Operator.ICONTAINS if isinstance(value, list):
            return any(compare(item, Operator.IEXACT, wanted) for item in value)
        case Operator.IEXACT if not isinstance(value, str):
            return equal(value, wanted)
        case _:
            return isinstance(value, str) and isinstance(wanted, str) and _TEXT[operator](value, wanted)


def equal(value: Json, wanted: Json) -> bool:
    """Tell whether two JSON values are equal in the sense of lookups."""
    if value is None or wanted is None:
        return value is wanted
    if isinstance(value, str) or isinstance(wanted, str):
        return value == wanted
    if isinstance(value, (list, dict)) or isinstance(wanted, (list, dict)):
        return canonical(value) == canonical(wanted)
    return _number(value) == _number(wanted)


def canonical(value: object) -> str:
    """Write a JSON value in the one way that equal values have in common."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@lru_cache(maxsize=256)
def pattern(expression: str, *, ignore_case: bool) -> re.Pattern[str]:
    """Compile the regular expression of a lookup.

    Raises:
        InventoryError: it is too long, or none at all.
    """
    if len(expression) > PATTERN_LIMIT:
        raise InventoryError(f"a regular expression of a lookup may have {PATTERN_LIMIT} characters at most")
    try:
        return re.compile(expression, re.IGNORECASE if ignore_case else 0)
    except (re.error, OverflowError, RecursionError) as error:
        raise InventoryError(f"{expression!r} is not a regular expression: {error}") from error


def _follow(
    record: Record, path: tuple[str, ...], references: References, resolve: Resolve
) -> Iterator[Record]:
    """Yield the records at the end of a path: usually one, none behind a reference that leads nowhere."""
    ends = [record]
    for depth in range(1, len(path)):
        types = references.get(path[:depth], ())
        names = [name for end in ends if isinstance(name := field_value(end, path[depth - 1]), str)]
        found = (resolve(RecordKey(type_name, name)) for name in names for type_name in types)
        ends = [end for end in found if end is not None]
    yield from ends


def _ordered(order: Callable[[Any, Any], bool], value: Json, wanted: Json) -> bool:
    if isinstance(value, str) and isinstance(wanted, str):
        return order(value, wanted)
    if isinstance(value, (int, float)) and isinstance(wanted, (int, float)):
        return order(_number(value), _number(wanted))
    return False


def _number(value: int | float) -> int | float:
    if isinstance(value, float) or value in _INTEGERS:
        return value
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


_ORDERS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.GT: gt,
    Operator.GTE: ge,
    Operator.LT: lt,
    Operator.LTE: le,
}

_TEXT: dict[Operator, Callable[[str, str], bool]] = {
    Operator.IEXACT: lambda value, wanted: value.casefold() == wanted.casefold(),
    Operator.CONTAINS: lambda value, wanted: wanted in value,
    Operator.ICONTAINS: lambda value, wanted: wanted.casefold() in value.casefold(),
    Operator.STARTSWITH: str.startswith,
    Operator.ISTARTSWITH: lambda value, wanted: value.casefold().startswith(wanted.casefold()),
    Operator.ENDSWITH: str.endswith,
    Operator.IENDSWITH: lambda value, wanted: value.casefold().endswith(wanted.casefold()),
    Operator.REGEX: lambda value, wanted: pattern(wanted, ignore_case=False).search(value) is not None,
    Operator.IREGEX: lambda value, wanted: pattern(wanted, ignore_case=True).search(value) is not None,
}
