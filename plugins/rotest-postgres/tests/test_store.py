"""The store postgres keeps the contract of stores, and finds what the reference says."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import attrs
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from rotest_core import InventoryError, Json, Lookup, Operator, Query, Record, RecordKey
from rotest_core.plugin import Store, matches
from rotest_core.testing import StoreContract
from rotest_postgres.store.store import PostgresStore
from rotest_postgres.testing import Server

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=4)
NUMBERS = st.one_of(
    st.integers(-3, 3),
    st.sampled_from([2**53, 2**53 + 1, 2**63, 2**63 + 1, -(2**63) - 1, 2**70 + 1, 10**400, -(10**400)]),
    st.sampled_from([1.0, 0.1, -0.0, 2.0**53, 2.0**63, 2.0**70, 1e22, 1e300, 1e-300, 5e-324, 1.7e308]),
    st.floats(allow_nan=False, allow_infinity=False),
)
PLAIN = st.one_of(st.none(), st.booleans(), NUMBERS, TEXT, st.sampled_from(["ß", "SS", "ss", "İ", "ſ", "a"]))
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=2), max_leaves=4
)
EXPRESSIONS = st.sampled_from(["", "^a", "A", "[ab]+$", r"\d", "(?s).", "ß"])
NAMES = ("a", "b", "c", "d")
OPERATORS = st.sampled_from(list(Operator))
PATHS = st.sampled_from(
    [("field",), ("next",), ("next", "field"), ("next", "next", "field"), ("next", "name")]
)
REFERENCES = {("next",): ("T",), ("next", "next"): ("T", "U")}


@st.composite
def lookups(draw: st.DrawFn) -> Lookup:
    operator, path = draw(OPERATORS), draw(PATHS)
    wanted: object
    match operator:
        case Operator.IN:
            wanted = draw(st.lists(VALUES, max_size=3))
        case Operator.RANGE:
            wanted = draw(st.lists(PLAIN, min_size=2, max_size=2))
        case Operator.ISNULL:
            wanted = draw(st.booleans())
        case Operator.REGEX | Operator.IREGEX:
            wanted = draw(EXPRESSIONS)
        case _:
            wanted = draw(VALUES)
    return Lookup(path, operator, wanted)


@st.composite
def inventories(draw: st.DrawFn) -> list[Record]:
    def record(name: str) -> Record:
        fields: dict[str, Json] = {"field": draw(VALUES), "next": draw(st.sampled_from([*NAMES, None, 5]))}
        return Record(type=draw(st.sampled_from("TU")), name=name, fields=fields)

    return [record(name) for name in NAMES]


class TestContract(StoreContract):
    @pytest.fixture
    def store(self, database: str) -> Iterator[Store]:
        store = PostgresStore(database)
        yield store
        store.close()


@pytest.fixture(scope="module")
def lasting_store(server: Server) -> Iterator[PostgresStore]:
    """Give a store for many examples, each of which replaces all that it holds."""
    name = server.create_database()
    store = PostgresStore(server.url(name))
    yield store
    store.close()
    server.drop_database(name)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(records=inventories(), asked=st.lists(lookups(), min_size=1, max_size=12))
def test_finds_what_the_reference_evaluator_says(
    lasting_store: PostgresStore, records: list[Record], asked: list[Lookup]
) -> None:
    lasting_store.apply(remove=[record.key for record in lasting_store.find(Query())])
    lasting_store.apply(put=records)
    known = {record.key: attrs.evolve(record, version=1) for record in records}
    assert {record.key: record for record in lasting_store.find(Query())} == known
    for lookup in asked:
        query = Query(types=("T", "U"), lookups=(lookup,), references=REFERENCES)
        expected = sorted(key for key, record in known.items() if matches(record, query, known.get))
        assert [record.key for record in lasting_store.find(query)] == expected, str(lookup)


def test_gives_back_floats_as_floats_and_every_digit_of_whole_numbers(database: str) -> None:
    store = PostgresStore(database)
    values: list[Json] = [1e300, 1e22, 0.1, 5e-324, 10**400, -(2**64) - 1, 1.0, 1]
    store.apply(put=[Record(type="T", name="a", fields={"numbers": values})])
    found = store.get(RecordKey("T", "a"))
    store.close()
    assert found is not None
    assert repr(found.fields["numbers"]) == repr(values)


def test_refuses_to_look_for_what_no_record_can_hold(database: str) -> None:
    store = PostgresStore(database)
    for wanted in ("a\0b", "\ud800", ["x", "\0"]):
        with pytest.raises(InventoryError, match="no record can hold"):
            store.find(Query(lookups=(Lookup(("field",), Operator.EXACT, wanted),)))
    store.close()


def test_two_stores_on_one_database_see_each_others_changes(database: str) -> None:
    first, second = PostgresStore(database), PostgresStore(database)
    before = second.revision()
    first.apply(put=[Record(type="T", name="a")], notes={"n": "1"})
    assert second.revision() > before
    assert second.get(RecordKey("T", "a")) is not None
    assert second.note("n") == "1"
    first.close()
    second.close()


def test_many_may_open_a_new_database_at_once(database: str) -> None:
    failures: list[BaseException] = []
    barrier = threading.Barrier(8)

    def open_and_close() -> None:
        barrier.wait()
        try:
            PostgresStore(database).close()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=open_and_close) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_equality_is_found_through_an_index(database: str) -> None:
    store = PostgresStore(database)
    store.apply(put=[Record(type="T", name=f"r{n}", fields={"port": n}) for n in range(3000)])
    import psycopg

    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("ANALYZE rotest.record")
        plan = connection.execute(
            """EXPLAIN SELECT * FROM rotest.record WHERE search @> '{"port": 77}'::jsonb"""
        ).fetchall()
    assert "record_search" in str(plan)
    found = store.find(Query(lookups=(Lookup(("port",), Operator.EXACT, 77),)))
    assert [record.name for record in found] == ["r77"]
    store.close()
