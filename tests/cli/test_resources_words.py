"""Records, lookups, values and moments are spelled on command lines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rotest_backends.stores.memory import MemoryStore
from rotest_core.allocation.inventory import Inventory
from rotest_core.cli.resources_words import assignments, find_record, make_list_query, moment
from rotest_core.errors import InventoryError, PlanError, UsageError
from rotest_core.model.lookup import Lookup, Operator, Query
from rotest_core.model.record import Record
from tests.allocation.lighthouses import LampData, LighthouseData

LAMPS = (LampData.type_name(), "LedLamp")
HOUSE = LighthouseData.type_name()


@pytest.fixture
def inventory() -> Inventory:
    store = MemoryStore()
    store.apply(
        put=[
            Record(type=kind, name=name) for kind, name in (("T", "a"), ("T", "b"), ("S", "b"), ("S", "a/b"))
        ]
    )
    return Inventory(store, user="ann")


@pytest.mark.parametrize(
    ("spelled", "key"), [("a", "T/a"), ("T/b", "T/b"), ("S/b", "S/b"), ("a/b", "S/a/b"), ("S/a/b", "S/a/b")]
)
def test_a_record_is_meant_by_its_name_or_type_and_name(inventory: Inventory, spelled: str, key: str) -> None:
    assert str(find_record(inventory, spelled).key) == key


def test_a_name_that_several_types_have_asks_for_the_type(inventory: Inventory) -> None:
    with pytest.raises(InventoryError, match="2 records have the name 'b': S/b, T/b; say which"):
        find_record(inventory, "b")


@pytest.mark.parametrize(("spelled", "near"), [("aa", "'a'"), ("T/aa", "'T/a'"), ("zzz", "'zzz'$")])
def test_a_record_that_is_not_there_is_refused_with_the_near_ones(
    inventory: Inventory, spelled: str, near: str
) -> None:
    with pytest.raises(InventoryError, match=f"there is no record '{spelled}'") as caught:
        find_record(inventory, spelled)
    assert near.rstrip("$") in str(caught.value)


def test_lookups_are_read_as_the_fields_of_the_type() -> None:
    query = make_list_query(["Lamp", "watts__gte=90", "usable=yes", "name__in=a, b"])

    assert query == Query(
        types=LAMPS,
        lookups=(
            Lookup(("watts",), Operator.GTE, 90),
            Lookup(("usable",), Operator.EXACT, True),
            Lookup(("name",), Operator.IN, ["a", "b"]),
        ),
    )


def test_what_every_record_has_can_be_asked_without_a_type() -> None:
    assert make_list_query(["group=QA"]) == Query(lookups=(Lookup(("group",), Operator.EXACT, "QA"),))
    assert make_list_query([]) == Query()


def test_a_type_that_nothing_declares_can_be_listed_but_not_searched() -> None:
    assert make_list_query(["Gone"]) == Query(types=("Gone",))
    with pytest.raises(PlanError, match="unknown resource type 'Gone'"):
        make_list_query(["Gone", "a=1"])


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["Lamp", "wats=1"], "wats"),
        (["Lamp", "watts=many"], "watts: expected an integer, got 'many'"),
        (["watts=1"], "without a TYPE"),
        (["Lamp", "QA"], "'QA' is not of the form FIELD=VALUE"),
        (["Lamp", "name__regex=("], "regular expression"),
        (["Lamp", "watts=1", "watts=2"], "'watts' is given twice"),
        (["Lamp", "watts__like=1"], "like"),
    ],
)
def test_lookups_that_do_not_fit_are_refused(words: list[str], problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        make_list_query(words)
    assert problem in str(caught.value)


NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("spelled", "expected"),
    [
        ("90m", NOW + timedelta(minutes=90)),
        ("1.5h", NOW + timedelta(minutes=90)),
        ("2 d", NOW + timedelta(days=2)),
        ("1w", NOW + timedelta(weeks=1)),
        ("2031-01-01T00:00+02:00", datetime(2030, 12, 31, 22, tzinfo=UTC)),
    ],
)
def test_moments_are_spelled(spelled: str, expected: datetime) -> None:
    assert moment(spelled, NOW) == expected


def test_a_moment_without_a_zone_is_a_local_one() -> None:
    assert moment("2031-01-01T12:00", NOW) == datetime(2031, 1, 1, 12).astimezone(UTC)


@pytest.mark.parametrize("spelled", ["", "h", "5", "99999999999999w", "tomorrow"])
def test_what_is_no_moment_is_refused(spelled: str) -> None:
    with pytest.raises(UsageError, match="no end of a reservation"):
        moment(spelled, NOW)


def test_values_may_hold_equals_signs_and_nothing() -> None:
    assert assignments(["a=b=c", "d="]) == {"a": "b=c", "d": ""}
    with pytest.raises(UsageError, match="'=x' is not of the form"):
        assignments(["=x"])
