"""Lookups mean what the reference says, and SQLite agrees with it on anything."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings, strategies as st

from rotest_backends.stores.sqlite import SqliteStore
from rotest_core.errors import InventoryError
from rotest_core.model.lookup import Lookup, Operator, Query
from rotest_core.model.matching import PATTERN_LIMIT, matches, pattern
from rotest_core.model.record import Json, Record, RecordKey

O = Operator  # noqa: E741 - the tables below are read by columns


def holds(value: Json, operator: Operator, wanted: object) -> bool:
    record = Record(type="T", name="n", fields={"f": value})
    return matches(record, Query(lookups=(Lookup(("f",), operator, wanted),)), lambda key: None)


@pytest.mark.parametrize(
    ("value", "operator", "wanted", "expected"),
    [
        (5, O.EXACT, 5.0, True),
        (True, O.EXACT, 1, True),
        ("5", O.EXACT, 5, False),
        (None, O.EXACT, None, True),
        ("", O.EXACT, None, False),
        ({"a": 1, "b": 2}, O.EXACT, {"b": 2, "a": 1}, True),
        ([1], O.EXACT, "[1]", False),
        (2**70, O.EXACT, float(2**70), True),
        (-(10**400), O.LT, 0, True),
        (None, O.NE, 5, True),
        (5, O.NE, None, True),
        (None, O.NE, None, False),
        ("STRASSE", O.IEXACT, "straße", True),
        (5, O.IEXACT, 5, True),
        (5, O.GT, "4", False),
        ("b", O.GT, "a", True),
        ("é", O.GT, "z", True),
        (None, O.GTE, None, False),
        (5, O.LTE, True, False),
        ("a", O.IN, ["b", "a"], True),
        (None, O.IN, [None], True),
        (5, O.RANGE, [5, 5], True),
        (5, O.RANGE, [6, 5], False),
        ("a%c", O.CONTAINS, "%", True),
        (["a", "b"], O.CONTAINS, "b", True),
        (["ab"], O.CONTAINS, "b", False),
        (["Ab"], O.ICONTAINS, "aB", True),
        ({"b": 1}, O.CONTAINS, "b", False),
        (15, O.CONTAINS, "5", False),
        ("abc", O.STARTSWITH, "ab", True),
        ("ABC", O.ISTARTSWITH, "ab", True),
        ("abc", O.ENDSWITH, "bc", True),
        ("abc", O.ENDSWITH, "", True),
        ("ABC", O.IENDSWITH, "bc", True),
        ("abc", O.REGEX, "^b", False),
        ("abc", O.REGEX, "b", True),
        ("aBc", O.IREGEX, "^AB", True),
        (None, O.ISNULL, True, True),
        (False, O.ISNULL, True, False),
        (0, O.ISNULL, False, True),
    ],
)
def test_an_operator_means(value: Json, operator: Operator, wanted: object, expected: bool) -> None:
    assert holds(value, operator, wanted) is expected


@pytest.mark.parametrize(
    ("power", "lookup", "expected"),
    [
        ("on", Lookup(("power", "port"), O.EXACT, 1), True),
        ("on", Lookup(("power", "port"), O.NE, 1), False),
        ("gone", Lookup(("power", "port"), O.EXACT, 1), False),
        ("gone", Lookup(("power", "port"), O.NE, 1), False),
        ("gone", Lookup(("power", "port"), O.ISNULL, True), True),
        ("gone", Lookup(("power", "port"), O.ISNULL, False), False),
        (None, Lookup(("power", "port"), O.EXACT, None), True),
        ("on", Lookup(("power", "rack", "name"), O.ISNULL, True), True),
        ("gone", Lookup(("power",), O.ISNULL, True), False),
    ],
)
def test_a_reference_that_leads_nowhere_is_null_only(power: Json, lookup: Lookup, expected: bool) -> None:
    part = Record(type="Power", name="on", fields={"port": 1, "rack": "nowhere"})
    record = Record(type="T", name="n", fields={"power": power})
    query = Query(lookups=(lookup,), references={("power",): ("Power",), ("power", "rack"): ("Rack",)})

    assert matches(record, query, {part.key: part}.get) is expected


def test_types_are_conditions_too() -> None:
    record = Record(type="T", name="n")

    assert matches(record, Query(types=("S", "T")), lambda key: None)
    assert not matches(record, Query(types=("S",)), lambda key: None)


@pytest.mark.parametrize("expression", ["(", "a{2", "*", "x" * (PATTERN_LIMIT + 1), "(" * 500 + ")" * 400])
def test_what_is_no_regular_expression_is_named(expression: str) -> None:
    if expression == "a{2":
        assert pattern(expression, ignore_case=False).search("a{2")
        return
    with pytest.raises(InventoryError, match="regular expression"):
        pattern(expression, ignore_case=False)


# Floats of up to 15 digits: SQLite may read a longer decimal fraction as the float next to the nearest.
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6) | st.sampled_from(
    ["a", "A", "ab", "ß", "SS", "İ", "[1]", '{"a":1}', "1", "null", "é", "e\u0301", "ǆ", "Ω"]
)
numbers = (
    st.integers(-(2**80), 2**80)
    | st.integers(-3, 3)
    | st.floats(allow_nan=False, allow_infinity=False, width=16)
    | st.booleans()
)
scalars = st.none() | texts | numbers
values: st.SearchStrategy[Json] = (
    scalars | st.lists(scalars, max_size=3) | st.dictionaries(texts, scalars, max_size=2)
)
names = st.sampled_from(["a", "b", "c", "ä"])
records = st.builds(
    Record,
    type=st.sampled_from(["S", "T"]),
    name=names,
    group=texts,
    usable=st.booleans(),
    capacity=st.integers(1, 3),
    fields=st.fixed_dictionaries(
        {}, optional={"f": values, "g": values, "part": names | st.none() | st.integers(0, 1)}
    ),
)
fields = st.sampled_from(["f", "g", "part", "name", "group", "usable", "capacity", "absent"])
paths = st.builds(lambda before, last: (*before, last), st.lists(st.just("part"), max_size=2), fields)
TEXT_OPERATORS = [O.CONTAINS, O.ICONTAINS, O.STARTSWITH, O.ISTARTSWITH, O.ENDSWITH, O.IENDSWITH, O.IEXACT]
lookups = st.one_of(
    st.builds(
        Lookup, paths, st.sampled_from([O.EXACT, O.NE, O.GT, O.GTE, O.LT, O.LTE, *TEXT_OPERATORS]), values
    ),
    st.builds(Lookup, paths, st.just(O.IN), st.lists(values, max_size=4)),
    st.builds(Lookup, paths, st.just(O.RANGE), st.lists(scalars, min_size=2, max_size=2)),
    st.builds(Lookup, paths, st.just(O.ISNULL), st.booleans()),
    st.builds(
        Lookup,
        paths,
        st.sampled_from([O.REGEX, O.IREGEX]),
        st.sampled_from(["", "a", "^.$", "S", "[à-ö]", "^$"]),
    ),
)
queries = st.builds(
    Query,
    types=st.sampled_from([(), ("S",), ("S", "T"), ("X",)]),
    lookups=st.lists(lookups, min_size=1, max_size=3).map(tuple),
    references=st.just({("part",): ("S", "T"), ("part", "part"): ("T",)}),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    path: Path = tmp_path_factory.mktemp("agreement")
    store = SqliteStore(path / "inventory.db")
    yield store
    store.close()


@settings(max_examples=300)
@given(
    st.lists(records, max_size=6, unique_by=lambda record: record.key),
    st.lists(queries, min_size=1, max_size=5),
)
def test_sqlite_finds_just_what_the_reference_says(
    store: SqliteStore, known: list[Record], asked: list[Query]
) -> None:
    store.apply(remove=[record.key for record in store.find(Query())])
    store.apply(put=known)
    stored: dict[RecordKey, Record] = {record.key: attrs.evolve(record, version=1) for record in known}

    assert {record.key: record for record in store.find(Query())} == stored
    for query in asked:
        expected = sorted(key for key, record in stored.items() if matches(record, query, stored.get))
        assert [record.key for record in store.find(query)] == expected


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_found_by_itself_and_comes_back_as_it_was(store: SqliteStore, value: float) -> None:
    key = RecordKey("Float", "it")
    known = store.get(key)
    store.apply(
        put=[Record(type="Float", name="it", fields={"f": value}, version=known.version if known else 0)]
    )

    (found,) = store.find(Query(types=("Float",), lookups=(Lookup(("f",), O.EXACT, value),)))
    returned = found.fields["f"]
    assert isinstance(returned, float)
    assert math.copysign(1, returned) == math.copysign(1, value)
    assert returned == value
    store.apply(remove=[key])
