"""Turn lookups into SQL, to the letter of `rotest_core.plugin.compare`.

Equality is containment (``@>``), which the index on ``search`` answers. Every name and value is a parameter. Only
regular expressions are left to Python, whose they are: PostgreSQL's differ. For these the query brings the texts along.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, cast

from rotest_core import Lookup, Operator, Query
from rotest_core.plugin import pattern
from rotest_postgres.store.search_form import canonical, check_text, dumps, folded, searchable


class Sql(NamedTuple):
    """A piece of SQL and its parameters."""

    text: str
    parameters: tuple[object, ...] = ()


class Plan(NamedTuple):
    """Say how to find the records of a query.

    Args:
        condition: of the records ``r0`` in the database.
        texts: expressions for arrays of texts to bring along.
        patterns: for each of these, what one of its texts must match.
    """

    condition: Sql
    texts: tuple[Sql, ...]
    patterns: tuple[re.Pattern[str], ...]

    def accepts(self, texts: Sequence[Sequence[str | None]]) -> bool:
        """Tell whether what the query brought along matches."""
        return all(
            any(text is not None and expression.search(text) for text in found)
            for expression, found in zip(self.patterns, texts, strict=True)
        )


_ALWAYS = Sql("true")
_NEVER = Sql("false")
_ORDERS = {Operator.GT: ">", Operator.GTE: ">=", Operator.LT: "<", Operator.LTE: "<="}


def plan(query: Query) -> Plan:
    """Plan a query.

    Raises:
        InventoryError: a regular expression is none, or a value holds what no record can.
    """
    conditions = [_ALWAYS]
    if query.types:
        conditions.append(Sql("r0.type = ANY(%s)", (list(query.types),)))
    texts: list[Sql] = []
    patterns: list[re.Pattern[str]] = []
    for lookup in query.lookups:
        check_text(lookup.value, lookup)
        if lookup.operator in {Operator.REGEX, Operator.IREGEX} and isinstance(lookup.value, str):
            patterns.append(pattern(lookup.value, ignore_case=lookup.operator is Operator.IREGEX))
            texts.append(_texts(lookup.path, 0, query))
        else:
            conditions.append(_lookup(lookup, query))
    return Plan(_all(conditions), tuple(texts), tuple(patterns))


def _lookup(lookup: Lookup, query: Query) -> Sql:
    wants_null = _null_wanted(lookup)
    if wants_null is None:
        return _through(lookup.path, 0, query, lambda value: _compare(value, lookup.operator, lookup.value))
    present = _through(lookup.path, 0, query, lambda value: value.present)
    return _not(present) if wants_null else present


def _null_wanted(lookup: Lookup) -> bool | None:
    if lookup.operator is Operator.ISNULL:
        return bool(lookup.value)
    if lookup.value is None and lookup.operator in {Operator.EXACT, Operator.IEXACT}:
        return True
    return False if lookup.value is None and lookup.operator is Operator.NE else None


class _Value(NamedTuple):
    """A field of the record that an alias stands for."""

    alias: str
    field: str

    @property
    def present(self) -> Sql:
        return Sql(f"({self.alias}.search -> %s::text) IS NOT NULL", (self.field,))

    def contains(self, form: object, *, column: str = "search") -> Sql:
        return Sql(f"{self.alias}.{column} @> %s::jsonb", (dumps({self.field: form}),))

    def number(self, test: str, *parameters: object) -> Sql:
        return self._typed("number", f"({self.alias}.search -> %s::text) {test}", parameters)

    def text(self, test: str, *parameters: object, column: str = "search") -> Sql:
        return self._typed("string", test.format(f"({self.alias}.{column} ->> %s::text)"), parameters)

    def _typed(self, kind: str, test: str, parameters: tuple[object, ...]) -> Sql:
        return Sql(
            f"jsonb_typeof({self.alias}.search -> %s::text) = '{kind}' AND {test}",
            (self.field, self.field, *parameters),
        )


def _through(path: tuple[str, ...], depth: int, query: Query, condition: Callable[[_Value], Sql]) -> Sql:
    """Follow references, each to the records that it may name, to the value that the condition is about."""
    value = _Value(f"r{depth}", path[depth])
    if depth == len(path) - 1:
        return condition(value)
    types = query.references.get(path[: depth + 1], ())
    rest = _through(path, depth + 1, query, condition)
    found = f"EXISTS (SELECT FROM rotest.record AS r{depth + 1} WHERE {_named(depth)} AND ({rest.text}))"
    return Sql(found, (list(types), value.field, value.field, *rest.parameters))


def _texts(path: tuple[str, ...], depth: int, query: Query) -> Sql:
    """Give all texts at the end of a path as an array; null stands for what is no text."""
    value = _Value(f"r{depth}", path[depth])
    if depth == len(path) - 1:
        text = value.text("true")
        return Sql(
            f"ARRAY[CASE WHEN jsonb_typeof(r{depth}.search -> %s::text) = 'string' "
            f"THEN r{depth}.search ->> %s::text END]",
            text.parameters,
        )
    types = query.references.get(path[: depth + 1], ())
    rest = _texts(path, depth + 1, query)
    found = (
        f"ARRAY(SELECT text{depth} FROM rotest.record AS r{depth + 1}, unnest({rest.text}) AS text{depth} "
        f"WHERE {_named(depth)})"
    )
    return Sql(found, (*rest.parameters, list(types), value.field, value.field))


def _named(depth: int) -> str:
    """Say that the next record is named by a field of this one; parameters: types, field, field."""
    return (
        f"r{depth + 1}.type = ANY(%s) AND jsonb_typeof(r{depth}.search -> %s::text) = 'string' "
        f"AND r{depth + 1}.name = (r{depth}.search ->> %s::text)"
    )


def _compare(value: _Value, operator: Operator, wanted: Any) -> Sql:
    match operator:
        case Operator.EXACT:
            return _equal(value, wanted)
        case Operator.NE:
            return _not(_equal(value, wanted))
        case Operator.IN:
            return _any([_equal(value, item) for item in wanted])
        case Operator.RANGE:
            return _all([_ordered(value, ">=", wanted[0]), _ordered(value, "<=", wanted[1])])
        case Operator.GT | Operator.GTE | Operator.LT | Operator.LTE:
            return _ordered(value, _ORDERS[operator], wanted)
        case Operator.CONTAINS | Operator.ICONTAINS:
            return _contains(value, operator, wanted)
        case Operator.IEXACT if not isinstance(wanted, str):
            return _equal(value, wanted)
        case _:
            return _text(value, operator, wanted) if isinstance(wanted, str) else _NEVER


def _equal(value: _Value, wanted: Any) -> Sql:
    if wanted is None:
        return _not(value.present)
    if isinstance(wanted, float) and math.isnan(wanted):
        return _NEVER
    return value.contains(_form(wanted))


def _form(wanted: Any) -> object:
    # The items of a list follow from its text.
    return (
        {"text": canonical(cast("object", wanted))} if isinstance(wanted, list | dict) else searchable(wanted)
    )


def _ordered(value: _Value, order: str, wanted: Any) -> Sql:
    if isinstance(wanted, str):
        return value.text(f'{{}} COLLATE "C" {order} %s', wanted)
    if isinstance(wanted, int | float) and not (isinstance(wanted, float) and math.isnan(wanted)):
        return value.number(f"{order} %s::jsonb", dumps(searchable(wanted)))
    return _NEVER


def _contains(value: _Value, operator: Operator, wanted: Any) -> Sql:
    """Look for a text in a text, or for an item in a list."""
    if isinstance(wanted, float) and math.isnan(wanted):
        return _NEVER
    if operator is Operator.ICONTAINS and isinstance(wanted, str):
        in_list = value.contains({"items": [folded(wanted)]}, column="folded")
    else:
        in_list = value.contains({"items": [_form(wanted)]})
    return _any([_text(value, operator, wanted), in_list]) if isinstance(wanted, str) else in_list


def _text(value: _Value, operator: Operator, wanted: str) -> Sql:
    wanted_folded = wanted.casefold()
    match operator:
        case Operator.IEXACT:
            return value.contains(wanted_folded, column="folded")
        case Operator.CONTAINS:
            return value.text("strpos({}, %s) > 0", wanted)
        case Operator.ICONTAINS:
            return value.text("strpos({}, %s) > 0", wanted_folded, column="folded")
        case Operator.STARTSWITH:
            return value.text("starts_with({}, %s)", wanted)
        case Operator.ISTARTSWITH:
            return value.text("starts_with({}, %s)", wanted_folded, column="folded")
        case Operator.ENDSWITH:
            return value.text("right({}, length(%s)) = %s", wanted, wanted)
        case Operator.IENDSWITH:
            return value.text("right({}, length(%s)) = %s", wanted_folded, wanted_folded, column="folded")
        case _:
            return _NEVER


def _not(condition: Sql) -> Sql:
    return Sql(f"({condition.text}) IS NOT TRUE", condition.parameters)


def _all(conditions: Sequence[Sql]) -> Sql:
    return _joined(conditions, " AND ") if conditions else _ALWAYS


def _any(conditions: Sequence[Sql]) -> Sql:
    return _joined(conditions, " OR ") if conditions else _NEVER


def _joined(conditions: Sequence[Sql], word: str) -> Sql:
    return Sql(
        word.join(f"({condition.text})" for condition in conditions),
        tuple(parameter for condition in conditions for parameter in condition.parameters),
    )
