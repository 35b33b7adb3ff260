"""Check the lookups of a request against the declared fields, and make the query that a store is asked."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any, Literal, NamedTuple, cast, get_args, get_origin

import attrs

from rotest_core.errors import InventoryError, did_you_mean
from rotest_core.model.conversion import ConversionError, convert, to_json
from rotest_core.model.declared_types import class_of, describe, is_list, is_union
from rotest_core.model.lookup import OPERATORS, Lookup, Operator, Query
from rotest_core.model.matching import pattern
from rotest_core.model.record import Json
from rotest_core.model.resource_data import DataField, ResourceData, data_fields, subtypes

ENVELOPE_TYPES: dict[str, type] = {
    "name": str,
    "group": str,
    "comment": str,
    "usable": bool,
    "reserved_for": str,
    "capacity": int,
}
"""The fields of every record that lookups may name, with their types."""

_EQUALITY: tuple[Operator, ...] = (Operator.EXACT, Operator.NE, Operator.IN)
_ORDER: tuple[Operator, ...] = (Operator.GT, Operator.GTE, Operator.LT, Operator.LTE, Operator.RANGE)
_PATTERNS = (Operator.REGEX, Operator.IREGEX)
_TEXT: tuple[Operator, ...] = (
    Operator.IEXACT,
    Operator.CONTAINS,
    Operator.ICONTAINS,
    Operator.STARTSWITH,
    Operator.ISTARTSWITH,
    Operator.ENDSWITH,
    Operator.IENDSWITH,
    *_PATTERNS,
)
_ITEMS: tuple[Operator, ...] = (Operator.CONTAINS, Operator.ICONTAINS)


class LookupMistakeError(Exception):
    """Say what is wrong with one lookup."""


class Target(NamedTuple):
    """Know the field at the end of a lookup's path."""

    path: tuple[str, ...]
    operator: Operator
    type: Any
    reference: type[ResourceData] | None
    words: str
    references: dict[tuple[str, ...], tuple[str, ...]]


def make_query(
    data_type: type[ResourceData], lookups: Mapping[str, object], *, text: bool = False
) -> tuple[Query, list[str]]:
    """Make a query of a request's lookups.

    Args:
        data_type: the type whose records are wanted; its subclasses' match as well.
        lookups: values by spelled lookup: ``port__gte``.
        text: texts are read as the type that is wanted (from a command line).

    Returns:
        The query, and one line per lookup that is wrong: unknown, mistyped, or with no such operator.
    """
    conditions: list[Lookup] = []
    references: dict[tuple[str, ...], tuple[str, ...]] = {}
    problems: list[str] = []
    for spelled, value in lookups.items():
        try:
            target = find_target(data_type, spelled)
            conditions.append(Lookup(target.path, target.operator, _operand(target, value, text)))
            references.update(target.references)
        except LookupMistakeError as mistake:
            problems.append(f"{spelled}: {mistake}")
    query = Query(types=subtypes(data_type), lookups=tuple(conditions), references=references)
    return query, problems


def find_target(data_type: type[ResourceData], spelled: str) -> Target:
    """Follow a spelled lookup to the field that it means.

    Raises:
        LookupMistakeError: a field or an operator on the way is unknown.
    """
    words = spelled.split("__")
    path: tuple[str, ...] = ()
    references: dict[tuple[str, ...], tuple[str, ...]] = {}
    current = data_type
    while True:
        name, words = words[0], words[1:]
        path = (*path, name)
        field = _field(current, name)
        if isinstance(field, DataField) and field.reference is not None and _leads_on(field.reference, words):
            current = field.reference
            references[path] = subtypes(current)
            continue
        kind, reference, description = _ending(field)
        allowed = _operators(kind, reference)
        operator = _operator(words, allowed, name, reference)
        return Target(path, operator, kind, reference, description, references)


def _field(data_type: type[ResourceData], name: str) -> DataField | type:
    declared = data_fields(data_type)
    if name in declared:
        return declared[name]
    if name in ENVELOPE_TYPES:
        return ENVELOPE_TYPES[name]
    known = (*declared, *ENVELOPE_TYPES)
    near = did_you_mean(name, known)
    raise LookupMistakeError(
        f"{data_type.type_name()} has no field {name!r}{near}; known: {', '.join(known)}"
    )


def _leads_on(reference: type[ResourceData], words: list[str]) -> bool:
    if not words:
        return False
    return words[0] not in OPERATORS or words[0] in data_fields(reference) or len(words) > 1


def _ending(field: DataField | type) -> tuple[Any, type[ResourceData] | None, str]:
    if isinstance(field, DataField):
        return field.type, field.reference, field.describe()
    return field, None, describe(field)


def _operator(
    words: list[str], allowed: tuple[Operator, ...], name: str, reference: type[ResourceData] | None
) -> Operator:
    if not words:
        return Operator.EXACT
    if len(words) == 1 and words[0] in allowed:
        return Operator(words[0])
    spelled = "__".join(words)
    if spelled in OPERATORS:
        problem = f"{name} cannot be compared by {spelled!r}"
    else:
        problem = f"there is no operator {spelled!r}{did_you_mean(spelled, map(str, allowed))}"
        if reference is None and len(words) > 1:
            problem += f" ({name} refers to no other record)"
    raise LookupMistakeError(f"{problem}; {name} has: {', '.join(allowed)}")


def _operators(kind: object, reference: type[ResourceData] | None) -> tuple[Operator, ...]:
    if reference is not None:
        return (*_EQUALITY, *_TEXT, Operator.ISNULL)
    shapes = set(_shapes(kind))
    allowed = list(_EQUALITY)
    if shapes & {"number", "ordered"}:
        allowed += _ORDER
    if "text" in shapes:
        allowed += _TEXT
    elif "list" in shapes:
        allowed += _ITEMS
    return (*allowed, Operator.ISNULL)


def _shapes(kind: Any) -> Iterator[str]:
    """Yield what the JSON values of a type can be: their shape decides which operators make sense."""
    if is_union(kind):
        for member in get_args(kind):
            yield from _shapes(member)
    elif get_origin(kind) is Literal:
        for choice in get_args(kind):
            yield from _shapes(type(choice))
    elif is_list(kind):
        yield "list"
    else:
        yield from _shapes_of_class(class_of(kind))


def _shapes_of_class(kind: type[Any] | None) -> Iterable[str]:
    if kind is None:
        return ()
    if issubclass(kind, enum.Enum):
        return [shape for member in kind for shape in _shapes(type(member.value))]
    if issubclass(kind, (str, date, datetime, time)):
        return ("text", "ordered")
    if issubclass(kind, (bool, type(None), Mapping)) or attrs.has(kind):
        return ()
    if issubclass(kind, (int, float)):
        return ("number",)
    # Addresses, versions, paths: kept as text, but their order is not that of text.
    return ("text",)


def _operand(target: Target, value: object, text: bool) -> Json:
    operator = target.operator
    if operator is Operator.ISNULL:
        return _value(target, value, bool, text)
    if operator in _PATTERNS:
        expression = _value(target, value, str, text)
        try:
            pattern(cast("str", expression), ignore_case=operator is Operator.IREGEX)
        except InventoryError as error:
            raise LookupMistakeError(str(error)) from error
        return expression
    if operator is Operator.IN:
        return [_value(target, item, target.type, text) for item in _items(value, operator, text)]
    if operator is Operator.RANGE:
        ends = _items(value, operator, text)
        if len(ends) != 2:
            raise LookupMistakeError(f"expected a lower and an upper end, got {value!r}")
        return [_value(target, end, _present(target.type), text) for end in ends]
    if operator in _ORDER:
        return _value(target, value, _present(target.type), text)
    if operator in _ITEMS and "text" not in set(_shapes(target.type)) and target.reference is None:
        return _value(target, value, _item_type(target.type), text)
    return _value(target, value, str if operator in _TEXT else target.type, text)


def _value(target: Target, value: object, wanted: Any, text: bool) -> Json:
    if target.reference is not None and wanted is target.type:
        if isinstance(value, target.reference):
            return value.name
        if isinstance(value, str) or value is None:
            return value
        raise LookupMistakeError(f"expected {target.words}, got {value!r}")
    try:
        return to_json(convert(value, wanted, text=text))
    except ConversionError as error:
        raise LookupMistakeError("; ".join(map(str, error.problems))) from None


def _items(value: object, operator: Operator, text: bool) -> list[object]:
    if text and isinstance(value, str):
        return [item.strip() for item in value.split(",")]
    if isinstance(value, (list, tuple, set, frozenset)):
        return list(cast("list[object]", value))
    raise LookupMistakeError(f"{operator} expects a list of values, got {value!r}")


def _present(kind: Any) -> Any:
    """Leave None out of a type: nothing is before or after nothing."""
    if not is_union(kind):
        return kind
    members = [member for member in get_args(kind) if member is not type(None)]
    present = members[0]
    for member in members[1:]:
        present |= member
    return present


def _item_type(kind: Any) -> Any:
    for member in get_args(kind) if is_union(kind) else (kind,):
        if is_list(member) and get_args(member):
            return get_args(member)[0]
    return Any
