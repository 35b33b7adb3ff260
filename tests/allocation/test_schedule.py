from __future__ import annotations

from hypothesis import given, strategies as st

from rotest_core.allocation.board import Demand, Pool
from rotest_core.allocation.schedule import AGING, Snapshot, place_of, schedule
from tests.allocation.reference import Units, Waiting, footprint, lines, possible
from tests.allocation.strategies import queues, units

SHARED = False


def waiting(ticket: int, *pools: tuple[int, ...], exclusive: bool = True, pins: bool = True) -> Waiting:
    demands = tuple(Demand(Pool.of(pool, {}), exclusive) for pool in pools)
    return Waiting(ticket, demands, (pools, exclusive, pins), pins)


def holding(*records: int, exclusive: bool = True, capacity: dict[int, int] | None = None) -> Units:
    state = Units(capacity or {})
    for record in records:
        state.take(record, exclusive)
    return state


def granted(state: Units, *queue: Waiting) -> dict[int, tuple[int, ...]]:
    return {grant.place: grant.records for grant in schedule(Snapshot(state.board(), lines(queue))).grants}


@given(units(), queues())
def test_never_grants_what_is_taken(state: Units, queue: list[Waiting]) -> None:
    for ticket, records in granted(state, *queue).items():
        assert len(set(records)) == len(records)
        state = state.with_all(queue[ticket].demands, records)
    assert state.valid()


@given(units(), queues())
def test_the_first_in_the_queue_is_granted_whenever_it_can_be(state: Units, queue: list[Waiting]) -> None:
    if queue:
        assert (queue[0].place in granted(state, *queue)) == possible(queue[0].demands, state)


@given(units(), queues())
def test_of_equal_claims_the_earlier_is_granted_first(state: Units, queue: list[Waiting]) -> None:
    served = granted(state, *queue)
    for earlier in queue:
        for later in queue[earlier.place + 1 :]:
            if later.kind == earlier.kind and later.place in served:
                assert earlier.place in served


@given(units(), queues())
def test_who_is_in_nobodys_way_is_granted(state: Units, queue: list[Waiting]) -> None:
    served = granted(state, *queue)
    reach = 0
    for claim in queue:
        own = 0
        for demand in claim.demands:
            own |= demand.pool.reach
        if not own & reach and possible(claim.demands, state):
            assert claim.place in served
        reach |= own


@given(units(), queues(parts=False))
def test_nobody_who_waits_is_delayed_by_those_behind(state: Units, queue: list[Waiting]) -> None:
    """What a claim can have once others give back, it can have then, whoever was let past it."""
    everything = granted(state, *queue)
    for place, claim in enumerate(queue):
        if claim.place in everything:
            continue
        before = granted(state, *queue[: place + 1])
        past = [other for other in queue[place + 1 :] if other.place in everything]
        for record in {unit for demand in claim.demands for unit in demand.pool.order}:
            with_them = _when_returned(state, queue, everything, record)
            without = _when_returned(state, queue, before, record)
            if past and possible(claim.demands, without):
                assert possible(claim.demands, with_them)


def _when_returned(
    state: Units, queue: list[Waiting], served: dict[int, tuple[int, ...]], record: int
) -> Units:
    """Take what was granted, after the holders of one record have given it back."""
    after = state.copy()
    after.exclusive.pop(record, None)
    after.shared.pop(record, None)
    for ticket, records in served.items():
        after = after.with_all(queue[ticket].demands, records)
    return after


@given(units(), queues())
def test_the_outlook_shows_what_is_left_to_a_newcomer(state: Units, queue: list[Waiting]) -> None:
    """Somebody who comes last is granted from the outlook just what a new pass would grant."""
    outlook = schedule(Snapshot(state.board(), lines(queue))).outlook
    for record in range(6):
        for exclusive in (True, False):
            last = waiting(99, (record,), exclusive=exclusive)
            assert (99 in granted(state, *queue, last)) == (not outlook.shut(exclusive) >> record & 1)


@given(units(), queues())
def test_once_settled_there_is_nothing_more_to_grant(state: Units, queue: list[Waiting]) -> None:
    served = granted(state, *queue)
    for ticket, records in served.items():
        state = state.with_all(queue[ticket].demands, records)
    assert not granted(state, *(claim for claim in queue if claim.place not in served))


def test_a_younger_claim_takes_what_no_older_one_needs() -> None:
    assert granted(holding(1), waiting(0, (1,)), waiting(1, (2,))) == {1: (2,)}


def test_a_free_record_is_kept_for_an_older_claim_that_needs_another_too() -> None:
    assert granted(holding(1), waiting(0, (1,), (2,)), waiting(1, (2,))) == {}


def test_of_several_free_records_only_what_is_needed_is_kept() -> None:
    assert granted(holding(1), waiting(0, (1,), (2, 3)), waiting(1, (2, 3))) == {1: (3,)}


def test_the_second_in_the_queue_keeps_its_set_too() -> None:
    queue = (waiting(0, (1,), (2,)), waiting(1, (3,), (4,)), waiting(2, (4,)))
    assert granted(holding(1, 3), *queue) == {}


def test_sharers_do_not_starve_one_who_wants_to_be_alone() -> None:
    state = holding(1, exclusive=SHARED)
    assert granted(state, waiting(0, (1,), exclusive=SHARED)) == {0: (1,)}
    assert granted(state, waiting(0, (1,)), waiting(1, (1,), exclusive=SHARED)) == {}


def test_sharers_delay_nobody_who_would_take_any_of_several() -> None:
    """Record 2 is waited for first, but 1 would do as well, as soon as its last sharer leaves."""
    state = holding(2)
    state.take(1, SHARED)
    sharer = waiting(1, (1,), exclusive=SHARED)
    assert granted(state, sharer) == {1: (1,)}
    assert granted(state, waiting(0, (2, 1)), sharer) == {}


def test_what_would_be_shared_now_is_kept_for_who_may_want_it_alone() -> None:
    """When 3 comes back the first claim shares that, and takes the free unit of 2 for itself."""
    state = holding(1, 3, capacity={2: 2})
    state.take(2, SHARED)
    pools = [((3, 2), SHARED), ((1, 2), True)]
    first = Waiting(0, tuple(Demand(Pool.of(pool, {}), exclusive) for pool, exclusive in pools), "both")
    assert granted(state, first, waiting(1, (2,))) == {}


def test_sharers_take_one_unit_between_them() -> None:
    state = holding(1, exclusive=SHARED, capacity={1: 2})
    queue = [waiting(ticket, (1,), exclusive=ticket == 1) for ticket in range(4)]
    assert granted(state, *queue) == {0: (1,), 1: (1,), 2: (1,), 3: (1,)}
    assert granted(state, *queue, waiting(4, (1,))) == {0: (1,), 1: (1,), 2: (1,), 3: (1,)}


def test_who_holds_others_already_keeps_nothing_from_its_like() -> None:
    nested = waiting(0, (1,), (2,), pins=False)
    assert granted(holding(1), nested, waiting(1, (2,), pins=False)) == {1: (2,)}


def test_a_step_of_priority_is_worth_some_minutes_of_waiting() -> None:
    assert place_of(1000.0, 1, 2) < place_of(1000.0 - AGING + 1, 0, 1)
    assert place_of(1000.0, 1, 2) > place_of(1000.0 - AGING - 1, 0, 1)


@given(st.integers(0, 2**40), st.integers(-5, 5), st.floats(0, 4e9))
def test_places_rise_with_tickets_and_with_time(ticket: int, priority: int, since: float) -> None:
    place = place_of(since, priority, ticket)
    assert -(2**63) <= place < 2**63
    assert place < place_of(since + 0.002, priority, ticket + 1)
    assert place < place_of(since, priority, ticket + 1) or (ticket + 1) % 2**20 == 0


def test_names_who_is_next_in_line_for_what_was_granted() -> None:
    queue = [waiting(0, (1,)), waiting(1, (3,)), waiting(2, (1, 2)), waiting(3, (1,))]
    plan = schedule(Snapshot(holding(2, 3).board(), lines(queue)))
    assert [grant.place for grant in plan.grants] == [0]
    assert plan.heirs == ((2, 1 << 1),)


def test_footprints_of_a_demand_hold_its_parts() -> None:
    demand = Demand(Pool.of((1,), {1: 0b1100}), True)
    assert list(footprint(demand, 1)) == [1, 2, 3]
