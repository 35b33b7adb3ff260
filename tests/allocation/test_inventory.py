"""The inventory finds what can serve a request, and says why others cannot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from textwrap import dedent

import attrs
import pytest

from rotest_backends.stores.memory import MemoryStore
from rotest_core.allocation.inventory import Inventory, utc_now
from rotest_core.errors import InventoryError, PlanError, RecordError
from rotest_core.model.lookup import Query
from rotest_core.model.record import Record, RecordKey
from rotest_core.model.resource_data import ResourceData
from rotest_core.plugin.protocols.locks import Candidate, Part
from tests.allocation.lighthouses import (
    Foghorn,
    Island,
    IslandData,
    Lamp,
    LampData,
    Lighthouse,
    LighthouseData,
    Loop,
)

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


class Clock:
    """Tell a time that the test sets."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time


class CountingStore(MemoryStore):
    """Count the questions."""

    def __init__(self) -> None:
        super().__init__()
        self.questions = 0

    def find(self, query: Query) -> Sequence[Record]:
        self.questions += 1
        return super().find(query)


def lamp(name: str, watts: int = 100, *, led: bool = False) -> Record:
    return Record(type="LedLamp" if led else "Lamp", name=name, fields={"watts": watts})


def house(name: str, height: int = 10, **fields: str | int | None) -> Record:
    return Record(type="Lighthouse", name=name, fields={"height": height, **fields})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store() -> CountingStore:
    return CountingStore()


@pytest.fixture
def inventory(store: CountingStore, clock: Clock) -> Inventory:
    return Inventory(store, user="ann", now=clock)


def names(candidates: Sequence[Candidate]) -> list[str]:
    return [candidate.key.name for candidate in candidates]


def test_candidates_are_what_the_lookups_match(inventory: Inventory, store: MemoryStore) -> None:
    store.apply(put=[house("north", 30), house("south", 20), house("west", 10), lamp("lamp")])

    assert inventory.candidates(Lighthouse.request(height__gte=20)) == (
        Candidate(RecordKey("Lighthouse", "north")),
        Candidate(RecordKey("Lighthouse", "south")),
    )


def test_a_subclass_of_the_requested_type_matches(inventory: Inventory, store: MemoryStore) -> None:
    store.apply(put=[lamp("old"), lamp("new", led=True)])

    assert [str(candidate.key) for candidate in inventory.candidates(Lamp.request())] == [
        "Lamp/old",
        "LedLamp/new",
    ]


def test_parts_are_the_records_referred_to_however_deep(inventory: Inventory, store: MemoryStore) -> None:
    store.apply(
        put=[
            attrs.evolve(house("north", lamp="bright", island="rock"), capacity=2),
            attrs.evolve(lamp("bright", led=True), capacity=3),
            Record(type="Island", name="rock"),
        ]
    )

    assert inventory.candidates(Lighthouse.request()) == (
        Candidate(
            RecordKey("Lighthouse", "north"),
            2,
            (Part(RecordKey("LedLamp", "bright"), 3), Part(RecordKey("Island", "rock"))),
        ),
    )


def test_a_part_referred_to_twice_is_one_part(inventory: Inventory, store: MemoryStore) -> None:
    store.apply(put=[house("north", lamp="one", spare="one"), lamp("one")])

    (candidate,) = inventory.candidates(Lighthouse.request())

    assert candidate.parts == (Part(RecordKey("Lamp", "one")),)


def test_a_whole_without_its_part_is_no_candidate(
    inventory: Inventory, store: MemoryStore, clock: Clock
) -> None:
    store.apply(
        put=[
            house("a", lamp="gone"),
            house("b", lamp="broken"),
            house("c", lamp="taken"),
            attrs.evolve(lamp("broken"), usable=False, unusable_reason="no glass"),
            attrs.evolve(lamp("taken"), reserved_for="bob", reserved_until=NOON + timedelta(hours=1)),
        ]
    )
    request = Lighthouse.request()

    assert inventory.candidates(request) == ()
    assert inventory.explain(request) == dedent(
        """\
        no record can serve Lighthouse.request():
          Lighthouse/a is without a part: no Lamp or LedLamp has the name of its lamp, 'gone'
          Lighthouse/b is without a part: its lamp, Lamp/broken, is marked unusable: no glass
          Lighthouse/c is without a part: its lamp, Lamp/taken, is reserved for bob until 2030-01-01 13:00 UTC"""
    )
    clock.time += timedelta(hours=1)
    assert names(inventory.candidates(request)) == ["c"]


def test_records_that_refer_in_a_circle_are_no_candidates(inventory: Inventory, store: MemoryStore) -> None:
    store.apply(
        put=[
            Record(type="Loop", name="a", fields={"other": "b"}),
            Record(type="Loop", name="b", fields={"other": "a"}),
            Record(type="Loop", name="c", fields={"other": None}),
        ]
    )

    assert names(inventory.candidates(Loop.request())) == ["c"]
    assert "Loop/a is part of itself, by the other of Loop/b" in inventory.explain(Loop.request(name="a"))


def test_what_is_not_usable_is_no_candidate(inventory: Inventory, store: MemoryStore) -> None:
    store.apply(put=[house("a"), attrs.evolve(house("b"), usable=False)])

    assert names(inventory.candidates(Lighthouse.request())) == ["a"]


def test_a_reservation_excludes_others_until_it_ends(
    inventory: Inventory, store: MemoryStore, clock: Clock
) -> None:
    store.apply(
        put=[
            attrs.evolve(house("hers"), reserved_for="ann", reserved_until=NOON + timedelta(hours=9)),
            attrs.evolve(house("his"), reserved_for="bob", reserved_until=NOON + timedelta(minutes=1)),
            attrs.evolve(house("for ever"), reserved_for="bob"),
        ]
    )
    request = Lighthouse.request()

    assert names(inventory.candidates(request)) == ["hers"]
    clock.time += timedelta(seconds=59)
    assert names(inventory.candidates(request)) == ["hers"]
    clock.time += timedelta(seconds=1)
    assert names(inventory.candidates(request)) == ["hers", "his"]


def test_the_store_is_asked_again_only_after_a_change(inventory: Inventory, store: CountingStore) -> None:
    store.apply(put=[house("a"), house("b", lamp="gone")])
    first = inventory.candidates(Lighthouse.request(height=10))

    assert inventory.candidates(Lighthouse.request(height=10)) is first
    assert store.questions == 1

    store.apply(put=[lamp("gone")])
    assert names(inventory.candidates(Lighthouse.request(height=10))) == ["a", "b"]
    assert store.questions == 2


def test_a_predicate_sees_the_typed_data_and_its_parts(inventory: Inventory, store: MemoryStore) -> None:
    store.apply(put=[house("a", lamp="weak"), house("b", lamp="strong"), lamp("weak", 1), lamp("strong", 9)])

    def bright(data: LighthouseData) -> bool:
        return data.lamp is not None and data.lamp.watts > 5

    assert names(inventory.candidates(Lighthouse.request(bright))) == ["b"]


def test_a_predicate_that_raises_is_an_error_that_names_the_record(
    inventory: Inventory, store: MemoryStore
) -> None:
    store.apply(put=[lamp("a")])

    def wrong(data: LampData) -> bool:
        return data.watts / 0 > 1

    with pytest.raises(PlanError, match="Lamp/a: ZeroDivisionError"):
        inventory.candidates(Lamp.request(wrong))


def test_a_record_that_does_not_fit_its_type_is_left_out_where_a_predicate_asks(
    inventory: Inventory, store: MemoryStore
) -> None:
    store.apply(put=[lamp("a"), Record(type="Lamp", name="b", fields={"watts": "many"})])
    request = Lamp.request(lambda data: True)

    assert names(inventory.candidates(request)) == ["a"]
    assert "not fit for its type" in inventory.explain(Lamp.request(lambda data: True, name="b"))


def test_explain_counts_what_each_condition_excludes(inventory: Inventory, store: MemoryStore) -> None:
    store.apply(put=[house("north", 30), house("south", 20), lamp("lamp")])

    assert inventory.explain(Lighthouse.request(height__gt=25, name="souht").bound("tower")) == dedent(
        """\
        no record can serve tower = Lighthouse.request(height__gt=25, name='souht'):
          height__gt=25 excludes 1 of 2 records
          name='souht' excludes 2 of 2 records (did you mean 'south'?)"""
    )


def test_explain_tells_when_the_conditions_exclude_all_between_them(
    inventory: Inventory, store: MemoryStore
) -> None:
    store.apply(put=[house("north", 30), house("south", 20)])

    assert inventory.explain(Lighthouse.request(height__gt=25, name="south")).splitlines()[1:] == [
        "  height__gt=25 excludes 1 of 2 records",
        "  name='south' excludes 1 of 2 records",
        "  no record satisfies all conditions at once",
    ]


def test_explain_names_what_satisfies_the_lookups_and_cannot_serve_all_the_same(
    inventory: Inventory, store: MemoryStore
) -> None:
    store.apply(
        put=[
            attrs.evolve(house("a"), reserved_for="bob"),
            attrs.evolve(house("b"), usable=False, unusable_reason="painted"),
            attrs.evolve(house("c"), usable=False),
            house("d"),
            house("e", 5),
        ]
    )

    assert inventory.explain(Lighthouse.request(lambda data: False, height=10)).splitlines()[1:] == [
        "  height=10 excludes 1 of 5 records",
        "  Lighthouse/a is reserved for bob without end",
        "  Lighthouse/b is marked unusable: painted",
        "  Lighthouse/c is marked unusable",
        "  Lighthouse/d is refused by the request's predicate",
    ]


def test_explain_shortens_a_long_list(inventory: Inventory, store: MemoryStore) -> None:
    store.apply(put=[attrs.evolve(house(f"{number:03}"), usable=False) for number in range(100)])

    lines = inventory.explain(Lighthouse.request()).splitlines()

    assert len(lines) == 12
    assert lines[-1] == "  and 90 more"


def test_explain_tells_which_types_have_records_when_this_one_has_none(
    inventory: Inventory, store: MemoryStore
) -> None:
    assert "the inventory is empty" in inventory.explain(Lighthouse.request())
    store.apply(put=[lamp("a"), lamp("b"), lamp("c", led=True)])

    assert inventory.explain(Lighthouse.request(height=3)) == dedent(
        """\
        no record can serve Lighthouse.request(height=3):
          no record of type Lighthouse exists; types with records are: Lamp (2), LedLamp (1)"""
    )


def test_explain_says_so_when_there_are_records_that_can_serve(
    inventory: Inventory, store: MemoryStore
) -> None:
    store.apply(put=[house("a"), house("b"), attrs.evolve(house("c"), usable=False)])

    assert inventory.explain(Lighthouse.request()).splitlines() == [
        "Lighthouse.request():",
        "  can serve: Lighthouse/a, Lighthouse/b",
        "  Lighthouse/c is marked unusable",
    ]


def test_load_gives_the_record_as_its_own_type_with_its_parts(
    inventory: Inventory, store: MemoryStore
) -> None:
    store.apply(put=[house("north", 30, lamp="bright"), lamp("bright", 400, led=True)])

    data = inventory.load(Lighthouse.request(), RecordKey("Lighthouse", "north"))

    assert isinstance(data, LighthouseData)
    assert (data.name, data.height) == ("north", 30)
    assert type(data.lamp).__name__ == "LedLampData"
    assert isinstance(data.lamp, ResourceData)
    assert data.lamp.watts == 400


def test_what_cannot_change_is_loaded_once_until_the_inventory_changes(
    inventory: Inventory, store: MemoryStore
) -> None:
    store.apply(put=[house("north"), Record(type="Island", name="i1", fields={"area": 2.0})])
    island, key = Island.request(), RecordKey("Island", "i1")
    assert inventory.load(island, key) is inventory.load(island, key)

    lighthouse, north = Lighthouse.request(), RecordKey("Lighthouse", "north")
    first, second = inventory.load(lighthouse, north), inventory.load(lighthouse, north)
    assert isinstance(first, LighthouseData)
    assert isinstance(second, LighthouseData)
    first.signals.append("two short")
    assert second.signals == []

    store.apply(put=[attrs.evolve(inventory.record(key), fields={"area": 3.0})])
    data = inventory.load(island, key)
    assert isinstance(data, IslandData)
    assert data.area == 3.0


def test_load_refuses_a_service_a_missing_record_and_values_that_do_not_fit(
    inventory: Inventory, store: MemoryStore
) -> None:
    store.apply(put=[Record(type="Lamp", name="bad", fields={})])

    with pytest.raises(InventoryError, match="is a service"):
        inventory.load(Foghorn.request(), RecordKey("Foghorn", "a"))
    with pytest.raises(InventoryError, match=r"Lamp/bat does not exist \(did you mean 'bad'\?\)"):
        inventory.load(Lamp.request(), RecordKey("Lamp", "bat"))
    with pytest.raises(RecordError, match="watts"):
        inventory.load(Lamp.request(), RecordKey("Lamp", "bad"))


def test_a_reservation_is_made_renewed_and_ended(inventory: Inventory, store: MemoryStore) -> None:
    store.apply(put=[lamp("a")])
    key = RecordKey("Lamp", "a")

    assert inventory.reserve(key).reserved_for == "ann"
    assert inventory.reserve(key, until=NOON + timedelta(1)) == store.get(key)
    with pytest.raises(
        InventoryError, match="Lamp/a is reserved for ann until 2030-01-02 12:00 UTC; unreserve it"
    ):
        inventory.reserve(key, user="bob")
    assert inventory.unreserve(key).reserved_for == ""
    assert inventory.reserve(key, user="bob").reserved_for == "bob"
    assert inventory.record(key).reserved_until is None


def test_a_reservation_that_has_ended_already_is_refused(inventory: Inventory, store: MemoryStore) -> None:
    store.apply(put=[lamp("a")])

    with pytest.raises(InventoryError, match="has passed"):
        inventory.reserve(RecordKey("Lamp", "a"), until=NOON)


def test_nothing_is_written_where_nothing_changes(inventory: Inventory, store: MemoryStore) -> None:
    before = store.apply(put=[lamp("a")])

    assert inventory.unreserve(RecordKey("Lamp", "a")).version == 1
    assert store.revision() == before


def test_quarantine_takes_a_record_out_of_every_match(inventory: Inventory, store: MemoryStore) -> None:
    store.apply(put=[lamp("a")])
    assert names(inventory.candidates(Lamp.request())) == ["a"]

    inventory.quarantine(RecordKey("Lamp", "a"), "initialize failed 3 times")

    assert inventory.candidates(Lamp.request()) == ()
    assert "Lamp/a is marked unusable: initialize failed 3 times" in inventory.explain(Lamp.request())


def test_a_change_is_made_again_when_somebody_else_was_faster() -> None:
    class Interfering(MemoryStore):
        """Change the record just after it was read, once."""

        fresh = True

        def get(self, key: RecordKey) -> Record | None:
            record = super().get(key)
            if record is not None and self.fresh:
                self.fresh = False
                self.apply(put=[attrs.evolve(record, comment="theirs")])
            return record

    store = Interfering()
    store.apply(put=[lamp("a")])

    Inventory(store, user="ann").quarantine(RecordKey("Lamp", "a"), "ours")

    found = store.get(RecordKey("Lamp", "a"))
    assert found is not None
    assert (found.comment, found.unusable_reason, found.version) == ("theirs", "ours", 3)


def test_a_missing_record_cannot_be_changed(inventory: Inventory) -> None:
    for change in (inventory.reserve, inventory.unreserve):
        with pytest.raises(InventoryError, match="Lamp/a does not exist"):
            change(RecordKey("Lamp", "a"))


def test_the_clock_is_that_of_the_world_by_default() -> None:
    assert utc_now().utcoffset() == timedelta(0)
