"""The line that says why a claim waits."""

from __future__ import annotations

import pytest

from rotest_core.allocation.waiting import clock, why
from rotest_core.plugin.protocols.locks import HeldLease, Lease, LockStatus, Owner, WaitingClaim
from rotest_core.testing.locks.claims import claim, key

OWNER = Owner(run="nightly", user="ann", host="lab", boot="", pid=1)


def held(name: str, *, exclusive: bool = True, label: str = "test_x") -> HeldLease:
    lease = Lease(claim="c", want="w", key=key(name), token=1, exclusive=exclusive)
    return HeldLease(lease=lease, owner=OWNER, label=label, since=0.0, until=float("inf"))


def reason(*holders: HeldLease, wants: tuple[str, ...]) -> str:
    return why(claim(*wants), LockStatus(0.0, holders, ()))


@pytest.mark.parametrize(
    ("wants", "holders", "expected"),
    [
        (
            ("A",),
            [held("A")],
            "w0: the only record that matches: A is held by ann@lab (run nightly) for test_x",
        ),
        (("A|B",), [held("A"), held("B")], "w0: all 2 records that match: A is held by"),
        (("A|B",), [held("A")], "what is free is kept for those who asked before"),
        (("A", "B"), [held("B")], "w1: the only record that matches: B is held by"),
        (("R[P]",), [held("P")], "w0: the only record that matches: P is held by"),
        (("N*2",), [held("N")], "what is free is kept for those who asked before"),
        (("N*2",), [held("N"), held("N", exclusive=False)], "N is held by"),
        (("~A",), [held("A", exclusive=False)], "what is free is kept for those who asked before"),
        (("A|B|C|D",), [held(name) for name in "ABCD"], ", and 1 more"),
    ],
)
def test_names_who_is_in_the_way(wants: tuple[str, ...], holders: list[HeldLease], expected: str) -> None:
    assert expected in reason(*holders, wants=wants)


def test_leaves_out_wants_that_could_be_had() -> None:
    assert "w0" not in reason(held("B"), wants=("A", "B"))


def test_tells_the_place_in_the_queue() -> None:
    mine, other = claim("A"), claim("A")
    queue = tuple(
        WaitingClaim(claim=waiting, owner=OWNER, position=position, since=0.0)
        for position, waiting in enumerate([other, mine], 1)
    )
    assert why(mine, LockStatus(0.0, (held("A"),), queue)).endswith("; place 2 of 2 in the queue")


def test_tells_until_when() -> None:
    ending = HeldLease(lease=held("A").lease, owner=OWNER, label="", since=0.0, until=60.0)
    assert f"since {clock(0.0)}, until {clock(60.0)} unless renewed" in reason(ending, wants=("A",))
