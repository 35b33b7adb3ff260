"""Turn lookups into SQL for SQLite, to the letter of `rotest_core.model.matching`.

Records are rows of the table ``record``: a column for each field that every record has, and the typed fields
as one JSON object in the column ``fields``. Two functions of Python stand in for what SQLite lacks:
``rotest_fold`` (case folding beyond ASCII) and ``rotest_search`` (regular expressions).

Names of fields are identifiers and become part of the statement, so that the expressions equal those of the
indexes; every value is a parameter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from rotest_core.errors import InventoryError
from rotest_core.model.lookup import Lookup, Operator, Query
from rotest_core.model.matching import canonical, null_wanted, pattern
from rotest_core.model.record import ENVELOPE_FIELDS
from rotest_core.model.storable import text_problem

SqlValue: TypeAlias = str | int

INDEXED = frozenset(
    {
        Operator.EXACT,
        Operator.IN,
        Operator.RANGE,
        Operator.GT,
        Operator.GTE,
        Operator.LT,
        Operator.LTE,
        Operator.STARTSWITH,
    }
)
"""Operators that find their records through an index on the field."""

_NUMBER_COLUMNS = frozenset({"usable", "capacity"})
_INTEGERS = range(-(2**63), 2**63)
_LAST_CHARACTER = 0x10FFFF


class Condition(NamedTuple):
    """A part of a WHERE clause and its parameters."""

    sql: str
    parameters: tuple[SqlValue, ...] = ()

    def __and__(self, other: Condition) -> Condition:
        return Condition(f"{self.sql} AND {other.sql}", self.parameters + other.parameters)


class _Place(NamedTuple):
    """Where a value stands: expressions for it, for tests of its JSON type, and for the items of a list."""

    value: str
    text: str
    number: str
    structure: str = "0"
    items: str = ""


_NEVER = Condition("0")


def where(query: Query) -> Condition:
    """Build the WHERE clause for a query over ``record AS r0``.

    Raises:
        InventoryError: a regular expression is none, or a path holds what is no name of a field.
    """
    clause = Condition("1")
    if query.types:
        clause &= Condition(f"r0.type IN ({_marks(query.types)})", query.types)
    for lookup in query.lookups:
        condition = _lookup(lookup, query)
        clause &= Condition(f"({condition.sql})", condition.parameters)
    return clause


def field_expression(alias: str, field: str) -> str:
    """Write the expression for a typed field's value; an index on it serves lookups of that field."""
    return f"json_extract({alias}fields, {_json_path(field)})"


def _lookup(lookup: Lookup, query: Query) -> Condition:
    wants_null = null_wanted(lookup)
    if wants_null is None:
        return _through(lookup.path, 0, query, lambda place: _compare(place, lookup.operator, lookup.value))
    present = _through(lookup.path, 0, query, lambda place: Condition(f"{place.value} IS NOT NULL"))
    return Condition(f"NOT ({present.sql})", present.parameters) if wants_null else present


def _through(
    path: tuple[str, ...], depth: int, query: Query, condition: Callable[[_Place], Condition]
) -> Condition:
    """Follow references, each a join with the record that it names, to the place the condition is about."""
    place = _field(f"r{depth}", path[depth])
    if depth == len(path) - 1:
        return condition(place)
    types = query.references.get(path[: depth + 1], ())
    if not types:
        return _NEVER
    alias = f"r{depth + 1}"
    rest = _through(path, depth + 1, query, condition)
    return Condition(
        f"{place.text} AND EXISTS (SELECT 1 FROM record AS {alias} WHERE {alias}.type IN ({_marks(types)}) "
        f"AND {alias}.name = {place.value} AND ({rest.sql}))",
        types + rest.parameters,
    )


def _field(alias: str, name: str) -> _Place:
    if name in _NUMBER_COLUMNS:
        return _Place(f'{alias}."{name}"', text="0", number="1")
    if name in ENVELOPE_FIELDS:
        return _Place(f'{alias}."{name}"', text="1", number="0")
    source = f"{alias}.fields, {_json_path(name)}"
    json_type = f"json_type({source})"
    return _Place(
        field_expression(f"{alias}.", name),
        text=f"{json_type} = 'text'",
        number=f"{json_type} IN ('integer', 'real', 'true', 'false')",
        structure=f"{json_type} IN ('array', 'object')",
        items=f"json_each({source})",
    )


_ITEM = _Place(
    "item.value",
    text="item.type = 'text'",
    number="item.type IN ('integer', 'real', 'true', 'false')",
    structure="item.type IN ('array', 'object')",
)


def _compare(place: _Place, operator: Operator, wanted: Any) -> Condition:
    match operator:
        case Operator.EXACT:
            return _equal(place, wanted)
        case Operator.NE:
            equal = _equal(place, wanted)
            return Condition(f"({equal.sql}) IS NOT 1", equal.parameters)
        case Operator.IN:
            return _among(place, wanted)
        case Operator.RANGE:
            return _ordered(place, ">=", wanted[0]) & _ordered(place, "<=", wanted[1])
        case Operator.GT | Operator.GTE | Operator.LT | Operator.LTE:
            return _ordered(place, _ORDERS[operator], wanted)
        case Operator.CONTAINS | Operator.ICONTAINS:
            return _contains(place, operator, wanted)
        case Operator.IEXACT if not isinstance(wanted, str):
            return _equal(place, wanted)
        case _:
            return _text(place, operator, wanted)


def _equal(place: _Place, wanted: Any) -> Condition:
    if wanted is None:
        return Condition(f"{place.value} IS NULL")
    if isinstance(wanted, str):
        found = Condition(f"{place.value} = ?", (_storable(wanted),))
        # A list is given as its JSON text by SQLite: a text that looks like one must not be taken for it.
        if place.text == "0" or wanted.startswith(("[", "{")):
            found &= Condition(place.text)
        return found
    if isinstance(wanted, (int, float)):
        return Condition(place.number) & Condition(f"{place.value} = {_mark(wanted)}", (_parameter(wanted),))
    return Condition(f"{place.structure} AND {place.value} = ?", (_storable(canonical(wanted)),))


def _among(place: _Place, wanted: list[Any]) -> Condition:
    texts = [_storable(text) for text in wanted if isinstance(text, str) and not text.startswith(("[", "{"))]
    found = [_equal(place, item) for item in wanted if item not in texts]
    if texts and place.text != "0":
        # One parameter, however many there are; the order of `=` and IN is the same to an index.
        found.append(
            Condition(f"{place.value} IN (SELECT value FROM json_each(?))", (_storable(canonical(texts)),))
        )
    if not found:
        return _NEVER
    return Condition(
        " OR ".join(f"({condition.sql})" for condition in found),
        tuple(parameter for condition in found for parameter in condition.parameters),
    )


def _ordered(place: _Place, order: str, wanted: Any) -> Condition:
    if isinstance(wanted, str):
        return Condition(f"{place.text} AND {place.value} {order} ?", (_storable(wanted),))
    if isinstance(wanted, (int, float)):
        return Condition(f"{place.number} AND {place.value} {order} {_mark(wanted)}", (_parameter(wanted),))
    return _NEVER


def _contains(place: _Place, operator: Operator, wanted: Any) -> Condition:
    in_text = _text(place, operator, wanted)
    if not place.items:
        return in_text
    item = _compare(_ITEM, Operator.EXACT if operator is Operator.CONTAINS else Operator.IEXACT, wanted)
    is_list = f"substr({place.value}, 1, 1) = '[' AND {place.structure}"
    in_list = f"{is_list} AND EXISTS (SELECT 1 FROM {place.items} AS item WHERE {item.sql})"
    return Condition(f"({in_text.sql}) OR ({in_list})", in_text.parameters + item.parameters)


def _text(place: _Place, operator: Operator, wanted: Any) -> Condition:
    if not isinstance(wanted, str):
        return _NEVER
    is_text = Condition(place.text)
    wanted = _storable(wanted)
    match operator:
        case Operator.IEXACT:
            found = Condition(f"rotest_fold({place.value}) = ?", (wanted.casefold(),))
        case Operator.CONTAINS:
            found = Condition(f"instr({place.value}, ?) > 0", (wanted,))
        case Operator.ICONTAINS:
            found = Condition(f"instr(rotest_fold({place.value}), ?) > 0", (wanted.casefold(),))
        case Operator.STARTSWITH:
            found = _prefix(place.value, wanted)
        case Operator.ISTARTSWITH:
            found = Condition(f"instr(rotest_fold({place.value}), ?) = 1", (wanted.casefold(),))
        case Operator.ENDSWITH:
            found = _suffix(place.value, wanted)
        case Operator.IENDSWITH:
            found = _suffix(f"rotest_fold({place.value})", wanted.casefold())
        case _:
            found = _search(place.value, wanted, ignore_case=operator is Operator.IREGEX)
    return is_text & found


def _prefix(value: str, wanted: str) -> Condition:
    """Ask for texts from the prefix to the first text after all that begin so: an index serves that."""
    after = wanted.rstrip(chr(_LAST_CHARACTER))
    if not after:
        return Condition(f"substr({value}, 1, {len(wanted)}) = ?", (wanted,))
    last = ord(after[-1]) + 1
    if 0xD800 <= last <= 0xDFFF:  # no text holds these
        last = 0xE000
    return Condition(f"{value} >= ? AND {value} < ?", (wanted, after[:-1] + chr(last)))


def _suffix(value: str, wanted: str) -> Condition:
    if not wanted:
        return Condition("1")
    return Condition(f"substr({value}, -{len(wanted)}) = ?", (wanted,))


def _search(value: str, wanted: str, *, ignore_case: bool) -> Condition:
    pattern(wanted, ignore_case=ignore_case)  # reject it here, where the error can say so
    return Condition(f"rotest_search(?, {int(ignore_case)}, {value})", (wanted,))


def _mark(number: int | float) -> str:
    # SQLite reads this number as it reads those in the records: what is equal in JSON is equal here.
    return "?" if isinstance(number, int) and number in _INTEGERS else "json_extract(?, '$')"


def _parameter(number: int | float) -> SqlValue:
    return int(number) if isinstance(number, int) and number in _INTEGERS else canonical(number)


def _storable(text: str) -> str:
    """Reject what no record can hold, and SQLite would cut or refuse."""
    problem = text_problem(text)
    if problem:
        raise InventoryError(f"{text!r} {problem}: no record can hold it")
    return text


def _json_path(field: str) -> str:
    if not field.isidentifier():
        raise InventoryError(f"{field!r} is no name of a field")
    return f"'$.\"{field}\"'"


def _marks(values: tuple[str, ...]) -> str:
    return ", ".join("?" * len(values))


_ORDERS = {Operator.GT: ">", Operator.GTE: ">=", Operator.LT: "<", Operator.LTE: "<="}
