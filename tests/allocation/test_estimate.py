"""How long records will probably be held."""

from __future__ import annotations

import pytest

from rotest_core.allocation.estimate import expected_end, usual_holds
from rotest_core.plugin.protocols.locks import HeldLease, Lease, LockEvent, LockStep, Owner
from rotest_core.testing.locks.claims import key


def event(step: LockStep, claim: str, time: float, label: str = "test_x") -> LockEvent:
    return LockEvent(number=0, time=time, step=step, claim=claim, run="r", label=label)


def hold(claim: str, since: float, seconds: float, label: str = "test_x") -> list[LockEvent]:
    return [
        event(LockStep.GRANTED, claim, since, label),
        event(LockStep.RELEASED, claim, since + seconds, label),
    ]


def held(label: str, since: float) -> HeldLease:
    owner = Owner(run="r", user="u", host="h", boot="", pid=1)
    lease = Lease(claim="c", want="w", key=key("A"), token=1)
    return HeldLease(lease=lease, owner=owner, label=label, since=since, until=1e9)


def test_takes_the_median_of_what_was_given_back() -> None:
    events = [*hold("a", 0, 10), *hold("b", 100, 30), *hold("c", 200, 1000), *hold("d", 300, 2, "test_y")]
    assert usual_holds(events) == {"test_x": 30, "test_y": 2}


def test_leaves_out_what_was_lost_or_has_no_label() -> None:
    lost = [event(LockStep.GRANTED, "a", 0), event(LockStep.LOST, "a", 5)]
    assert usual_holds([*lost, *hold("b", 0, 5, "")]) == {}


@pytest.mark.parametrize(
    ("label", "now", "expected"), [("test_x", 105.0, 110.0), ("test_x", 111.0, None), ("y", 105.0, None)]
)
def test_expects_an_end_only_while_there_is_reason_to(label: str, now: float, expected: float | None) -> None:
    assert expected_end(held(label, 100.0), {"test_x": 10.0}, now) == expected
