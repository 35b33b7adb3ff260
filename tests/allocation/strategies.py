"""Boards, demands and queues made up by hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from rotest_core.allocation.board import Demand, Pool
from tests.allocation.reference import Units, Waiting

RECORDS = 6


@st.composite
def pools(draw: DrawFn, *, parts: bool = True) -> Pool:
    """Draw some records in some order, a few of them wholes with parts."""
    order = tuple(draw(st.lists(st.integers(0, RECORDS - 1), min_size=1, max_size=4, unique=True)))
    below: dict[int, int] = {}
    if parts and draw(st.booleans()):
        for record in order:
            bits = (
                draw(st.integers(0, 2**RECORDS - 1)) & draw(st.integers(0, 2**RECORDS - 1)) & ~(1 << record)
            )
            if bits:
                below[record] = bits
    return Pool.of(order, below)


def demands(*, parts: bool = True, most: int = 3) -> st.SearchStrategy[tuple[Demand, ...]]:
    """Draw what one claim wants."""
    demand = st.builds(Demand, pools(parts=parts), st.sampled_from([True, True, False]))
    return st.lists(demand, min_size=1, max_size=most).map(tuple)


@st.composite
def units(draw: DrawFn) -> Units:
    """Draw a state that some leases may have brought about."""
    capacity = draw(st.dictionaries(st.integers(0, RECORDS - 1), st.integers(2, 3), max_size=2))
    state = Units(capacity)
    for wanted in draw(st.lists(demands(most=1), max_size=5)):
        taken = state.with_all(wanted, [wanted[0].pool.order[0]])
        if taken.valid():
            state = taken
    return state


def queues(*, parts: bool = True) -> st.SearchStrategy[list[Waiting]]:
    """Draw a queue, in which some claims ask for the same."""
    kinds = st.lists(demands(parts=parts), min_size=1, max_size=3)
    return kinds.flatmap(
        lambda known: st.lists(st.sampled_from(range(len(known))), max_size=7).map(
            lambda choice: [Waiting(ticket, known[kind], kind) for ticket, kind in enumerate(choice)]
        )
    )
