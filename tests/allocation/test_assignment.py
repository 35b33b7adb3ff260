from __future__ import annotations

from hypothesis import given

from rotest_core.allocation.assignment import assign, target
from rotest_core.allocation.board import Demand, Pool
from tests.allocation.reference import Units, assignments, possible
from tests.allocation.strategies import demands, units


def exclusive(*order: int, parts: dict[int, int] | None = None) -> Demand:
    return Demand(Pool.of(order, parts or {}), True)


def shared(*order: int) -> Demand:
    return Demand(Pool.of(order, {}), False)


def taken(*records: int) -> Units:
    state = Units({})
    for record in records:
        state.take(record, True)
    return state


@given(demands(), units())
def test_finds_records_whenever_there_is_a_way(wanted: tuple[Demand, ...], state: Units) -> None:
    found = assign(wanted, state.board())
    if found is None:
        assert not possible(wanted, state)
    else:
        assert found in set(assignments(wanted, state))


@given(demands(), units())
def test_a_target_names_a_candidate_for_every_demand(wanted: tuple[Demand, ...], state: Units) -> None:
    chosen = target(wanted, state.board())
    assert all(record in demand.pool.order for demand, record in zip(wanted, chosen, strict=True))


@given(demands(parts=False), units())
def test_a_target_takes_as_many_free_records_as_can_be_used(wanted: tuple[Demand, ...], state: Units) -> None:
    def free(records: tuple[int, ...]) -> int:
        pairs = zip(wanted, records, strict=True)
        good = {record for demand, record in pairs if state.with_all([demand], [record]).valid()}
        return len(good)

    best = max(
        (
            len(subset)
            for subset in _subsets(wanted)
            if possible([wanted[place] for place in subset], state) or not subset
        ),
        default=0,
    )
    assert free(target(wanted, state.board())) >= best


def _subsets(wanted: tuple[Demand, ...]) -> list[list[int]]:
    return [
        [place for place in range(len(wanted)) if choice >> place & 1] for choice in range(2 ** len(wanted))
    ]


def test_prefers_the_first_candidate() -> None:
    assert assign([exclusive(4, 2, 7)], taken().board()) == (4,)


def test_passes_over_what_is_taken() -> None:
    assert assign([exclusive(4, 2, 7)], taken(4).board()) == (2,)


def test_gives_way_to_a_demand_with_fewer_candidates() -> None:
    assert assign([exclusive(1, 2), exclusive(1)], taken().board()) == (2, 1)


def test_never_gives_a_record_twice() -> None:
    assert assign([shared(1), shared(1)], taken().board()) is None


def test_takes_a_whole_only_with_its_parts() -> None:
    rack = exclusive(1, parts={1: 1 << 5})
    assert assign([rack], taken(5).board()) is None
    assert assign([rack], taken().board()) == (1,)


def test_chooses_wholes_whose_parts_do_not_collide() -> None:
    racks = {1: 1 << 5, 2: 1 << 5, 3: 1 << 6}
    wanted = [exclusive(1, 2, 3, parts=racks), exclusive(1, 2, parts=racks)]
    assert assign(wanted, taken().board()) in {(3, 1), (3, 2)}


def test_thousands_of_wholes_are_no_obstacle() -> None:
    racks = {record: 1 << record + 5000 for record in range(2000)}
    wanted = [exclusive(*range(2000), parts=racks) for _ in range(3)]
    assert assign(wanted, taken(0).board()) == (1, 2, 3)
